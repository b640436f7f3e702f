import type { LogBlock } from '../api/log-block.ts'
import type { LogLine, LogOrigin } from '../model/logs.ts'
import type { Store } from './open.ts'
import { insertRows } from './rows.ts'

/** The job, or the cluster of a process that belongs to many jobs. */
export const ownerOf = ({ job, cluster }: LogOrigin) => job ?? cluster

/** What was written this shortly ago, by the time of its lines, need not be written again. */
const SAY_AGAIN_MS = 3_600_000
const MOST_REMEMBERED = 200_000

/** By store: the span of each file that this process has written down. */
const saidFiles = new WeakMap<Store, Map<string, TimeSpan>>()

/** Writes down which files lines are of; again now and then, so that those that end can be forgotten. */
export async function writeFiles(store: Store, blocks: readonly LogBlock[]): Promise<void> {
  const known = remembered(saidFiles, store)
  const news = new Map<string, { origin: LogOrigin; span: TimeSpan }>()
  for (const { origin, lines } of blocks) {
    const key = `${origin.file} ${ownerOf(origin)}`
    const span = spanOf(lines)
    if (isWithin(known.get(key), span)) continue
    news.set(key, { origin, span: both(news.get(key)?.span ?? known.get(key), span) })
  }
  const values = [...news.values()].map(({ origin, span: { from, to } }) => [
    ...[ownerOf(origin), origin.file, JSON.stringify(origin), from, to],
  ])
  await insertRows(store, 'log_files', ['owner', 'file', 'origin', 'firstAt', 'lastAt'], values, {})
  for (const [key, { span }] of news) known.set(key, span)
}

interface Pattern {
  readonly owner: string
  /** The first of its lines. */
  readonly line: LogLine
  readonly span: TimeSpan
}

/** By store: the span of each template that this process has written. */
const described = new WeakMap<Store, Map<string, TimeSpan>>()

/** Writes down what lines look like, each template with an example of every owner. */
export async function writePatterns(store: Store, blocks: readonly LogBlock[]): Promise<void> {
  const known = remembered(described, store)
  const news = new Map<string, Pattern>()
  for (const { origin, lines } of blocks) {
    const owner = ownerOf(origin)
    for (const [template, own] of byTemplate(lines)) {
      const key = `${template} ${owner}`
      const span = spanOf(own)
      if (isWithin(known.get(key), span)) continue
      const before = news.get(key)
      const line = before?.line ?? own[0]
      if (line) news.set(key, { owner, line, span: both(before?.span ?? known.get(key), span) })
    }
  }
  await insertRows(
    store,
    'log_patterns',
    ['owner', 'template', 'example', 'level', 'logger', 'signature', 'firstAt', 'lastAt'],
    [...news.values()].map(({ owner, line, span: { from, to } }) => [
      ...[owner, line.template, line.message.slice(0, 2_000), line.level ?? ''],
      ...[line.logger ?? '', line.signature ?? '', from, to],
    ]),
    {},
  )
  for (const [key, { span }] of news) known.set(key, span)
}

function byTemplate(lines: readonly LogLine[]): ReadonlyMap<string, readonly LogLine[]> {
  const groups = new Map<string, LogLine[]>()
  for (const line of lines) {
    const group = groups.get(line.template)
    if (group) group.push(line)
    else groups.set(line.template, [line])
  }
  return groups
}

interface TimeSpan {
  readonly from: number
  readonly to: number
}

function spanOf(lines: readonly LogLine[]): TimeSpan {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { at } of lines) {
    if (at < from) from = at
    if (at > to) to = at
  }
  return { from, to }
}

const isWithin = (known: TimeSpan | undefined, { from, to }: TimeSpan) =>
  known !== undefined && from >= known.from && to <= known.to + SAY_AGAIN_MS

const both = (one: TimeSpan | undefined, other: TimeSpan): TimeSpan =>
  one ? { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) } : other

function remembered(
  memory: WeakMap<Store, Map<string, TimeSpan>>,
  store: Store,
): Map<string, TimeSpan> {
  const known = memory.get(store) ?? new Map<string, TimeSpan>()
  memory.set(store, known)
  if (known.size > MOST_REMEMBERED) known.clear()
  return known
}
