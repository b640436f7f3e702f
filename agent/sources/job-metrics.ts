import { jobValues } from '../../core/flink/rest/metrics.ts'
import type { JobMetric } from '../../core/model/metrics.ts'
import type { ClusterState } from './cluster.ts'
import type { RunReader } from './flink-rest.ts'

/** Restarts, rescales and checkpoint counts of a run. */
export function jobMetricsReader(state: ClusterState): RunReader {
  const newest = new Map<string, number>()
  return {
    async read(run, job, signal) {
      const { value, at } = await state.rest.jobMetrics(run.jid, signal)
      if ((newest.get(run.jid) ?? 0) >= at) return []
      newest.set(run.jid, at)
      const values: Partial<Record<JobMetric, number>> = jobValues(value)
      const columns = Object.fromEntries(
        Object.entries(values).map(([metric, number]) => [metric, [number]]),
      )
      if (Object.keys(columns).length === 0) return []
      return [
        {
          kind: 'samples',
          blocks: [
            { at, via: 'flink-rest', subjects: [{ kind: 'job', job, run: run.jid }], columns },
          ],
        },
      ]
    },
    keepOnly(runs) {
      for (const run of newest.keys()) if (!runs.has(run)) newest.delete(run)
    },
  }
}
