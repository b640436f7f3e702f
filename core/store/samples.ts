import type { SampleRows } from '../api/rows.ts'
import { jobMetrics, processMetrics, type TaskMetric, taskMetrics } from '../model/metrics.ts'
import type { JobSample, ProcessSample, TaskSample, Via } from '../model/samples.ts'
import type { Store } from './open.ts'
import { noteTouched, type Part, partsOf } from './rollups.ts'
import type { BinaryColumn } from './row-binary.ts'
import { insertBinary, type WriteOptions } from './rows.ts'
import { readSeries, type SeriesQuery, type Span } from './series.ts'

export type { Span } from './series.ts'

/** What names a subject and its source, in the order of the tables' keys. */
export const taskIdentity = ['job', 'run', 'vertex', 'subtask', 'attempt', 'via'] as const
export const processIdentity = ['cluster', 'process', 'via'] as const
export const jobIdentity = ['job', 'run', 'via'] as const

const taskColumns = Object.keys(taskMetrics)
const processColumns = Object.keys(processMetrics)
const jobColumns = Object.keys(jobMetrics)

type Sample = { readonly at: number; readonly values: Readonly<Record<string, number>> }

/** The columns of a table of samples: what names the subject, the time, a column per metric. */
function columnsOf<S extends Sample>(
  identity: readonly (keyof S & string)[],
  metrics: readonly string[],
): readonly BinaryColumn<S>[] {
  const numbers: readonly string[] = ['subtask', 'attempt']
  return [
    ...identity.map((name): BinaryColumn<S> => {
      // Identities are texts and whole numbers; the types of samples say which.
      const of = (sample: S) => sample[name] as string | number
      return { name, type: numbers.includes(name) ? 'UInt32' : 'String', of }
    }),
    { name: 'at', type: 'DateTime64(3)', of: ({ at }) => at },
    ...metrics.map((name): BinaryColumn<S> => {
      return { name, type: 'Nullable(Float64)', of: ({ values }) => values[name] }
    }),
  ]
}

const taskTable = columnsOf<TaskSample>(taskIdentity, taskColumns)
const processTable = columnsOf<ProcessSample>(processIdentity, processColumns)
const jobTable = columnsOf<JobSample>(jobIdentity, jobColumns)

/** Stores samples; absent metrics become NULL, and so does what Flink could not compute (NaN). */
export async function writeSamples(
  store: Store,
  rows: SampleRows,
  options: WriteOptions,
): Promise<void> {
  const { tasks, processes, jobs } = rows
  await noteTouched(
    store,
    [
      ...rows.tasks.map(({ job, at }) => ({ source: 'task' as const, owner: job, at })),
      ...rows.processes.map(({ cluster, at }) => ({
        ...{ source: 'process' as const, owner: cluster, at },
      })),
    ],
    Date.now(),
  )
  const written = await Promise.allSettled([
    insertBinary(store, 'task_samples', taskTable, tasks, options),
    insertBinary(store, 'process_samples', processTable, processes, options),
    insertBinary(store, 'job_samples', jobTable, jobs, options),
  ])
  // All have ended before the first failure is told: nothing is still written when the caller comes again.
  for (const result of written) if (result.status === 'rejected') throw result.reason
}

/** Reads a span from the tables that are made for its length, oldest first. */
async function readParts<S extends { readonly at: number }>(
  store: Store,
  parts: readonly Part[],
  query: Omit<SeriesQuery<S>, 'table' | 'span' | 'final'>,
): Promise<S[]> {
  const read = await Promise.all(parts.map((part) => readSeries<S>(store, { ...query, ...part })))
  return read.flat()
}

/**
 * Samples of the subtasks of these jobs, oldest first; of one vertex where it is named, with these metrics only
 * where some are. Of long spans a sample a minute or five, the last one of each: differences of counters stay
 * exact.
 */
export function readTaskSamples(
  store: Store,
  {
    jobs,
    vertex,
    metrics,
    ...span
  }: Span & {
    readonly jobs: readonly string[]
    readonly vertex?: string
    readonly metrics?: readonly TaskMetric[]
  },
): Promise<TaskSample[]> {
  return readParts<TaskSample>(store, partsOf('task', span), {
    identity: taskIdentity,
    metrics: metrics ?? taskColumns,
    where: "job IN {jobs:Array(String)} AND ({vertex:String} = '' OR vertex = {vertex:String})",
    params: { jobs, vertex: vertex ?? '' },
    sample: ([job, run = '', vertex = '', subtask, attempt, via], at, values) => ({
      job,
      run,
      vertex,
      subtask: Number(subtask),
      attempt: Number(attempt),
      via: viaOf(via),
      at,
      values,
    }),
  })
}

/** Samples of the processes of these clusters, oldest first; of one process where it is named. */
export function readProcessSamples(
  store: Store,
  {
    clusters,
    process,
    ...span
  }: Span & { readonly clusters: readonly string[]; readonly process?: string },
): Promise<ProcessSample[]> {
  return readParts<ProcessSample>(store, partsOf('process', span), {
    identity: processIdentity,
    metrics: processColumns,
    where:
      "cluster IN {clusters:Array(String)} AND ({process:String} = '' OR process = {process:String})",
    params: { clusters, process: process ?? '' },
    sample: ([cluster, process = '', via], at, values) => ({
      cluster,
      process,
      via: viaOf(via),
      at,
      values,
    }),
  })
}

/** Samples of the runs of these jobs, oldest first. */
export function readJobSamples(
  store: Store,
  { jobs, ...span }: Span & { readonly jobs: readonly string[] },
): Promise<JobSample[]> {
  return readSeries<JobSample>(store, {
    table: 'job_samples',
    identity: jobIdentity,
    metrics: jobColumns,
    where: 'job IN {jobs:Array(String)}',
    params: { jobs },
    span,
    sample: ([job, run = '', via], at, values) => ({ job, run, via: viaOf(via), at, values }),
  })
}

function viaOf(text: string | undefined): Via {
  return text as Via // The column holds what batches say, and their schema knows all of it.
}
