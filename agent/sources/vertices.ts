import type { Payload, SampleBlock } from '../../core/api/batch.ts'
import { countersOf, placedTasksOf, type VertexDetail } from '../../core/flink/rest/vertex.ts'
import { type ClusterState, events } from './cluster.ts'
import type { RunReader } from './flink-rest.ts'
import type { GraphReader } from './graph.ts'

const metrics = [
  'busyMs',
  'idleMs',
  'backpressuredMs',
  'recordsIn',
  'recordsOut',
  'bytesIn',
  'bytesOut',
] as const

/** Counters of every subtask, one request per vertex, and where the subtasks run when that changed. */
export function verticesReader(state: ClusterState, graph: GraphReader): RunReader {
  const placed = new Map<string, string>()
  const counted = new Map<string, number>()
  return {
    async read(run, job, signal) {
      const told: Payload[] = []
      for (const vertex of graph.topologyOf(run.jid)?.vertices ?? []) {
        const { value, at } = await state.rest.vertex(run.jid, vertex.id, signal)
        const key = `${run.jid}/${vertex.id}`
        const tasks = placedTasksOf(value)
        const word = JSON.stringify(tasks)
        if (placed.get(key) !== word) {
          placed.set(key, word)
          told.push(
            ...events({
              type: 'placement',
              at,
              job,
              run: run.jid,
              vertex: vertex.id,
              tasks: [...tasks],
            }),
          )
        }
        // A replay answers with the same body until a newer one was recorded: no new sample.
        if ((counted.get(key) ?? 0) >= at) continue
        counted.set(key, at)
        told.push(...countersBlock(value, at, { job, run: run.jid, vertex: vertex.id }))
      }
      return told
    },
    keepOnly(runs) {
      for (const map of [placed, counted]) {
        for (const key of map.keys()) if (!runs.has(key.split('/', 1)[0] ?? '')) map.delete(key)
      }
    },
  }
}

function countersBlock(
  detail: VertexDetail,
  at: number,
  about: { readonly job: string; readonly run: string; readonly vertex: string },
): readonly Payload[] {
  const counters = countersOf(detail)
  if (counters.length === 0) return []
  const block: SampleBlock = {
    at,
    via: 'flink-rest',
    subjects: counters.map(({ subtask, attempt }) => ({
      kind: 'subtask',
      ...about,
      subtask,
      attempt,
    })),
    columns: Object.fromEntries(
      metrics.map((metric) => [metric, counters.map(({ values }) => values[metric] ?? null)]),
    ),
  }
  return [{ kind: 'samples', blocks: [block] }]
}
