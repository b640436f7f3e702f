import { type MetricSpec, processMetrics, taskMetrics } from '../model/metrics.ts'
import type { Store } from './open.ts'
import { insertRows, selectRows } from './rows.ts'
import type { Span } from './series.ts'

/** Tables of samples that have rollups, and what names a row in them. */
const sources = {
  task: {
    raw: 'task_samples',
    owner: 'job',
    identity: ['job', 'vertex', 'subtask', 'run', 'attempt', 'via'],
    metrics: taskMetrics as Readonly<Record<string, MetricSpec>>, // Keyed by name alone here.
  },
  process: {
    raw: 'process_samples',
    owner: 'cluster',
    identity: ['cluster', 'process', 'via'],
    metrics: processMetrics as Readonly<Record<string, MetricSpec>>, // The same.
  },
} as const
type Source = keyof typeof sources
/** What is rolled up: samples of tasks and processes, and lines of logs. */
export type RolledUp = Source | 'log'

const windows = { minutes: 'toStartOfMinute', five_minutes: 'toStartOfFiveMinutes' } as const

/** Seconds of a window that is computed at once. Lines are counted when their hour is over. */
const WINDOW_S: Readonly<Record<RolledUp, number>> = { task: 300, process: 300, log: 3_600 }

/** A window of one job or cluster whose rollups are out of date. */
interface Touched {
  readonly source: RolledUp
  readonly owner: string
  /** Epoch seconds of its begin. */
  readonly window: number
}

/** Open windows are left alone, and so is what may still be arriving. */
const ARRIVING_S = 30

/**
 * Windows are noted before the rows are inserted. What was touched so shortly before a look counts as unseen,
 * so that it is looked at once more: an insert has this long to become visible.
 */
const SLACK_MS = 60_000

/** A window that gets rows all the time is noted again only after this, which the slack covers. */
const NOTE_AGAIN_AFTER_MS = SLACK_MS / 2

/** By store: when this process last noted a window. */
const noted = new WeakMap<Store, Map<string, number>>()
const MOST_NOTED = 100_000

/** Notes which windows are about to get rows. */
export async function noteTouched(
  store: Store,
  touched: Iterable<{ readonly source: RolledUp; readonly owner: string; readonly at: number }>,
  nowAt: number,
): Promise<void> {
  const known = noted.get(store) ?? new Map<string, number>()
  noted.set(store, known)
  if (known.size > MOST_NOTED) known.clear()
  const rows: (readonly [RolledUp, string, number])[] = []
  for (const { source, owner, at } of touched) {
    const window = Math.floor(at / 1_000 / WINDOW_S[source]) * WINDOW_S[source]
    const key = `${source} ${window} ${owner}`
    if (nowAt - (known.get(key) ?? Number.NEGATIVE_INFINITY) < NOTE_AGAIN_AFTER_MS) continue
    known.set(key, nowAt)
    rows.push([source, owner, window])
  }
  try {
    await insertRows(store, 'rollup_touched', ['source', 'owner', 'window'], rows, {})
  } catch (error) {
    known.clear()
    throw error
  }
}

const OWNERS_PER_STATEMENT = 200
const WINDOWS_PER_RUN = 5_000

/**
 * Computes the rollups of all closed windows that were touched since they were last computed, from the raw
 * rows. Any process may do it at any time, several at once too: what comes out is the same. Returns how many
 * windows there were.
 */
export async function rollUp(store: Store): Promise<number> {
  const [clock] = await selectRows<{ now: number }>(
    store,
    'SELECT toUnixTimestamp64Milli(now64(3)) AS now',
    {},
  )
  const lookAt = clock?.now ?? 0
  const touched = await selectRows<Touched>(
    store,
    `SELECT t.source AS source, t.owner AS owner, toUnixTimestamp(t.window) AS window
     FROM (SELECT source, owner, window, max(touchedAt) AS newestAt FROM rollup_touched
           GROUP BY source, owner, window) AS t
     LEFT JOIN (SELECT source, owner, window, max(rollup_done.doneAt) AS doneAt FROM rollup_done
                GROUP BY source, owner, window) AS d
       ON t.source = d.source AND t.owner = d.owner AND t.window = d.window
     WHERE t.newestAt > d.doneAt AND t.window <= now() - {arriving:UInt32} - if(t.source = 'log', {hour:UInt32}, {five:UInt32})
     ORDER BY window LIMIT {most:UInt32}`,
    {
      ...{ arriving: ARRIVING_S, hour: WINDOW_S.log, five: WINDOW_S.task },
      most: WINDOWS_PER_RUN,
    },
  )
  for (const group of groupsOf(touched)) {
    for (const query of statementsOf(group.source)) {
      await store.client.command({ query, query_params: paramsOf(group) })
    }
    await insertRows(
      store,
      'rollup_done',
      ['source', 'owner', 'window', 'doneAt'],
      group.touched.map(({ source, owner, window }) => [source, owner, window, lookAt - SLACK_MS]),
      {},
    )
  }
  return touched.length
}

