import type { LogLine } from '../../core/model/logs.ts'
import type { Reached } from '../ends.ts'
import { COLUMNS, decodeColumns, encodeColumns } from './columns.ts'

/** What is known of a group of events of one file without unpacking them. */
export interface GroupHead {
  /** Identity of the file, as in `LogOrigin`. */
  readonly file: string
  readonly rows: number
  /** Bytes that the events take in their file. */
  readonly bytes: number
  readonly firstAt: number
  readonly lastAt: number
  readonly reached: Reached
  /** Bytes of each column. */
  readonly lengths: readonly number[]
}

export interface Group {
  readonly head: GroupHead
  readonly columns: readonly Buffer[]
}

export function encodeGroup(file: string, lines: readonly LogLine[], reached: Reached): Group {
  const columns = encodeColumns(lines)
  let bytes = 0
  let firstAt = Number.MAX_SAFE_INTEGER
  let lastAt = Number.MIN_SAFE_INTEGER
  for (const line of lines) {
    bytes += line.bytes
    firstAt = Math.min(firstAt, line.at)
    lastAt = Math.max(lastAt, line.at)
  }
  const lengths = columns.map((column) => column.length)
  return { head: { file, rows: lines.length, bytes, firstAt, lastAt, reached, lengths }, columns }
}

export function decodeGroup({ head, columns }: Group): LogLine[] {
  return decodeColumns(columns, head.rows)
}

/** Cuts a body in which the columns of one group stand behind each other. */
export function cutColumns(body: Buffer, lengths: readonly number[]): readonly Buffer[] {
  let at = 0
  return lengths.slice(0, COLUMNS).map((length) => {
    at += length
    return body.subarray(at - length, at)
  })
}

export const bodyBytes = ({ lengths }: GroupHead): number =>
  lengths.reduce((sum, length) => sum + length, 0)
