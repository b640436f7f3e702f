import type { LogOrigin } from '../../core/model/logs.ts'
import { further, notBegun, type Reached } from '../ends.ts'
import type { GroupHead } from './group.ts'

/** What one segment, or the whole archive, holds of one file. */
export interface Part {
  readonly origin: LogOrigin
  readonly rows: number
  /** Bytes that the events take in their file. */
  readonly bytes: number
  readonly firstAt: number
  readonly lastAt: number
  /** How far the file is held with it. */
  readonly reached: Reached
}

export const emptyPart = (origin: LogOrigin): Part => ({
  origin,
  rows: 0,
  bytes: 0,
  firstAt: Number.MAX_SAFE_INTEGER,
  lastAt: Number.MIN_SAFE_INTEGER,
  reached: notBegun,
})

export function joined(part: Part, more: Omit<Part, 'origin'> | GroupHead): Part {
  return {
    origin: part.origin,
    rows: part.rows + more.rows,
    bytes: part.bytes + more.bytes,
    firstAt: Math.min(part.firstAt, more.firstAt),
    lastAt: Math.max(part.lastAt, more.lastAt),
    reached: further(part.reached, more.reached),
  }
}
