import type { Payload } from '../../core/api/batch.ts'
import { processValues } from '../../core/flink/rest/metrics.ts'
import { SourceError } from '../../core/kit/errors.ts'
import type { ClusterState } from './cluster.ts'

/** TaskManagers asked per look: a larger cluster is asked in turns. */
const ASKED_PER_LOOK = 10

/** CPU, heap and collections of the TaskManagers over REST, for clusters without a reporter. */
export function processMetricsReader(
  state: ClusterState,
): (signal: AbortSignal) => Promise<readonly Payload[]> {
  let next = 0
  return async (signal) => {
    const told: Payload[] = []
    try {
      const ids = (await state.rest.taskmanagers(signal)).value.taskmanagers.map(({ id }) => id)
      const asked = Array.from(
        { length: Math.min(ASKED_PER_LOOK, ids.length) },
        (_, i) => ids[(next + i) % ids.length] ?? '',
      )
      next = ids.length === 0 ? 0 : (next + asked.length) % ids.length
      for (const id of asked) {
        const { value, at } = await state.rest.processMetrics(id, signal)
        const columns = Object.fromEntries(
          Object.entries(processValues(value)).map(([metric, number]) => [metric, [number]]),
        )
        if (Object.keys(columns).length === 0) continue
        told.push({
          kind: 'samples',
          blocks: [
            {
              at,
              via: 'flink-rest',
              subjects: [{ kind: 'taskmanager', cluster: state.cluster, id }],
              columns,
            },
          ],
        })
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof SourceError)) throw error
    }
    return told
  }
}
