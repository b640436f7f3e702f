import { z } from 'zod'
import type { StateSnapshotEvent } from '../../model/kubernetes.ts'
import { count, Metadata, message, optionalText, present, timestamp } from './object.ts'

/** FlinkStateSnapshot of `flink.apache.org/v1beta1` (operator 1.10 and newer). */
export const FlinkStateSnapshot = z.object({
  metadata: Metadata,
  spec: z.object({
    // An empty object asks for a checkpoint, too.
    checkpoint: z.object({}).nullish(),
    jobReference: z
      .object({ kind: z.enum(['FlinkDeployment', 'FlinkSessionJob']), name: z.string().min(1) })
      .nullish(),
  }),
  status: z
    .object({
      state: z
        .enum(['TRIGGER_PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'ABANDONED', 'UNKNOWN'])
        .nullish()
        .catch('UNKNOWN'),
      path: optionalText,
      error: optionalText,
      failures: count,
      triggerTimestamp: timestamp,
      resultTimestamp: timestamp,
    })
    .nullish(),
})
export type FlinkStateSnapshot = z.output<typeof FlinkStateSnapshot>

/** Undefined for a savepoint that was registered by its path and belongs to no job (`alreadyExists`). */
export function stateSnapshotWord(
  { metadata, spec, status }: FlinkStateSnapshot,
  cluster: string,
): Omit<StateSnapshotEvent, 'at'> | undefined {
  if (!spec.jobReference) return undefined
  return {
    type: 'state-snapshot',
    cluster,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    of: spec.jobReference,
    kind: spec.checkpoint ? 'checkpoint' : 'savepoint',
    // The operator writes its first status a moment after the object is made.
    state: status?.state ?? 'TRIGGER_PENDING',
    ...present({ path: status?.path && message(status.path) }),
    failures: status?.failures ?? 0,
    ...present({
      triggeredAt: status?.triggerTimestamp,
      endedAt: status?.resultTimestamp,
      error: status?.error && message(status.error),
    }),
  }
}
