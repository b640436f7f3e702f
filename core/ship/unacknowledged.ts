import type { Payload } from '../api/batch.ts'

/** A numbered batch that no gateway has acknowledged yet. */
export interface Waiting {
  readonly seq: number
  readonly payload: Payload
  readonly bytes: number
}

/**
 * Batches in the order of their numbers, as long as they are unacknowledged. This is the seam for the
 * disk: a spool keeps the same promises and outlives the process.
 */
export interface Unacknowledged {
  /** Returns what had to be cut, oldest first, so that all stay within the cap. */
  push(batch: Waiting): readonly Waiting[]
  /** The oldest, which must be sent next. It is not cut until `release` or `remove`. */
  hold(): Waiting | undefined
  release(): void
  remove(batch: Waiting): void
  /** Takes all that is left. */
  drain(): readonly Waiting[]
  batches(): number
  bytes(): number
}

export function keepInMemory(maxBytes: number): Unacknowledged {
  const batches = new Set<Waiting>()
  let held: Waiting | undefined
  let bytes = 0

  const remove = (batch: Waiting) => {
    if (batches.delete(batch)) bytes -= batch.bytes
    if (held === batch) held = undefined
  }

  return {
    push(batch) {
      batches.add(batch)
      bytes += batch.bytes
      const cut: Waiting[] = []
      for (const oldest of batches) {
        if (bytes <= maxBytes) break
        // Whether the gateway takes the one that is under way right now is not known yet.
        if (oldest === held) continue
        remove(oldest)
        cut.push(oldest)
      }
      return cut
    },
    hold() {
      held = batches.values().next().value
      return held
    },
    release() {
      held = undefined
    },
    remove,
    drain() {
      const left = [...batches]
      for (const batch of left) remove(batch)
      return left
    },
    batches: () => batches.size,
    bytes: () => bytes,
  }
}
