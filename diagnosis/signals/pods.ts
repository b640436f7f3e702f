import type { JobFacts } from '../../core/model/facts.ts'
import { type ContainerExit, exitsOf, type PodEvent } from '../../core/model/kubernetes.ts'
import { processKey } from '../../core/model/samples.ts'
import { hostsOf } from './load.ts'
import { oncePerFacts } from './once.ts'

/**
 * The newest word on each pod that this job depends on: JobManagers of its cluster, TaskManagers that hold its
 * tasks, and those that are not part of the cluster yet, which it may wait for. Undefined where nobody looks at Kubernetes.
 */
export function podsOf(facts: JobFacts): readonly PodEvent[] | undefined {
  return known(facts, '')
}

const known = oncePerFacts((facts): readonly PodEvent[] | undefined => {
  if (facts.pods.length === 0) return undefined
  const hosts = new Set([...hostsOf(facts).values()].map(processKey))
  for (const { tasks } of facts.placements)
    for (const { taskmanager } of tasks) if (taskmanager) hosts.add(processKey(taskmanager))
  const newest = new Map(facts.pods.map((pod) => [pod.uid, pod]))
  return [...newest.values()].filter(
    (pod) =>
      pod.component === 'jobmanager' ||
      pod.phase === 'Pending' ||
      pod.taskmanager === undefined ||
      hosts.has(processKey(pod.taskmanager)),
  )
})

/** Pods that are still there. */
export function presentPods(facts: JobFacts): readonly PodEvent[] | undefined {
  return podsOf(facts)?.filter(({ phase }) => phase !== 'gone')
}

/** One end of a container of a pod. */
export interface PodExit {
  readonly pod: PodEvent
  readonly container: string
  readonly exit: ContainerExit
  readonly at: number
}

/** Ends of containers since a moment, each once, oldest first; of pods that are gone as well. */
export function podExits(facts: JobFacts, since: number): readonly PodExit[] | undefined {
  const pods = podsOf(facts)
  if (pods === undefined) return undefined
  const uids = new Set(pods.map(({ uid }) => uid))
  const ends = new Map<string, PodExit>()
  for (const pod of facts.pods) {
    if (!uids.has(pod.uid)) continue
    for (const { key, container, exit } of exitsOf(pod)) {
      const at = exit.finishedAt ?? pod.at
      if (at >= since) ends.set(key, { pod, container, exit, at })
    }
  }
  return [...ends.values()].sort((a, b) => a.at - b.at)
}
