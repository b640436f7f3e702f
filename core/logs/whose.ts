import { parseJobRef } from '../model/job-ref.ts'
import type { LogOrigin } from '../model/logs.ts'

/** Whether a log is a job's own, or of a process that its cluster's jobs of the same namespace share. */
export function isOfJob({ job, cluster, namespace }: LogOrigin, asked: string): boolean {
  if (job !== undefined) return job === asked
  const ref = parseJobRef(asked)
  return ref !== undefined && ref.cluster === cluster && ref.namespace === namespace
}

/** What names a life of a pod or process for good: a pod of the same name later is another. */
export function lifeKey({ cluster, namespace, pod, podUid, attempt }: LogOrigin): string {
  return JSON.stringify([cluster, namespace, pod, podUid, attempt])
}
