import type { Payload } from '../../core/api/batch.ts'

/** Something that is looked at again and again: one file each, loaded only when used. */
export interface Source {
  readonly name: string
  /** How often `poll` is worth calling. */
  readonly everyMs: number
  /**
   * One look. What it learned, in order; empty when nothing is new. Trouble with what it looks at is
   * part of the answer (an event, an `up` of 0), not an error.
   */
  poll(signal: AbortSignal): Promise<readonly Payload[]>
}
