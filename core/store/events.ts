import type { FlinkEvent } from '../model/events.ts'
import { parseJobRef } from '../model/job-ref.ts'
import type { Store } from './open.ts'
import { insertRows, selectRows, type WriteOptions } from './rows.ts'
import type { Span } from './samples.ts'

/** Types that hold until something newer is said, however long ago they were told. */
const lasting = ['run', 'topology', 'config', 'placement', 'taskmanager', 'cluster']

/** As many of one type and job are read at most: what rules look at, with room to spare. */
const READ_PER_TYPE = 200

/** Stores events under their identity; the same event twice is one row. */
export async function writeEvents(
  store: Store,
  events: readonly FlinkEvent[],
  options: WriteOptions,
): Promise<void> {
  await insertRows(
    store,
    'events',
    ['cluster', 'job', 'type', 'run', 'key', 'at', 'body'],
    events.map((event) => [
      clusterOf(event),
      'job' in event ? event.job : '',
      event.type,
      'run' in event ? event.run : '',
      keyOf(event),
      event.at,
      JSON.stringify(event),
    ]),
    options,
  )
}

function clusterOf(event: FlinkEvent): string {
  return 'cluster' in event ? event.cluster : (parseJobRef(event.job)?.cluster ?? '')
}

function keyOf(event: FlinkEvent): string {
  switch (event.type) {
    case 'placement':
      return event.vertex
    case 'checkpoint':
      return `${event.id} ${event.state}`
    case 'exception':
      return `${event.name} ${event.task ?? ''}`.slice(0, 500)
    case 'taskmanager':
      return `${event.id} ${event.state}`
    default:
      return ''
  }
}

/** Events of these jobs and of their clusters, oldest first; lasting ones from before `from` as well. */
export async function readEvents(
  store: Store,
  {
    jobs,
    clusters,
    from,
    to,
  }: Span & { readonly jobs: readonly string[]; readonly clusters: readonly string[] },
): Promise<FlinkEvent[]> {
  const rows = await selectRows<{ body: string }>(
    store,
    `SELECT body FROM (
       SELECT * FROM (
         SELECT cluster, job, type, run, key, at, body FROM events
         WHERE cluster IN {clusters:Array(String)} AND job IN {jobs:Array(String)}
           AND at <= fromUnixTimestamp64Milli({to:Int64})
           AND (at >= fromUnixTimestamp64Milli({from:Int64}) OR type IN {lasting:Array(String)})
         ORDER BY at DESC
         LIMIT 1 BY cluster, job, type, run, key, at
       )
       ORDER BY at DESC
       LIMIT ${READ_PER_TYPE} BY cluster, job, type
     ) ORDER BY at, type, key`,
    { jobs: ['', ...jobs], clusters, from, to, lasting },
  )
  // What stands in the table passed the schema of batches at the door.
  return rows.map(({ body }) => JSON.parse(body) as FlinkEvent)
}

/** Jobs that anything was heard of in the span, sorted. */
export async function readJobs(store: Store, { from, to }: Span): Promise<string[]> {
  const rows = await selectRows<{ job: string }>(
    store,
    `SELECT DISTINCT job FROM (
       SELECT DISTINCT job FROM job_samples
       WHERE at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
       UNION ALL
       SELECT DISTINCT job FROM events
       WHERE job != '' AND type = 'run'
         AND at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
     ) ORDER BY job`,
    { from, to },
  )
  return rows.map(({ job }) => job)
}
