import type { SampleRows } from '../api/rows.ts'
import { jobMetrics, processMetrics, taskMetrics } from '../model/metrics.ts'
import type { JobSample, ProcessSample, TaskSample } from '../model/samples.ts'
import type { Store } from './open.ts'
import { insertRows, selectRows, type WriteOptions } from './rows.ts'

export interface Span {
  readonly from: number
  readonly to: number
}

const taskColumns = Object.keys(taskMetrics)
const processColumns = Object.keys(processMetrics)
const jobColumns = Object.keys(jobMetrics)

/** Stores samples; absent metrics become NULL, and so does what Flink could not compute (NaN). */
export async function writeSamples(
  store: Store,
  rows: SampleRows,
  options: WriteOptions,
): Promise<void> {
  const valuesOf = (values: Readonly<Record<string, number>>, columns: readonly string[]) =>
    columns.map((column) => {
      const value = values[column]
      return value !== undefined && Number.isFinite(value) ? value : null
    })
  await insertRows(
    store,
    'task_samples',
    ['job', 'run', 'vertex', 'subtask', 'attempt', 'via', 'at', ...taskColumns],
    rows.tasks.map((s) => [
      s.job,
      s.run,
      s.vertex,
      s.subtask,
      s.attempt,
      s.via,
      s.at,
      ...valuesOf(s.values, taskColumns),
    ]),
    options,
  )
  await insertRows(
    store,
    'process_samples',
    ['cluster', 'process', 'via', 'at', ...processColumns],
    rows.processes.map((s) => [
      s.cluster,
      s.process,
      s.via,
      s.at,
      ...valuesOf(s.values, processColumns),
    ]),
    options,
  )
  await insertRows(
    store,
    'job_samples',
    ['job', 'run', 'via', 'at', ...jobColumns],
    rows.jobs.map((s) => [s.job, s.run, s.via, s.at, ...valuesOf(s.values, jobColumns)]),
    options,
  )
}

type Row = Readonly<Record<string, string | number | null>>

/** Samples of the subtasks of these jobs, oldest first; of one vertex where it is named. */
export async function readTaskSamples(
  store: Store,
  { jobs, from, to, vertex }: Span & { readonly jobs: readonly string[]; readonly vertex?: string },
): Promise<TaskSample[]> {
  const rows = await selectRows<Row>(
    store,
    `SELECT job, run, vertex, subtask, attempt, via, toUnixTimestamp64Milli(task_samples.at) AS atMs, ${taskColumns.join(', ')}
     FROM task_samples
     WHERE job IN {jobs:Array(String)}
       AND task_samples.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
       AND ({vertex:String} = '' OR vertex = {vertex:String})
     ORDER BY task_samples.at
     LIMIT 1 BY job, run, vertex, subtask, attempt, via, task_samples.at`,
    { jobs, from, to, vertex: vertex ?? '' },
  )
  return rows.map((row) => ({
    job: text(row, 'job'),
    run: text(row, 'run'),
    vertex: text(row, 'vertex'),
    subtask: number(row, 'subtask'),
    attempt: number(row, 'attempt'),
    via: via(row),
    at: number(row, 'atMs'),
    values: metricsOf(row, taskColumns),
  }))
}

/** Samples of the processes of these clusters, oldest first; of one process where it is named. */
export async function readProcessSamples(
  store: Store,
  {
    clusters,
    from,
    to,
    process,
  }: Span & { readonly clusters: readonly string[]; readonly process?: string },
): Promise<ProcessSample[]> {
  const rows = await selectRows<Row>(
    store,
    `SELECT cluster, process, via, toUnixTimestamp64Milli(process_samples.at) AS atMs, ${processColumns.join(', ')}
     FROM process_samples
     WHERE cluster IN {clusters:Array(String)}
       AND process_samples.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
       AND ({process:String} = '' OR process = {process:String})
     ORDER BY process_samples.at
     LIMIT 1 BY cluster, process, via, process_samples.at`,
    { clusters, from, to, process: process ?? '' },
  )
  return rows.map((row) => ({
    cluster: text(row, 'cluster'),
    process: text(row, 'process'),
    via: via(row),
    at: number(row, 'atMs'),
    values: metricsOf(row, processColumns),
  }))
}

/** Samples of the runs of these jobs, oldest first. */
export async function readJobSamples(
  store: Store,
  { jobs, from, to }: Span & { readonly jobs: readonly string[] },
): Promise<JobSample[]> {
  const rows = await selectRows<Row>(
    store,
    `SELECT job, run, via, toUnixTimestamp64Milli(job_samples.at) AS atMs, ${jobColumns.join(', ')}
     FROM job_samples
     WHERE job IN {jobs:Array(String)}
       AND job_samples.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
     ORDER BY job_samples.at
     LIMIT 1 BY job, run, via, job_samples.at`,
    { jobs, from, to },
  )
  return rows.map((row) => ({
    job: text(row, 'job'),
    run: text(row, 'run'),
    via: via(row),
    at: number(row, 'atMs'),
    values: metricsOf(row, jobColumns),
  }))
}

function metricsOf(row: Row, columns: readonly string[]): Record<string, number> {
  const values: Record<string, number> = {}
  for (const column of columns) {
    const value = row[column]
    if (typeof value === 'number') values[column] = value
  }
  return values
}

const text = (row: Row, column: string) => String(row[column] ?? '')
const number = (row: Row, column: string) => Number(row[column])
const via = (row: Row): TaskSample['via'] =>
  row.via === 'flink-prometheus' ? 'flink-prometheus' : 'flink-rest'
