import type { Store } from './open.ts'
import { selectRows } from './rows.ts'
import type { Span } from './series.ts'

/** What vertices of a job did over days, from the rollups of five minutes. */
interface OfVertices extends Span {
  readonly job: string
  readonly vertices: readonly string[]
}

/** An hour of the day (UTC) over the days of a span, at one vertex. */
export interface HourOfDay {
  readonly vertex: string
  readonly hour: number
  /** Records a second that arrived (sent on, and left in the backlog): the 95th percentile of its windows. */
  readonly perSecond: number
  /** Windows of five minutes in which every subtask was measured. */
  readonly windows: number
}

/** Readings farther apart than this lie on both sides of a gap: what happened in between is not known. */
const LONGEST_STEP_MS = 900_000

/**
 * Differences of counters between neighbouring windows, one row per subtask and window. A counter that fell
 * belongs to a new life. Time is that of the readings, so a window that was cut short counts for what it held.
 */
const steps = `
  SELECT vertex, subtask, via, window AS w,
    toUnixTimestamp64Milli(s.at) - lagInFrame(toNullable(toUnixTimestamp64Milli(s.at))) OVER own AS ms,
    recordsIn - lagInFrame(recordsIn) OVER own AS taken,
    recordsOut - lagInFrame(recordsOut) OVER own AS sent,
    busyMs - lagInFrame(busyMs) OVER own AS busy,
    lagRecords - lagInFrame(lagRecords) OVER own AS waiting
  FROM (
    SELECT vertex, subtask, via, run, attempt, window, at, recordsIn, recordsOut, busyMs, lagRecords
    FROM task_five_minutes FINAL
    WHERE job = {job:String} AND vertex IN {vertices:Array(String)}
      AND window BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
  ) AS s
  WINDOW own AS (PARTITION BY vertex, subtask, via, run, attempt ORDER BY window
                 ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)`

/** What arrived at these sources by the hour of the day. */
export function readHours(store: Store, question: OfVertices): Promise<HourOfDay[]> {
  return selectRows<HourOfDay>(
    store,
    `SELECT vertex, toHour(w) AS hour, quantileExact(0.95)(arrived) AS perSecond,
            toUInt32(count()) AS windows
     FROM (
       -- Of two that measured the same, the one that saw more of it.
       SELECT vertex, w, sum(sent / ms) * 1000
              + if(count(waiting) = count(), sum(waiting / ms) * 1000, 0) AS arrived
       FROM (${steps})
       WHERE ms > 0 AND ms <= {longest:UInt32} AND sent >= 0
       GROUP BY vertex, via, w
       HAVING uniqExact(subtask) = max(subtask) + 1
       ORDER BY count() DESC, via LIMIT 1 BY vertex, w
     )
     GROUP BY vertex, hour ORDER BY vertex, hour`,
    { ...question, longest: LONGEST_STEP_MS },
  )
}

/** A size that a vertex has had, and what all its subtasks could take then if they were busy all the time. */
export interface PastSize {
  readonly vertex: string
  readonly parallelism: number
  readonly perSecond: number
}

/** Fewer windows of a size than this say little about it. */
const LEAST_WINDOWS = 3

/** Capacity by the sizes that these vertices have had; a source is counted by what it sends. */
export async function readSizes(
  store: Store,
  { sources, ...question }: OfVertices & { readonly sources: readonly string[] },
): Promise<PastSize[]> {
  return selectRows<PastSize>(
    store,
    `SELECT vertex, toUInt32(width) AS parallelism, sum(records) * 1000 / sum(worked) * width AS perSecond
     FROM (
       SELECT vertex, w, max(subtask) + 1 AS width, sum(busy) AS worked,
              sum(if(vertex IN {sources:Array(String)}, sent, taken)) AS records
       FROM (${steps})
       WHERE ms > 0 AND ms <= {longest:UInt32} AND busy >= 0
         AND if(vertex IN {sources:Array(String)}, sent, taken) >= 0
       GROUP BY vertex, via, w
       HAVING uniqExact(subtask) = width AND worked > 0
       ORDER BY count() DESC, via LIMIT 1 BY vertex, w
     )
     GROUP BY vertex, width HAVING count() >= {least:UInt32} AND perSecond > 0
     ORDER BY vertex, width`,
    { ...question, sources, longest: LONGEST_STEP_MS, least: LEAST_WINDOWS },
  )
}

/** What each of these sources sent in one run, all attempts of all subtasks together. */
export async function readSent(
  store: Store,
  question: { readonly job: string; readonly run: string; readonly vertices: readonly string[] },
): Promise<ReadonlyMap<string, number>> {
  const rows = await selectRows<{ vertex: string; records: number }>(
    store,
    `SELECT vertex, sum(most) AS records
     FROM (
       SELECT vertex, via, sum(sent) AS most, count() AS lives
       FROM (
         SELECT vertex, via, subtask, attempt, max(recordsOut) AS sent
         FROM task_five_minutes FINAL
         WHERE job = {job:String} AND run = {run:String} AND vertex IN {vertices:Array(String)}
         GROUP BY vertex, via, subtask, attempt
       )
       WHERE sent > 0
       GROUP BY vertex, via
       ORDER BY lives DESC, via LIMIT 1 BY vertex
     )
     GROUP BY vertex`,
    question,
  )
  return new Map(rows.map(({ vertex, records }) => [vertex, records]))
}

/** Lows of the saw-tooth need some readings in a window. */
const LEAST_READINGS = 4

/** The largest live heap of any TaskManager: the highest of the lows of five minutes; undefined where none is known. */
export async function readPeakLiveHeap(
  store: Store,
  question: Span & { readonly cluster: string },
): Promise<number | undefined> {
  const [row] = await selectRows<{ peak: number | null }>(
    store,
    `SELECT max(heapUsedBytesMin) AS peak FROM process_five_minutes FINAL
     WHERE cluster = {cluster:String} AND process != 'jobmanager' AND heapUsedBytesCount >= {least:UInt32}
       AND window BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})`,
    { ...question, least: LEAST_READINGS },
  )
  return row?.peak ?? undefined
}
