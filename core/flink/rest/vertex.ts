import { z } from 'zod'
import type { PlacedTask } from '../../model/events.ts'
import type { TaskMetric } from '../../model/metrics.ts'
import { taskStates } from './jobs.ts'
import { flinkNumber } from './number.ts'

/** `GET /jobs/:id/vertices/:vid` (JobVertexDetailsHandler): every subtask's newest attempt. */
export const VertexDetail = z.object({
  id: z.string(),
  subtasks: z.array(
    z.object({
      subtask: z.number(),
      status: z.enum(taskStates),
      attempt: z.number(),
      'start-time': z.number(),
      'taskmanager-id': z.string().nullish(),
      'status-duration': z.record(z.string(), z.number()).optional(),
      metrics: z.object({
        'read-bytes': flinkNumber,
        'write-bytes': flinkNumber,
        'read-records': flinkNumber,
        'write-records': flinkNumber,
        'accumulated-backpressured-time': flinkNumber,
        'accumulated-idle-time': flinkNumber,
        'accumulated-busy-time': flinkNumber,
      }),
    }),
  ),
})
export type VertexDetail = z.output<typeof VertexDetail>

export interface SubtaskCounters {
  readonly subtask: number
  readonly attempt: number
  readonly values: Readonly<Partial<Record<TaskMetric, number>>>
}

/**
 * The counters of every running subtask that really has some. The first answer after an idle time is
 * all zeros with busy time "NaN" though it says `…-complete: true` (measured, both lines): it is none.
 */
export function countersOf({ subtasks }: VertexDetail): readonly SubtaskCounters[] {
  return subtasks.flatMap(({ subtask, attempt, status, metrics }) => {
    const busyMs = metrics['accumulated-busy-time']
    const idleMs = metrics['accumulated-idle-time']
    const backpressuredMs = metrics['accumulated-backpressured-time']
    if (status !== 'RUNNING' || busyMs === undefined || idleMs === undefined) return []
    if (backpressuredMs === undefined || busyMs + idleMs + backpressuredMs === 0) return []
    const values: Partial<Record<TaskMetric, number>> = { busyMs, idleMs, backpressuredMs }
    const records = {
      recordsIn: metrics['read-records'],
      recordsOut: metrics['write-records'],
      bytesIn: metrics['read-bytes'],
      bytesOut: metrics['write-bytes'],
    }
    for (const [metric, value] of Object.entries(records)) {
      // Object.entries forgets that the keys are those of the literal above.
      if (value !== undefined) values[metric as keyof typeof records] = value
    }
    return [{ subtask, attempt, values }]
  })
}

/** Where the subtasks are. `(unassigned)` is Flink's word for no slot yet. */
export function placedTasksOf({ subtasks }: VertexDetail): readonly PlacedTask[] {
  return subtasks.map(({ subtask, attempt, status, ...task }) => {
    const taskmanager = task['taskmanager-id']
    return {
      subtask,
      attempt,
      state: status,
      ...(taskmanager && taskmanager !== '(unassigned)' ? { taskmanager } : {}),
      startedAt: task['start-time'],
    }
  })
}
