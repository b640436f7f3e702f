import { createHash } from 'node:crypto'
import type { SeriesBlock, SeriesSample } from '../api/batch.ts'
import { toDecimal } from './decimal.ts'
import type { Store } from './open.ts'
import type { BinaryColumn } from './row-binary.ts'
import { insertBinary, insertRows, selectRows, type WriteOptions } from './rows.ts'
import type { Span } from './series.ts'

/** One value of one series, as it lies in `samples`. */
export interface SeriesRow {
  /** The job (cluster/namespace/name), or the cluster of what belongs to none. */
  readonly owner: string
  readonly metric: string
  readonly sid: bigint
  readonly at: number
  readonly value: number
}

const columns: readonly BinaryColumn<SeriesRow & { readonly m: bigint; readonly e: number }>[] = [
  { name: 'owner', type: 'String', of: ({ owner }) => owner },
  { name: 'metric', type: 'String', of: ({ metric }) => metric },
  { name: 'sid', type: 'UInt64', of: ({ sid }) => sid },
  { name: 'at', type: 'DateTime64(3)', of: ({ at }) => at },
  { name: 'm', type: 'Int64', of: ({ m }) => m },
  { name: 'e', type: 'Int8', of: ({ e }) => e },
]

/** Descriptions of series are written again after this long, so that those that end can be forgotten. */
const DESCRIBE_EVERY_MS = 3_600_000

/** By store: when each series was last described by this process, epoch ms of its sample. */
const described = new WeakMap<Store, Map<bigint, number>>()

/** Beyond it all are described anew, which costs a row each and no more. */
const MOST_REMEMBERED = 500_000

/** Stores any numbers under the names that their senders gave them. */
export async function writeSeries(
  store: Store,
  blocks: readonly SeriesBlock[],
  options: WriteOptions,
): Promise<void> {
  if (blocks.length === 0) return
  const known = described.get(store) ?? new Map<bigint, number>()
  described.set(store, known)
  if (known.size > MOST_REMEMBERED) known.clear()
  const news = new Map<bigint, readonly unknown[]>()
  for (const block of blocks) {
    for (const sample of block.series) {
      const sid = sidOf(block, sample)
      if (block.at - (known.get(sid) ?? Number.NEGATIVE_INFINITY) < DESCRIBE_EVERY_MS) continue
      const { metric, type, labels } = sample
      news.set(sid, [ownerOf(block, sample), metric, String(sid), type, labels, block.at])
    }
  }
  const names = ['owner', 'metric', 'sid', 'type', 'labels', 'lastSeenAt'] as const
  await insertRows(store, 'series', names, [...news.values()], {})
  const rows = seriesRows(blocks).map((row) => ({ ...row, ...toDecimal(row.value) }))
  await insertBinary(store, 'samples', columns, rows, options)
  for (const [sid, row] of news) known.set(sid, Number(row[5]))
}

export function seriesRows(blocks: readonly SeriesBlock[]): readonly SeriesRow[] {
  return blocks.flatMap((block) =>
    block.series.map((sample) => ({
      owner: ownerOf(block, sample),
      metric: sample.metric,
      sid: sidOf(block, sample),
      at: block.at,
      value: sample.value,
    })),
  )
}

const ownerOf = ({ cluster }: SeriesBlock, { job }: SeriesSample) => job ?? cluster

/** The same for the same owner, source, metric and labels, whatever their order. */
function sidOf(block: SeriesBlock, sample: SeriesSample): bigint {
  const labels = Object.entries(sample.labels).sort(([a], [b]) => (a < b ? -1 : 1))
  const identity = JSON.stringify([ownerOf(block, sample), block.via, sample.metric, labels])
  return createHash('sha1').update(identity).digest().readBigUInt64LE()
}

/** One series over a span; a step without a sample is null. */
export interface GenericSeries {
  readonly type: SeriesSample['type']
  readonly labels: Readonly<Record<string, string>>
  readonly points: readonly (readonly [at: number, value: number | null])[]
}

/** More lines nobody can read, and a query must have an end. */
const MOST_SERIES = 200
const MOST_POINTS = 2_000

/** The last value of each step, by series; at most 200 series and 2,000 steps. */
export async function readGenericSeries(
  store: Store,
  {
    owner,
    metric,
    from,
    to,
    stepMs,
  }: Span & {
    readonly owner: string
    readonly metric: string
    readonly stepMs: number
  },
): Promise<GenericSeries[]> {
  const step = Math.max(stepMs, Math.ceil((to - from) / MOST_POINTS))
  const found = await selectRows<{
    sid: string
    type: SeriesSample['type']
    labels: Record<string, string>
  }>(
    store,
    `SELECT toString(series.sid) AS sid, argMax(series.type, lastSeenAt) AS type, argMax(series.labels, lastSeenAt) AS labels
     FROM series WHERE owner = {owner:String} AND metric = {metric:String}
     GROUP BY series.sid ORDER BY series.sid LIMIT {most:UInt32}`,
    { owner, metric, most: MOST_SERIES },
  )
  const rows = await selectRows<{ sid: string; step: number; last: number }>(
    store,
    `SELECT toString(samples.sid) AS sid, intDiv(toUnixTimestamp64Milli(at), {step:Int64}) * {step:Int64} AS step,
            argMax(value, at) AS last
     FROM samples
     WHERE owner = {owner:String} AND metric = {metric:String} AND samples.sid IN {sids:Array(UInt64)}
       AND at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
     GROUP BY samples.sid, step`,
    { owner, metric, from, to, step, sids: found.map(({ sid }) => BigInt(sid)) },
  )
  const values = new Map(rows.map(({ sid, step, last }) => [`${sid} ${step}`, last]))
  const steps: number[] = []
  for (let at = Math.floor(from / step) * step; at <= to; at += step) steps.push(at)
  return found
    .map(({ sid, type, labels }) => ({
      type,
      labels,
      points: steps.map((at) => [at, values.get(`${sid} ${at}`) ?? null] as const),
    }))
    .filter(({ points }) => points.some(([, value]) => value !== null))
}

/** Names of an owner's metrics that were seen since `from`, in their order. */
export async function readMetricNames(
  store: Store,
  { owner, from }: { readonly owner: string; readonly from: number },
): Promise<string[]> {
  const rows = await selectRows<{ metric: string }>(
    store,
    `SELECT DISTINCT metric FROM series
     WHERE owner = {owner:String} AND lastSeenAt >= fromUnixTimestamp64Milli({from:Int64})
     ORDER BY metric LIMIT 5000`,
    { owner, from },
  )
  return rows.map(({ metric }) => metric)
}
