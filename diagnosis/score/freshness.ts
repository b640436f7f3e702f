import type { JobView } from '../signals/view.ts'

/** REST is asked every five to ten seconds: three missed answers are silence. */
const SILENT_AFTER_MS = 30_000

/** Why nothing can be said about now; undefined when the facts are fresh. */
export function freshness(view: JobView): string | undefined {
  const { facts, run } = view
  if (!run) return 'the job has not been seen yet'
  if (run.state === 'FAILED') return undefined
  if (run.state === 'CANCELED' || run.state === 'FINISHED' || run.state === 'SUSPENDED') {
    return `the job has ended (${run.state})`
  }
  const cluster = facts.clusters.at(-1)
  if (cluster?.state === 'unreachable') {
    return `the JobManager does not answer${cluster.reason ? `: ${cluster.reason}` : ''}`
  }
  const newest = Math.max(facts.samples.at(-1)?.at ?? 0, facts.tasks.at(-1)?.at ?? 0, run.at)
  const silentMs = facts.at - newest
  if (silentMs > SILENT_AFTER_MS) return `no samples for ${Math.round(silentMs / 1000)} s`
  return undefined
}
