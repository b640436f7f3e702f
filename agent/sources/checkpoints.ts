import {
  type CheckpointSubtasks,
  checkpointEvents,
  checkpointTasks,
} from '../../core/flink/rest/checkpoints.ts'
import { SourceError } from '../../core/kit/errors.ts'
import type { CheckpointEvent, CheckpointTask } from '../../core/model/events.ts'
import { type ClusterState, events } from './cluster.ts'
import type { RunReader } from './flink-rest.ts'
import type { GraphReader } from './graph.ts'

/** A checkpoint this slow, or a failed one, is worth the requests for its phases. */
const SLOW_MS = 5_000
/** Vertices of one checkpoint whose subtasks are asked for. */
const VERTICES_ASKED = 3
/** So is one that has grown by this since the last that was asked: which vertex it is that grows. */
const GROWN_TIMES = 1.1
const GROWN_FROM_BYTES = 2 ** 20

/** New words on checkpoints; failed and slow ones with who did not answer and where the time went. */
export function checkpointsReader(state: ClusterState, graph: GraphReader): RunReader {
  const told = new Map<string, Map<number, string>>()
  const askedBytes = new Map<string, number>()

  const hasGrown = ({ run, state, stateBytes }: CheckpointEvent) =>
    state === 'completed' &&
    stateBytes >= Math.max(GROWN_FROM_BYTES, GROWN_TIMES * (askedBytes.get(run) ?? 0))

  const detailsOf = async (
    checkpoint: CheckpointEvent,
    withPhases: boolean,
    signal: AbortSignal,
  ): Promise<readonly CheckpointTask[]> => {
    try {
      const { value } = await state.rest.checkpoint(checkpoint.run, checkpoint.id, signal)
      const phases = new Map<string, CheckpointSubtasks>()
      const order = graph.topologyOf(checkpoint.run)?.vertices ?? []
      for (const vertex of withPhases ? worthAsking(value.tasks, order) : []) {
        try {
          const subtasks = await state.rest.checkpointSubtasks(
            checkpoint.run,
            checkpoint.id,
            vertex,
            signal,
          )
          phases.set(vertex, subtasks.value)
        } catch (error) {
          if (!(error instanceof SourceError)) throw error
        }
      }
      return checkpointTasks(value, phases)
    } catch (error) {
      // Flink has dropped it from its history, or it was not recorded: known without its phases.
      if (error instanceof SourceError) return []
      throw error
    }
  }

  return {
    async read(run, job, signal) {
      const { value, at } = await state.rest.checkpoints(run.jid, signal)
      const seen = told.get(run.jid) ?? new Map<number, string>()
      told.set(run.jid, seen)
      const fresh: CheckpointEvent[] = []
      for (const checkpoint of checkpointEvents(value, { job, run: run.jid, at })) {
        if (seen.get(checkpoint.id) === checkpoint.state) continue
        seen.set(checkpoint.id, checkpoint.state)
        const isSlow = checkpoint.state === 'failed' || checkpoint.endToEndMs >= SLOW_MS
        const isGrown = hasGrown(checkpoint)
        const tasks = isSlow || isGrown ? await detailsOf(checkpoint, isSlow, signal) : []
        if (isGrown) askedBytes.set(run.jid, checkpoint.stateBytes)
        fresh.push({ ...checkpoint, tasks })
      }
      return events(...fresh)
    },
    keepOnly(runs) {
      for (const run of told.keys()) if (!runs.has(run)) told.delete(run)
      for (const run of askedBytes.keys()) if (!runs.has(run)) askedBytes.delete(run)
    },
  }
}

/** Those that did not answer, in the direction of the stream, else the slowest. */
function worthAsking(
  tasks: Readonly<
    Record<
      string,
      {
        num_subtasks: number
        num_acknowledged_subtasks: number
        end_to_end_duration: number | undefined
      }
    >
  >,
  order: readonly { readonly id: string }[],
): readonly string[] {
  const silent = order.filter(({ id }) => {
    const task = tasks[id]
    return task !== undefined && task.num_acknowledged_subtasks < task.num_subtasks
  })
  if (silent.length > 0) return silent.slice(0, VERTICES_ASKED).map(({ id }) => id)
  return Object.entries(tasks)
    .sort(([, a], [, b]) => (b.end_to_end_duration ?? 0) - (a.end_to_end_duration ?? 0))
    .slice(0, 1)
    .map(([vertex]) => vertex)
}
