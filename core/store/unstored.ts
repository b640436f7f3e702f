import type { SeriesBlock } from '../api/batch.ts'
import type { LogBlock } from '../api/log-block.ts'
import type { SampleRows } from '../api/rows.ts'
import type { FlinkEvent } from '../model/events.ts'
import { aboutOf, clusterOf } from './event-key.ts'
import { seriesRows } from './generic.ts'
import { logRows } from './logs.ts'
import type { Store } from './open.ts'
import { selectRows } from './rows.ts'
import { jobIdentity, processIdentity, taskIdentity } from './samples.ts'

/**
 * An insert of ours is one block, and a block becomes visible partition by partition: whether any row of a
 * batch is in a partition tells whether all of its rows there are.
 */
interface Partitioned<Row> {
  readonly table: string
  readonly partitionOf: (row: Row) => string
  /** The columns that name a row, `at` left out. */
  readonly identityOf: (row: Row) => Readonly<Record<string, string | number>>
}

const day = ({ at }: { readonly at: number }) => new Date(at).toISOString().slice(0, 10)
const month = ({ at }: { readonly at: number }) => new Date(at).toISOString().slice(0, 7)

function pick<Row, Key extends keyof Row & string>(keys: readonly Key[]) {
  return (row: Row) => Object.fromEntries(keys.map((key) => [key, row[key]]))
}

/** What of one batch's samples the store does not have: for a batch whose insert may have happened. */
export async function unstoredSamples(
  store: Store,
  { tasks, processes, jobs }: SampleRows,
): Promise<SampleRows> {
  return {
    tasks: await unstored(store, tasks, {
      table: 'task_samples',
      partitionOf: day,
      identityOf: pick(taskIdentity),
    }),
    processes: await unstored(store, processes, {
      table: 'process_samples',
      partitionOf: day,
      identityOf: pick(processIdentity),
    }),
    jobs: await unstored(store, jobs, {
      table: 'job_samples',
      partitionOf: day,
      identityOf: pick(jobIdentity),
    }),
  }
}

/** The same for one batch's events. */
export function unstoredEvents(
  store: Store,
  events: readonly FlinkEvent[],
): Promise<readonly FlinkEvent[]> {
  return unstored(store, events, {
    table: 'events',
    partitionOf: month,
    identityOf: (event) => ({
      cluster: clusterOf(event),
      job: 'job' in event ? event.job : '',
      type: event.type,
      run: 'run' in event ? event.run : '',
      about: aboutOf(event),
    }),
  })
}

/** The same for one batch's series; whole blocks, as each is one moment. */
export async function unstoredSeries(
  store: Store,
  blocks: readonly SeriesBlock[],
): Promise<readonly SeriesBlock[]> {
  const firsts = blocks.flatMap((block) => {
    const [row] = seriesRows([block])
    return row ? [{ ...row, block }] : []
  })
  const missing = await unstored(store, firsts, {
    table: 'samples',
    partitionOf: day,
    identityOf: ({ owner, metric, sid }) => ({ owner, metric, sid: String(sid) }),
  })
  const days = new Set(missing.map(day))
  return blocks.filter((block) => days.has(day(block)))
}

/** The same for one batch's lines. */
export async function unstoredLogs(
  store: Store,
  blocks: readonly LogBlock[],
): Promise<readonly LogBlock[]> {
  const missing = await unstored(store, logRows(blocks), {
    table: 'logs',
    partitionOf: day,
    identityOf: ({ owner, origin, line }) => ({ owner, file: origin.file, offset: line.offset }),
  })
  const days = new Set(missing.map(day))
  return blocks.flatMap(({ origin, lines }) => {
    const left = lines.filter((line) => days.has(day(line)))
    return left.length === 0 ? [] : [{ origin, lines: left }]
  })
}

async function unstored<Row extends { readonly at: number }>(
  store: Store,
  rows: readonly Row[],
  { table, partitionOf, identityOf }: Partitioned<Row>,
): Promise<Row[]> {
  const firsts = new Map<string, Row>()
  for (const row of rows) {
    const partition = partitionOf(row)
    if (!firsts.has(partition)) firsts.set(partition, row)
  }
  const stored = new Set<string>()
  for (const [partition, row] of firsts) {
    const identity = identityOf(row)
    const conditions = Object.entries(identity).map(
      ([name, value]) =>
        `${name} = {${name}:${name === 'sid' || name === 'offset' ? 'UInt64' : typeof value === 'number' ? 'UInt32' : 'String'}}`,
    )
    const [found] = await selectRows<{ readonly rows: number }>(
      store,
      `SELECT count() AS rows FROM ${table}
       WHERE ${conditions.join(' AND ')} AND at = fromUnixTimestamp64Milli({at:Int64})`,
      { ...identity, at: row.at },
    )
    if ((found?.rows ?? 0) > 0) stored.add(partition)
  }
  return rows.filter((row) => !stored.has(partitionOf(row)))
}
