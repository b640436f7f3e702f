import { jobMetrics, processMetrics, taskMetrics } from '../core/model/metrics.ts'
import type { Store } from '../core/store/open.ts'
import { writeEvents, writeSamples } from '../core/store/write.ts'
import { type JobRows, type JobShape, jobLike, recordedRows } from './fleet.ts'

/** Recordings of jobs that keep up, and of jobs with a fault, whose like the fleet consists of. */
const HEALTHY = ['healthy-a', 'busy-keeping-up-a', 'spiky-a', 'over-provisioned-a']
const SICK = ['cpu-bound-a', 'slow-sink-a', 'keyed-skew-a', 'heap-pressure-a']

export interface FleetOptions {
  readonly jobs: number
  /** Share of jobs with a fault. */
  readonly sick: number
  readonly shape: JobShape
  readonly endAt: number
  readonly spanMs: number
}

/**
 * Fills the store with a fleet. Each recording is written once as a job of the wanted shape and multiplied by
 * the engine: other names, records larger or smaller by up to a quarter.
 */
export async function fillFleet(store: Store, options: FleetOptions): Promise<void> {
  const { jobs, sick, shape, endAt, spanMs } = options
  const ill = Math.round(jobs * sick)
  const parts = [...share(HEALTHY, jobs - ill), ...share(SICK, ill)]
  for (const { name, count } of parts) {
    // Further than the fleet goes, as copies are set back by some samples.
    const aheadMs = (PHASES - 1) * shape.intervalMs
    const span = { endAt: endAt + aheadMs, spanMs: spanMs + aheadMs }
    const rows = jobLike(await recordedRows(name), name, shape, span)
    await writeSamples(store, rows, { token: name })
    await writeEvents(store, rows.events, { token: name })
    await multiply(store, name, rows, count - 1, shape.intervalMs)
    process.stderr.write(`${count} jobs like ${name}\n`)
  }
  for (const table of ['task_samples', 'process_samples', 'job_samples', 'events']) {
    await store.client.command({ query: `OPTIMIZE TABLE ${table} FINAL` })
  }
}

function share(names: readonly string[], jobs: number) {
  return names.flatMap((name, index) => {
    const count = Math.floor(jobs / names.length) + (index < jobs % names.length ? 1 : 0)
    return count > 0 ? [{ name, count }] : []
  })
}

const COPIES_PER_INSERT = 250
/** Copies of one job do not do the same at the same time. */
const PHASES = 6

async function multiply(
  store: Store,
  cluster: string,
  { events, tasks }: JobRows,
  copies: number,
  stepMs: number,
): Promise<void> {
  const job = events.find((event) => event.type === 'run')?.job ?? ''
  const params = { cluster, job, run: tasks[0]?.run ?? '', stepMs, phases: PHASES }
  for (let from = 1; from <= copies; from += COPIES_PER_INSERT) {
    const count = Math.min(COPIES_PER_INSERT, copies - from + 1)
    for (const query of [tasksLike, processesLike, jobsLike, eventsLike])
      await store.client.command({ query, query_params: { ...params, from, count } })
  }
}

const copies = '(SELECT number AS n FROM numbers({from:UInt32}, {count:UInt32})) AS copies'
const newCluster = "concat({cluster:String}, '-', toString(n))"
const newJob = `concat(${newCluster}, substring({job:String}, length({cluster:String}) + 1))`
const newRun = 'lower(hex(MD5(concat({run:String}, toString(n)))))'
/** From 0.8 to 1.25, the same for the same copy. */
const factor = '(0.8 + 0.45 * (cityHash64({job:String}, n) % 1000) / 1000)'

const setBackMs = '(n % {phases:UInt32}) * {stepMs:UInt32}'
const moment = `at - toIntervalMillisecond(${setBackMs})`

function scaled(metric: string): string {
  if (metric === 'watermarkAt')
    return `if(watermarkAt > 0, watermarkAt - ${setBackMs}, watermarkAt)`
  return /^(records|bytes)(In|Out)$/.test(metric) ? `round(${metric} * ${factor})` : metric
}

const taskColumns = Object.keys(taskMetrics)
const processColumns = Object.keys(processMetrics)
const jobColumns = Object.keys(jobMetrics)

const tasksLike = `INSERT INTO task_samples (job, run, vertex, subtask, attempt, via, at, ${taskColumns.join(', ')})
  SELECT ${newJob}, ${newRun}, vertex, subtask, attempt, via, ${moment}, ${taskColumns.map(scaled).join(', ')}
  FROM task_samples CROSS JOIN ${copies} WHERE job = {job:String}`

const processesLike = `INSERT INTO process_samples (cluster, process, via, at, ${processColumns.join(', ')})
  SELECT ${newCluster}, process, via, ${moment}, ${processColumns.join(', ')}
  FROM process_samples CROSS JOIN ${copies} WHERE cluster = {cluster:String}`

const jobsLike = `INSERT INTO job_samples (job, run, via, at, ${jobColumns.join(', ')})
  SELECT ${newJob}, ${newRun}, via, ${moment}, ${jobColumns.join(', ')}
  FROM job_samples CROSS JOIN ${copies} WHERE job = {job:String}`

const eventsLike = `INSERT INTO events (cluster, job, type, run, about, at, startedAt, gone, body)
  SELECT ${newCluster}, if(job = '', '', ${newJob}), type, if(run = '', '', ${newRun}), about, at, startedAt, gone,
    replaceAll(replaceAll(replaceAll(body, {job:String}, ${newJob}), {run:String}, ${newRun}),
      concat('"cluster":"', {cluster:String}, '"'), concat('"cluster":"', ${newCluster}, '"'))
  FROM events CROSS JOIN ${copies} WHERE cluster = {cluster:String}`
