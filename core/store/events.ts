import type { FlinkEvent } from '../model/events.ts'
import { parseJobRef } from '../model/job-ref.ts'
import { aboutOf, clusterOf, isGone, lastingTypes } from './event-key.ts'
import type { Store } from './open.ts'
import { insertRows, selectRows, type WriteOptions } from './rows.ts'
import type { Span } from './samples.ts'

/** Newest words of one type and job that history shows at most. */
const TOLD_PER_TYPE = 1_000

/** Stores events under what they are about; the same event twice is one row. */
export async function writeEvents(
  store: Store,
  events: readonly FlinkEvent[],
  options: WriteOptions,
): Promise<void> {
  await insertRows(
    store,
    'events',
    ['cluster', 'job', 'type', 'run', 'about', 'at', 'startedAt', 'gone', 'body'],
    events.map((event) => [
      clusterOf(event),
      'job' in event ? event.job : '',
      event.type,
      'run' in event ? event.run : '',
      aboutOf(event),
      event.at,
      event.type === 'run' ? event.startedAt : 0,
      isGone(event),
      JSON.stringify(event),
    ]),
    options,
  )
}

/** Whose events: these jobs', of all their runs, and these clusters'. */
interface Whose {
  readonly jobs: readonly string[]
  readonly clusters: readonly string[]
}

/** What was told within the span, oldest first; of each type and job the newest thousand. */
export async function readEvents(
  store: Store,
  { jobs, clusters, from, to }: Span & Whose,
): Promise<FlinkEvent[]> {
  return readBodies(
    store,
    `SELECT DISTINCT cluster, job, type, run, about, at FROM events
     WHERE cluster IN {clusters:Array(String)} AND job IN {jobs:Array(String)}
       AND at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
     ORDER BY at DESC, about DESC
     LIMIT {perType:UInt32} BY cluster, job, type`,
    { jobs: ['', ...jobs], clusters, from, to, perType: TOLD_PER_TYPE },
  )
}

/**
 * What was known at `to`, oldest first: of the newest run of each job and of the clusters the words since
 * `from` (of each type and job the newest `perType`, and the last on everything that lasts), and before it
 * the last word on everything that lasts.
 */
export async function readKnownEvents(
  store: Store,
  { jobs, clusters, from, to, perType }: Span & Whose & { readonly perType: number },
): Promise<FlinkEvent[]> {
  return readBodies(
    store,
    `WITH
       fromUnixTimestamp64Milli({from:Int64}) AS since,
       fromUnixTimestamp64Milli({to:Int64}) AS until,
       newest AS (
         SELECT job, argMax(run, (startedAt, at)) FROM events
         WHERE cluster IN {clusters:Array(String)} AND job IN {jobs:Array(String)}
           AND type = 'run' AND at <= until
         GROUP BY job
       ),
       recent AS (
         SELECT DISTINCT cluster, job, type, run, about, at FROM events
         WHERE cluster IN {clusters:Array(String)} AND job IN {jobs:Array(String)}
           AND at BETWEEN since AND until
           AND (job = '' OR (job, run) IN newest)
         ORDER BY at DESC, about DESC
         LIMIT {perType:UInt32} BY cluster, job, type
       ),
       lasting AS (
         -- Where there is no such word the moment is 0, at which no event was.
         SELECT cluster, job, type, run, about, arrayJoin([
           maxIf(at, at >= since),
           if(argMaxIf(gone, at, at < since), toDateTime64(0, 3, 'UTC'), maxIf(at, at < since))
         ])
         FROM events
         WHERE cluster IN {clusters:Array(String)} AND job IN {jobs:Array(String)}
           AND type IN {lasting:Array(String)} AND at <= until
           AND (job = '' OR (job, run) IN newest)
         GROUP BY cluster, job, type, run, about
       )
     SELECT * FROM recent UNION ALL SELECT * FROM lasting`,
    { jobs: ['', ...jobs], clusters, from, to, perType, lasting: lastingTypes },
  )
}

/** Looks up the bodies of the rows that `wanted` picks by narrow columns: bodies are large. */
async function readBodies(
  store: Store,
  wanted: string,
  params: Readonly<Record<string, unknown>>,
): Promise<FlinkEvent[]> {
  const rows = await selectRows<{ body: string }>(
    store,
    `SELECT body FROM events
     WHERE cluster IN {clusters:Array(String)} AND job IN {jobs:Array(String)}
       AND (cluster, job, type, run, about, at) IN (${wanted})
     ORDER BY at, type, about
     LIMIT 1 BY cluster, job, type, run, about, at`,
    params,
  )
  // What stands in the table passed the schema of batches at the door.
  return rows.map(({ body }) => JSON.parse(body) as FlinkEvent)
}

/** Words of one type on a job, of all its runs, oldest first; the newest where there are more than `most`. */
export async function readEventsOf<Type extends FlinkEvent['type']>(
  store: Store,
  { job, type, from, to, most }: Span & { job: string; type: Type; most: number },
): Promise<Extract<FlinkEvent, { type: Type }>[]> {
  const events = await readBodies(
    store,
    `SELECT DISTINCT cluster, job, type, run, about, at FROM events
     WHERE cluster IN {clusters:Array(String)} AND job IN {jobs:Array(String)} AND type = {type:String}
       AND at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
     ORDER BY at DESC LIMIT {most:UInt32}`,
    { jobs: [job], clusters: [parseJobRef(job)?.cluster ?? ''], type, from, to, most },
  )
  return events.filter((event): event is Extract<FlinkEvent, { type: Type }> => event.type === type)
}

/** Jobs of which a sample or a word on their run came in the span, sorted. */
export async function readJobs(store: Store, { from, to }: Span): Promise<string[]> {
  const rows = await selectRows<{ job: string }>(
    store,
    `SELECT DISTINCT job FROM (
       SELECT DISTINCT job FROM job_samples
       WHERE at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
       UNION ALL
       SELECT DISTINCT job FROM events
       WHERE type = 'run'
         AND at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
     ) ORDER BY job`,
    { from, to },
  )
  return rows.map(({ job }) => job)
}
