import type { Chunk } from '../chunk.ts'
import type { Ends } from '../ends.ts'

/** The events of one log on their way to a gateway. */
export interface Lane {
  readonly file: string
  /** To be sent next, in order. */
  readonly queue: Chunk[]
  /** Bytes in the queue and under way. */
  bytes: number
  /** The queue has held everything up to here. */
  taken: Ends
  /** The archive holds more behind the queue. */
  behind: boolean
  filling: Filling | undefined
  isFilling: boolean
  /** Puts one chunk after the other into the archive. */
  placing: Promise<void>
  /** How many are on their way there. */
  unplaced: number
  underWay: boolean
  /** What the disk refused and memory has no room for; nothing more of this log is read meanwhile. */
  readonly hand: Chunk[]
}

/** A pass through what the archive held when it began. */
export interface Filling {
  readonly chunks: AsyncGenerator<Chunk>
  readonly heldThen: Ends
  found: boolean
}

export const newLane = (file: string, taken: Ends, behind: boolean): Lane => ({
  ...{ file, queue: [], bytes: 0, taken, behind, filling: undefined, isFilling: false },
  ...{ placing: Promise.resolve(), unplaced: 0, underWay: false, hand: [] },
})

/** Whether everything that was taken of the log is acknowledged. */
export const isIdle = (lane: Lane): boolean =>
  lane.queue.length === 0 &&
  !lane.behind &&
  !lane.underWay &&
  !lane.isFilling &&
  lane.unplaced === 0 &&
  lane.hand.length === 0

/** What an event takes besides its text. */
const EVENT_BYTES = 200

/** Roughly what events take in memory and on their way; a line that was cut is long only in its file. */
export function bytesOf({ lines }: Chunk): number {
  let bytes = 0
  for (const { message, stack } of lines) {
    bytes += message.length + (stack?.length ?? 0) + EVENT_BYTES
  }
  return bytes
}
