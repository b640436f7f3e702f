import type { SampleRows } from '../api/rows.ts'
import { jobMetrics, processMetrics, taskMetrics } from '../model/metrics.ts'
import type { JobSample, ProcessSample, TaskSample, Via } from '../model/samples.ts'
import type { Store } from './open.ts'
import { insertRows, type WriteOptions } from './rows.ts'
import { readSeries, type Span } from './series.ts'

export type { Span } from './series.ts'

/** What names a subject and its source, in the order of the tables' keys. */
const taskIdentity = ['job', 'run', 'vertex', 'subtask', 'attempt', 'via'] as const
const processIdentity = ['cluster', 'process', 'via'] as const
const jobIdentity = ['job', 'run', 'via'] as const

const taskColumns = Object.keys(taskMetrics)
const processColumns = Object.keys(processMetrics)
const jobColumns = Object.keys(jobMetrics)

/** Stores samples; absent metrics become NULL, and so does what Flink could not compute (NaN). */
export async function writeSamples(
  store: Store,
  rows: SampleRows,
  options: WriteOptions,
): Promise<void> {
  await insertRows(
    store,
    'task_samples',
    [...taskIdentity, 'at', ...taskColumns],
    rows.tasks.map((s) => [
      ...taskIdentity.map((column) => s[column]),
      s.at,
      ...valuesOf(s.values, taskColumns),
    ]),
    options,
  )
  await insertRows(
    store,
    'process_samples',
    [...processIdentity, 'at', ...processColumns],
    rows.processes.map((s) => [
      ...processIdentity.map((column) => s[column]),
      s.at,
      ...valuesOf(s.values, processColumns),
    ]),
    options,
  )
  await insertRows(
    store,
    'job_samples',
    [...jobIdentity, 'at', ...jobColumns],
    rows.jobs.map((s) => [
      ...jobIdentity.map((column) => s[column]),
      s.at,
      ...valuesOf(s.values, jobColumns),
    ]),
    options,
  )
}

function valuesOf(
  values: Readonly<Record<string, number>>,
  columns: readonly string[],
): readonly (number | null)[] {
  return columns.map((column) => {
    const value = values[column]
    return value !== undefined && Number.isFinite(value) ? value : null
  })
}

/** Samples of the subtasks of these jobs, oldest first; of one vertex where it is named. */
export function readTaskSamples(
  store: Store,
  { jobs, vertex, ...span }: Span & { readonly jobs: readonly string[]; readonly vertex?: string },
): Promise<TaskSample[]> {
  return readSeries<TaskSample>(store, {
    table: 'task_samples',
    identity: taskIdentity,
    metrics: taskColumns,
    where: "job IN {jobs:Array(String)} AND ({vertex:String} = '' OR vertex = {vertex:String})",
    params: { jobs, vertex: vertex ?? '' },
    span,
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
  return readSeries<ProcessSample>(store, {
    table: 'process_samples',
    identity: processIdentity,
    metrics: processColumns,
    where:
      "cluster IN {clusters:Array(String)} AND ({process:String} = '' OR process = {process:String})",
    params: { clusters, process: process ?? '' },
    span,
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
  return text === 'flink-prometheus' ? text : 'flink-rest'
}
