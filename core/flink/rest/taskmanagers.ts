import { z } from 'zod'

/** `GET /taskmanagers` (TaskManagersHandler). */
export const TaskManagers = z.object({
  taskmanagers: z.array(
    z.object({
      id: z.string(),
      slotsNumber: z.number(),
      freeSlots: z.number(),
      hardware: z.object({ cpuCores: z.number() }).optional(),
      memoryConfiguration: z
        .object({
          frameworkHeap: z.number().nullish(),
          taskHeap: z.number().nullish(),
          managedMemory: z.number().nullish(),
          networkMemory: z.number().nullish(),
          totalProcessMemory: z.number().nullish(),
        })
        .optional(),
    }),
  ),
})
export type TaskManagerBody = z.output<typeof TaskManagers>['taskmanagers'][number]

/** What a TaskManager offers, as a `taskmanager` event carries it. Sizes in bytes. */
export function resourcesOf({
  slotsNumber,
  freeSlots,
  hardware,
  memoryConfiguration: memory,
}: TaskManagerBody) {
  const heap = (memory?.frameworkHeap ?? 0) + (memory?.taskHeap ?? 0)
  return {
    slots: slotsNumber,
    freeSlots,
    ...(hardware ? { cpuCores: hardware.cpuCores } : {}),
    ...(heap > 0 ? { heapBytes: heap } : {}),
    ...(memory?.managedMemory ? { managedBytes: memory.managedMemory } : {}),
    ...(memory?.networkMemory ? { networkBytes: memory.networkMemory } : {}),
    ...(memory?.totalProcessMemory ? { processBytes: memory.totalProcessMemory } : {}),
  }
}
