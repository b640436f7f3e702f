import type { LogBlock } from '../api/log-block.ts'
import type { LogLine, LogOrigin } from '../model/logs.ts'
import { ownerOf, writeFiles, writePatterns } from './log-catalogue.ts'
import type { NativeColumn } from './native.ts'
import type { Store } from './open.ts'
import { noteTouched } from './rollups.ts'
import { insertNative, type WriteOptions } from './rows.ts'

/** One event of a log as it lies in `logs`. */
export interface LogRow {
  readonly owner: string
  readonly origin: LogOrigin
  readonly line: LogLine
  readonly at: number
}

export function logRows(blocks: readonly LogBlock[]): readonly LogRow[] {
  return blocks.flatMap(({ origin, lines }) => {
    const owner = ownerOf(origin)
    return lines.map((line) => ({ owner, origin, line, at: line.at }))
  })
}

const columns: readonly NativeColumn<LogRow>[] = [
  { name: 'owner', type: 'LowCardinality(String)', of: ({ owner }) => owner },
  { name: 'at', type: "DateTime64(3, 'UTC')", of: ({ at }) => at },
  { name: 'file', type: 'LowCardinality(String)', of: ({ origin }) => origin.file },
  { name: 'offset', type: 'UInt64', of: ({ line }) => line.offset },
  { name: 'bytes', type: 'UInt32', of: ({ line }) => line.bytes },
  { name: 'pod', type: 'LowCardinality(String)', of: ({ origin }) => origin.pod },
  { name: 'attempt', type: 'UInt32', of: ({ origin }) => origin.attempt },
  { name: 'stream', type: 'LowCardinality(String)', of: ({ line }) => line.stream },
  { name: 'timed', type: 'LowCardinality(String)', of: ({ line }) => line.timed },
  { name: 'level', type: 'LowCardinality(String)', of: ({ line }) => line.level },
  { name: 'logger', type: 'LowCardinality(String)', of: ({ line }) => line.logger },
  { name: 'thread', type: 'LowCardinality(String)', of: ({ line }) => line.thread },
  { name: 'body', type: 'String', of: ({ line }) => bodyOf(line) },
  { name: 'messageLength', type: 'UInt32', of: ({ line }) => line.message.length },
  { name: 'exception', type: 'LowCardinality(String)', of: ({ line }) => line.exception },
  { name: 'rootCause', type: 'LowCardinality(String)', of: ({ line }) => line.rootCause },
  { name: 'frame', type: 'LowCardinality(String)', of: ({ line }) => line.frame },
  { name: 'template', type: 'LowCardinality(String)', of: ({ line }) => line.template },
  { name: 'signature', type: 'LowCardinality(String)', of: ({ line }) => line.signature },
  { name: 'cutBytes', type: 'UInt32', of: ({ line }) => line.cutBytes ?? 0 },
  { name: 'redacted', type: 'UInt32', of: ({ line }) => line.redacted ?? 0 },
]

const bodyOf = ({ message, stack }: LogLine) =>
  stack === undefined ? message : `${message}\n${stack}`

/** What is in the table's order already need not be sorted by the engine, which would move every column of every row. */
function inTableOrder(rows: readonly LogRow[]): readonly LogRow[] {
  return [...rows].sort(
    (a, b) =>
      compare(a.owner, b.owner) ||
      a.at - b.at ||
      compare(a.origin.file, b.origin.file) ||
      a.line.offset - b.line.offset,
  )
}

const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1)

/** Stores lines, which files they are of, and what they look like. */
export async function writeLogs(
  store: Store,
  blocks: readonly LogBlock[],
  options: WriteOptions,
): Promise<void> {
  if (blocks.length === 0) return
  const rows = logRows(blocks)
  await Promise.all([
    noteTouched(store, touchedBy(blocks), Date.now()),
    writeFiles(store, blocks),
    writePatterns(store, blocks),
  ])
  await insertNative(store, 'logs', columns, inTableOrder(rows), options)
}

const HOUR_MS = 3_600_000

/** Moments of every hour that gets lines; the hours are what counts. */
function* touchedBy(blocks: readonly LogBlock[]) {
  for (const { origin, lines } of blocks) {
    const owner = ownerOf(origin)
    let hour = Number.NaN
    for (const { at } of lines) {
      if (Math.floor(at / HOUR_MS) === hour) continue
      hour = Math.floor(at / HOUR_MS)
      yield { source: 'log' as const, owner, at }
    }
  }
}
