import type { Batch, Payload } from '../api/batch.ts'
import { spanOf } from './outgoing.ts'
import type { Part } from './split.ts'

/** What names a batch for ever; given to a payload when it is sent for the first time. */
export interface Identity {
  readonly epoch: number
  readonly lane: Batch['lane']
  readonly seq: number
}

/** A payload that no gateway has acknowledged yet; what it says is kept by the `Keep`. */
export interface Waiting {
  /** Its own in this keep, also over restarts where the keep outlives them. */
  readonly id: number
  readonly kind: Payload['kind']
  readonly bytes: number
  /** When its facts were measured, epoch ms. */
  readonly fromAt: number
  readonly toAt: number
  /** Of a payload that was sent before: the gateway may have it under this name. */
  readonly identity?: Identity
}

/**
 * Where payloads stay until they are acknowledged. Two implementations, one contract
 * (`keep.contract.ts`): in memory, and on disk, where they outlive the process.
 */
export interface Keep {
  /** What an earlier process left behind, oldest first. */
  readonly leftovers: readonly Waiting[]
  push(part: Part): Waiting
  /** Undefined when it cannot be read any more: a disk has lost or changed it. */
  read(waiting: Waiting): Payload | undefined
  /** Notes the name under which it is about to be sent, so that a repeat has the same. */
  name(waiting: Waiting, identity: Identity): void
  /** Acknowledged, or given up: it is forgotten. */
  done(waiting: Waiting): void
  /** Lets go; what waits stays where the keep outlives the process. */
  close(): void
  /** Whether what waits survives `close`. */
  readonly lasting: boolean
  /** Batches of earlier processes that were found changed or torn. */
  readonly damaged: number
  /** Of what may wait at this moment; beyond it the oldest is to be cut. */
  capBytes(): number
}

export function waitingOf(id: number, { payload, bytes }: Part): Waiting {
  return { id, kind: payload.kind, bytes, ...spanOf(payload) }
}

export function keepInMemory(maxBytes: number): Keep {
  const payloads = new Map<number, Payload>()
  let id = 0
  return {
    leftovers: [],
    lasting: false,
    damaged: 0,
    capBytes: () => maxBytes,
    push(part) {
      id++
      payloads.set(id, part.payload)
      return waitingOf(id, part)
    },
    read: (waiting) => payloads.get(waiting.id),
    name() {},
    done: (waiting) => void payloads.delete(waiting.id),
    close: () => payloads.clear(),
  }
}
