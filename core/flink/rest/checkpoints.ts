import { z } from 'zod'
import type { CheckpointEvent, CheckpointTask } from '../../model/events.ts'
import { flinkNumber } from './number.ts'

const Checkpoint = z.object({
  id: z.number(),
  status: z.enum(['IN_PROGRESS', 'COMPLETED', 'FAILED']),
  is_savepoint: z.boolean(),
  checkpoint_type: z.string().optional(),
  trigger_timestamp: z.number(),
  end_to_end_duration: z.number(),
  state_size: z.number(),
  persisted_data: z.number().optional(),
  num_subtasks: z.number(),
  num_acknowledged_subtasks: z.number(),
  failure_message: z.string().nullish(),
  external_path: z.string().nullish(),
})

/** `GET /jobs/:id/checkpoints` (CheckpointingStatisticsHandler); `web.checkpoints.history`, 10 by default. */
export const Checkpoints = z.object({
  counts: z.object({ completed: z.number(), failed: z.number(), in_progress: z.number() }),
  history: z.array(Checkpoint),
})
export type Checkpoints = z.output<typeof Checkpoints>

/** `GET /jobs/:id/checkpoints/details/:n`: how many subtasks of each vertex answered. */
export const CheckpointDetail = z.object({
  tasks: z.record(
    z.string(),
    z.object({
      num_subtasks: z.number(),
      num_acknowledged_subtasks: z.number(),
      end_to_end_duration: flinkNumber,
      state_size: flinkNumber,
    }),
  ),
})
export type CheckpointDetail = z.output<typeof CheckpointDetail>

/** `GET /jobs/:id/checkpoints/details/:n/subtasks/:vid`: the phases of every subtask, ms. */
export const CheckpointSubtasks = z.object({
  subtasks: z.array(
    z.object({
      index: z.number(),
      status: z.string(),
      end_to_end_duration: flinkNumber,
      checkpoint: z.object({ sync: flinkNumber, async: flinkNumber }).optional(),
      alignment: z.object({ duration: flinkNumber }).optional(),
      start_delay: flinkNumber,
    }),
  ),
})
export type CheckpointSubtasks = z.output<typeof CheckpointSubtasks>

const states = { IN_PROGRESS: 'in-progress', COMPLETED: 'completed', FAILED: 'failed' } as const

/** The history as events, oldest first. */
export function checkpointEvents(
  { history }: Checkpoints,
  about: { readonly job: string; readonly run: string; readonly at: number },
): readonly CheckpointEvent[] {
  return [...history].reverse().map((checkpoint) => ({
    type: 'checkpoint',
    ...about,
    id: checkpoint.id,
    state: states[checkpoint.status],
    savepoint: checkpoint.is_savepoint,
    unaligned: checkpoint.checkpoint_type === 'UNALIGNED_CHECKPOINT',
    triggeredAt: checkpoint.trigger_timestamp,
    endToEndMs: Math.max(0, checkpoint.end_to_end_duration),
    stateBytes: Math.max(0, checkpoint.state_size),
    ...(checkpoint.persisted_data ? { inFlightBytes: checkpoint.persisted_data } : {}),
    acknowledged: checkpoint.num_acknowledged_subtasks,
    subtasks: checkpoint.num_subtasks,
    ...(checkpoint.failure_message ? { failure: checkpoint.failure_message } : {}),
    ...(checkpoint.external_path?.includes('/') ? { externalPath: checkpoint.external_path } : {}),
    tasks: [],
  }))
}

/** Per vertex how many answered, and the phases of its slowest subtask where they were asked for. */
export function checkpointTasks(
  detail: CheckpointDetail,
  phases: ReadonlyMap<string, CheckpointSubtasks>,
): readonly CheckpointTask[] {
  return Object.entries(detail.tasks).map(([vertex, task]) => ({
    vertex,
    acknowledged: task.num_acknowledged_subtasks,
    subtasks: task.num_subtasks,
    ...positive({ endToEndMs: task.end_to_end_duration, stateBytes: task.state_size }),
    ...slowest(phases.get(vertex)),
  }))
}

function slowest(detail: CheckpointSubtasks | undefined): Partial<CheckpointTask> {
  if (!detail) return {}
  const missing = detail.subtasks
    .filter(({ status }) => status.startsWith('pending'))
    .map(({ index }) => index)
  const [worst] = [...detail.subtasks].sort(
    (a, b) => (b.end_to_end_duration ?? -1) - (a.end_to_end_duration ?? -1),
  )
  return {
    ...positive({
      startDelayMs: worst?.start_delay,
      alignmentMs: worst?.alignment?.duration,
      syncMs: worst?.checkpoint?.sync,
      asyncMs: worst?.checkpoint?.async,
    }),
    ...(missing.length > 0 ? { missing } : {}),
  }
}

/** Flink writes −1 for what it does not know. */
function positive<K extends string>(
  values: Readonly<Record<K, number | undefined>>,
): Partial<Record<K, number>> {
  const known: Partial<Record<K, number>> = {}
  for (const key in values) {
    const value = values[key]
    if (value !== undefined && value >= 0) known[key] = value
  }
  return known
}
