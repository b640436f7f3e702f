import { slotsOf, type Vertex } from '../../core/model/topology.ts'
import type { JobView } from '../signals/view.ts'

/** What a job occupies. Cores are undefined where a TaskManager's are not known. */
export interface Resources {
  readonly slots: number
  readonly taskManagers: number
  readonly cores: number | undefined
}

/** What one TaskManager offers. */
export interface TaskManagerShape {
  readonly slots: number
  readonly cores: number | undefined
}

export function resourcesOf(
  vertices: readonly Pick<Vertex, 'parallelism' | 'slotSharingGroup'>[],
  shape: TaskManagerShape,
): Resources {
  const slots = slotsOf(vertices)
  const taskManagers = Math.ceil(slots / shape.slots)
  return {
    slots,
    taskManagers,
    cores: shape.cores === undefined ? undefined : taskManagers * shape.cores,
  }
}

/** The newest word on any registered TaskManager; else what the configuration says; else one slot. */
export function shapeOf(view: JobView): TaskManagerShape {
  const registered = view.facts.taskmanagers.findLast(({ state }) => state === 'registered')
  const config = view.facts.config ?? {}
  const slots = registered?.slots ?? Number(config['taskmanager.numberOfTaskSlots'] ?? 1)
  const cores = Number(
    config['kubernetes.taskmanager.cpu.amount'] ??
      config['kubernetes.taskmanager.cpu'] ??
      config['taskmanager.cpu.cores'] ??
      registered?.cpuCores ??
      Number.NaN,
  )
  return { slots: slots > 0 ? slots : 1, cores: cores > 0 ? cores : undefined }
}

/** Slots that registered TaskManagers have free now. */
export function freeSlotsOf(view: JobView): number {
  const newest = new Map(view.facts.taskmanagers.map((event) => [event.id, event]))
  return [...newest.values()].reduce(
    (sum, { state, freeSlots }) => sum + (state === 'registered' ? freeSlots : 0),
    0,
  )
}
