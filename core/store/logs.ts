import type { LogBlock } from '../api/log-block.ts'
import type { LogLine, LogOrigin } from '../model/logs.ts'
import type { NativeColumn } from './native.ts'
import type { Store } from './open.ts'
import { noteTouched } from './rollups.ts'
import { insertNative, insertRows, type WriteOptions } from './rows.ts'

/** One event of a log as it lies in `logs`. */
export interface LogRow {
  readonly owner: string
  readonly origin: LogOrigin
  readonly line: LogLine
  readonly at: number
}

/** The job, or the cluster of a process that belongs to many jobs. */
export const ownerOf = ({ job, cluster }: LogOrigin) => job ?? cluster

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
  const touched = rows.map(({ owner, at }) => ({ source: 'log' as const, owner, at }))
  await Promise.all([
    noteTouched(store, touched, Date.now()),
    writeFiles(store, blocks),
    writePatterns(store, rows),
  ])
  await insertNative(store, 'logs', columns, inTableOrder(rows), options)
}

/** A file is written down again after this long, by the time of its lines, so that those that end can be forgotten. */
const SAY_FILE_EVERY_MS = 3_600_000

/** By store: the span of each file that this process has written down. */
const saidFiles = new WeakMap<Store, Map<string, TimeSpan>>()

async function writeFiles(store: Store, blocks: readonly LogBlock[]): Promise<void> {
  const known = remembered(saidFiles, store)
  const news = new Map<string, { origin: LogOrigin; span: TimeSpan }>()
  for (const { origin, lines } of blocks) {
    const key = `${origin.file} ${ownerOf(origin)}`
    for (const { at } of lines) {
      if (isWithin(known.get(key), at, SAY_FILE_EVERY_MS)) continue
      news.set(key, { origin, span: widened(news.get(key)?.span ?? known.get(key), at) })
    }
  }
  const values = [...news.values()].map(({ origin, span: { from, to } }) => [
    ...[ownerOf(origin), origin.file, JSON.stringify(origin), from, to],
  ])
  await insertRows(store, 'log_files', ['owner', 'file', 'origin', 'firstAt', 'lastAt'], values, {})
  for (const [key, { span }] of news) known.set(key, span)
}

interface TimeSpan {
  readonly from: number
  readonly to: number
}

const isWithin = (span: TimeSpan | undefined, at: number, slackMs: number) =>
  span !== undefined && at >= span.from && at <= span.to + slackMs

const widened = (span: TimeSpan | undefined, at: number): TimeSpan =>
  span ? { from: Math.min(span.from, at), to: Math.max(span.to, at) } : { from: at, to: at }

function remembered(
  memory: WeakMap<Store, Map<string, TimeSpan>>,
  store: Store,
): Map<string, TimeSpan> {
  const known = memory.get(store) ?? new Map<string, TimeSpan>()
  memory.set(store, known)
  if (known.size > MOST_REMEMBERED) known.clear()
  return known
}

/** A template that was written this shortly ago, by the time of its lines, need not be written again. */
const DESCRIBE_EVERY_MS = 3_600_000
const MOST_REMEMBERED = 200_000

/** By store: the span of each template that this process has written. */
const described = new WeakMap<Store, Map<string, TimeSpan>>()

async function writePatterns(store: Store, rows: readonly LogRow[]): Promise<void> {
  const known = remembered(described, store)
  const news = new Map<string, { row: LogRow; span: TimeSpan }>()
  for (const row of rows) {
    const key = `${row.line.template} ${row.owner}`
    if (isWithin(known.get(key), row.at, DESCRIBE_EVERY_MS)) continue
    const own = news.get(key)
    news.set(key, {
      row: own?.row ?? row,
      span: widened(own?.span ?? known.get(key), row.at),
    })
  }
  await insertRows(
    store,
    'log_patterns',
    ['owner', 'template', 'example', 'level', 'logger', 'signature', 'firstAt', 'lastAt'],
    [...news.values()].map(({ row: { owner, line }, span: { from, to } }) => [
      ...[owner, line.template, line.message.slice(0, 2_000), line.level ?? ''],
      ...[line.logger ?? '', line.signature ?? '', from, to],
    ]),
    {},
  )
  for (const [key, { span }] of news) known.set(key, span)
}