/** Windows of one hour that one statement computes. */
interface Group {
  readonly source: RolledUp
  readonly touched: Touched[]
  readonly owners: Set<string>
}

function groupsOf(touched: readonly Touched[]): readonly Group[] {
  const open = new Map<string, Group>()
  const groups: Group[] = []
  for (const one of touched) {
    const key = `${one.source} ${Math.floor(one.window / 3_600)}`
    let group = open.get(key)
    if (!group || (group.owners.size >= OWNERS_PER_STATEMENT && !group.owners.has(one.owner))) {
      group = { source: one.source, touched: [], owners: new Set() }
      open.set(key, group)
      groups.push(group)
    }
    group.touched.push(one)
    group.owners.add(one.owner)
  }
  return groups
}

/** Only what was touched is computed: of another window some raw rows may be forgotten already. */
function paramsOf({ source, touched, owners }: Group) {
  const moments = touched.map(({ window }) => window)
  return {
    owners: [...owners],
    from: Math.min(...moments),
    to: Math.max(...moments) + WINDOW_S[source],
    touched: touched.map(({ window, owner }) => `${window} ${owner}`),
  }
}

function statementsOf(source: RolledUp): readonly string[] {
  if (source === 'log') return [logStatement]
  return [statementOf(source, 'minutes'), statementOf(source, 'five_minutes')]
}

/** What a window once had it always has, so that a count computed anew takes the place of the older one. */
const logStatement = `INSERT INTO log_stats (owner, at, template, level, pod, lines, computedAt)
  SELECT owner, toStartOfMinute(r.at) AS minute, template, level, pod, count(), now64(3)
  FROM logs AS r FINAL
  WHERE owner IN {owners:Array(String)}
    AND r.at >= toDateTime64({from:UInt32}, 3, 'UTC') AND r.at < toDateTime64({to:UInt32}, 3, 'UTC')
    AND concat(toString(toUnixTimestamp(toStartOfHour(r.at))), ' ', owner) IN {touched:Array(String)}
  GROUP BY owner, minute, template, level, pod`

/** Aggregates skip NULLs, so what was absent in all rows stays absent. */
function statementOf(source: Source, name: keyof typeof windows): string {
  const { raw, owner, identity, metrics } = sources[source]
  const columns: string[] = [...identity, 'window', 'at']
  const values: string[] = [...identity, `${windows[name]}(r.at) AS window`, 'max(r.at) AS at']
  for (const [metric, { kind }] of Object.entries(metrics)) {
    columns.push(metric)
    values.push(`argMax(r.${metric}, r.at)`)
    if (kind !== 'gauge') continue
    columns.push(`${metric}Min`, `${metric}Max`, `${metric}Sum`, `${metric}Count`)
    values.push(
      ...[`min(r.${metric})`, `max(r.${metric})`, `sum(r.${metric})`, `count(r.${metric})`],
    )
  }
  return `INSERT INTO ${source}_${name} (${columns.join(', ')})
    SELECT ${values.join(', ')}
    FROM ${raw} AS r FINAL
    WHERE ${owner} IN {owners:Array(String)}
      AND r.at >= toDateTime64({from:UInt32}, 3, 'UTC') AND r.at < toDateTime64({to:UInt32}, 3, 'UTC')
      AND concat(toString(toUnixTimestamp(toStartOfFiveMinutes(r.at))), ' ', ${owner}) IN {touched:Array(String)}
    GROUP BY ${identity.join(', ')}, window`
}

const HOUR_MS = 3_600_000

/** A stretch of a span, and the table that it is read from. */
export interface Part {
  readonly table: string
  readonly final: boolean
  readonly span: Span
}

/** The newest windows may not be computed yet, so that they are always read from the raw rows. */
const RAW_TAIL_MS = HOUR_MS / 2

/**
 * How far apart the samples of a span are at least, by the table that it is read from: 0 where it is the raw
 * one, whose senders set the pace.
 */
export function resolutionMs({ from, to }: Span): number {
  const spanMs = to - from
  if (spanMs <= 6 * HOUR_MS) return 0
  return spanMs <= 48 * HOUR_MS ? 60_000 : 300_000
}

/** From which tables a span is read: what a chart cannot show need not be read. */
export function partsOf(source: Source, { from, to }: Span): readonly Part[] {
  const { raw } = sources[source]
  const stepMs = resolutionMs({ from, to })
  if (stepMs === 0) return [{ table: raw, final: false, span: { from, to } }]
  const table = stepMs === 60_000 ? `${source}_minutes` : `${source}_five_minutes`
  return [
    { table, final: true, span: { from, to: to - RAW_TAIL_MS - 1 } },
    { table: raw, final: false, span: { from: to - RAW_TAIL_MS, to } },
  ]
}
