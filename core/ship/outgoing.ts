import type { Ack, Batch, Payload } from '../api/batch.ts'
import { momentsOf } from '../api/moments.ts'

/** A batch on its way out: what `Batch` reads, with the readonly parts that a source handed over. */
export type OutgoingBatch = Pick<Batch, 'v' | 'agent' | 'epoch' | 'lane' | 'seq' | 'sentAt'> &
  Payload

/**
 * Hands one batch to a gateway. Resolves once the gateway has taken responsibility for it.
 * @throws IntakeError with the gateway's answer; any other error says by `retriable` whether to come again
 */
export type Send = (batch: OutgoingBatch, signal: AbortSignal) => Promise<Ack>

/** When the facts of a payload were measured: the oldest and the newest of them, epoch ms. */
export function spanOf(payload: Payload): { fromAt: number; toAt: number } {
  let fromAt = Number.POSITIVE_INFINITY
  let toAt = Number.NEGATIVE_INFINITY
  for (const { at } of momentsOf(payload)) {
    fromAt = Math.min(fromAt, at)
    toAt = Math.max(toAt, at)
  }
  return { fromAt, toAt }
}
