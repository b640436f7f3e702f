import { PARTS_PREFIX } from '../model/parts.ts'
import type { Store } from './open.ts'
import { selectRows } from './rows.ts'
import type { Span } from './series.ts'

/** One number of one part of Weir over a span. */
export interface OwnNumber {
  /** By `core/model/parts.ts`. */
  readonly owner: string
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
  readonly type: 'counter' | 'gauge' | 'untyped'
  readonly at: number
  readonly value: number
  /** What a counter grew by over the span, restarts included; 0 for a gauge. */
  readonly increase: number
  readonly spanMs: number
}

/** Parts beyond it are left out, the longest silent first: nobody reads a list of more. */
const MOST_PARTS = 2_000

/** A counter whose first value lies so far into the span began in it, at zero. */
const BEGAN_MS = 90_000

/** The newest value of every number of every part within the span, and by how much counters grew. */
export async function readOwnNumbers(store: Store, { from, to }: Span): Promise<OwnNumber[]> {
  const rows = await selectRows<Omit<OwnNumber, 'at' | 'spanMs'> & { at: string; spanMs: string }>(
    store,
    `SELECT owner, metric, type, labels, points[-1].1 AS at, points[-1].2 AS value, if(type = 'counter', grown, 0) AS increase, spanMs
     FROM (
       SELECT owner, metric, sid,
         arraySort(groupArray((toUnixTimestamp64Milli(samples.at), samples.value))) AS points,
         points[-1].1 - points[1].1 AS spanMs,
         arraySum((now, step) -> if(step < 0, now, step), points.2, arrayDifference(points.2))
           + if(points[1].1 - {from:Int64} > {began:Int64}, points[1].2, 0) AS grown
       FROM samples
       WHERE startsWith(owner, {prefix:String})
         AND samples.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
       GROUP BY owner, metric, sid
     ) AS told
     INNER JOIN (
       SELECT sid, argMax(series.type, lastSeenAt) AS type, argMax(series.labels, lastSeenAt) AS labels
       FROM series WHERE startsWith(owner, {prefix:String}) GROUP BY sid
     ) AS named USING sid
     WHERE owner IN (
       SELECT owner FROM samples WHERE startsWith(owner, {prefix:String})
         AND samples.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
       GROUP BY owner ORDER BY max(samples.at) DESC LIMIT {most:UInt32})
     ORDER BY owner, metric, toString(labels)`,
    { prefix: PARTS_PREFIX, from, to, most: MOST_PARTS, began: BEGAN_MS },
  )
  return rows.map((row) => ({ ...row, at: Number(row.at), spanMs: Number(row.spanMs) }))
}

/** Rows and bytes of one table, as they lie on the disk. */
export interface TableSize {
  readonly table: string
  readonly rows: number
  readonly bytes: number
}

/** What the store holds, largest first; of a cluster only what the node that answers holds. */
export async function readTableSizes(store: Store): Promise<TableSize[]> {
  const rows = await selectRows<{ table: string; count: string; bytes: string }>(
    store,
    `SELECT table, sum(parts.rows) AS count, sum(bytes_on_disk) AS bytes
     FROM system.parts WHERE database = currentDatabase() AND active
     GROUP BY table HAVING count > 0 ORDER BY bytes DESC LIMIT 100`,
    {},
  )
  return rows.map(({ table, count, bytes }) => ({
    table,
    rows: Number(count),
    bytes: Number(bytes),
  }))
}

/** A record that can never be stored, kept for whoever looks into it. */
export interface Parked {
  readonly at: number
  readonly topic: string
  readonly agent: string
  readonly reason: string
}

/** The newest twenty records that were put aside within the span. */
export async function readParked(store: Store, { from, to }: Span): Promise<Parked[]> {
  const rows = await selectRows<Omit<Parked, 'at'> & { at: string }>(
    store,
    `SELECT toString(toUnixTimestamp64Milli(parked.at)) AS at, topic, agent, reason FROM parked
     WHERE parked.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
     ORDER BY parked.at DESC LIMIT 20`,
    { from, to },
  )
  return rows.map((row) => ({ ...row, at: Number(row.at) }))
}

/** When the newest sample of any job was measured; undefined where there is none since `from`. */
export async function readNewestSampleAt(store: Store, from: number): Promise<number | undefined> {
  const [row] = await selectRows<{ at: string; count: string }>(
    store,
    `SELECT toString(max(toUnixTimestamp64Milli(job_samples.at))) AS at, toString(count()) AS count
     FROM job_samples WHERE job_samples.at >= fromUnixTimestamp64Milli({from:Int64})`,
    { from },
  )
  return row === undefined || row.count === '0' ? undefined : Number(row.at)
}
