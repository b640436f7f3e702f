import type { JobMetric, ProcessMetric, TaskMetric } from '../../model/metrics.ts'
import { type PrometheusSample, parsePrometheus } from './parse.ts'

const TASK = 'flink_taskmanager_job_task_'
const TM_STATUS = 'flink_taskmanager_Status_'
const JM_STATUS = 'flink_jobmanager_Status_'
const JOB = 'flink_jobmanager_job_'

/** Task scope. Names differ between the lines only in the deprecated `buffers_` group of 1.x. */
const taskNames: Readonly<Record<string, TaskMetric>> = {
  accumulateBusyTimeMs: 'busyMs',
  accumulateIdleTimeMs: 'idleMs',
  accumulateBackPressuredTimeMs: 'backpressuredMs',
  numRecordsIn: 'recordsIn',
  numRecordsOut: 'recordsOut',
  numBytesIn: 'bytesIn',
  numBytesOut: 'bytesOut',
  mailboxMailsPerSecond: 'mailsPerSecond',
  currentInputWatermark: 'watermarkAt',
  Shuffle_Netty_Input_Buffers_inPoolUsage: 'inPoolUsage',
  Shuffle_Netty_Output_Buffers_outPoolUsage: 'outPoolUsage',
  buffers_inPoolUsage: 'inPoolUsage',
  buffers_outPoolUsage: 'outPoolUsage',
}

/** Operator scope: what only sources have. */
const sourceNames: Readonly<Record<string, TaskMetric>> = {
  operator_pendingRecords: 'pendingRecords',
  operator_sourceIdleTime: 'sourceIdleMs',
  operator_KafkaSourceReader_commitsSucceeded: 'commitsSucceeded',
  operator_KafkaSourceReader_commitsFailed: 'commitsFailed',
  operator_KafkaSourceReader_KafkaConsumer_connection_count: 'brokerConnections',
}

/** Operator scope of any vertex: windows and other operators on event time drop what is too late. */
const operatorNames: Readonly<Record<string, TaskMetric>> = {
  operator_numLateRecordsDropped: 'lateRecords',
}

/**
 * Position of a Kafka source in one partition, labels `topic` and `partition`; −1 before the first record
 * (KafkaSourceReaderMetrics). It has no column, but each counts as one partition that is read.
 */
const POSITION = 'operator_KafkaSourceReader_topic_partition_currentOffset'

/**
 * What an operator sends on. A source takes no watermark in, so the task scope has none for it (both lines):
 * the lowest of its chain is how far its event time has come.
 */
const OUTPUT_WATERMARK = 'operator_currentOutputWatermark'

/** What several operators of one chain report, and what adds up. */
const SUMMED: ReadonlySet<TaskMetric> = new Set([
  'pendingRecords',
  'lateRecords',
  'sourcePartitions',
  'commitsSucceeded',
  'commitsFailed',
  'brokerConnections',
])

/** Process scope, after `Status_`; the factor turns Flink's unit into ours (CPU.Time is in ns). */
const processNames: Readonly<Record<string, readonly [ProcessMetric, number]>> = {
  JVM_CPU_Time: ['cpuMs', 1e-6],
  JVM_Memory_Heap_Used: ['heapUsedBytes', 1],
  JVM_Memory_Heap_Max: ['heapMaxBytes', 1],
  JVM_Memory_Metaspace_Used: ['metaspaceUsedBytes', 1],
  JVM_Memory_Direct_MemoryUsed: ['directUsedBytes', 1],
  JVM_Threads_Count: ['threads', 1],
  JVM_GarbageCollector_All_Time: ['gcMs', 1],
  JVM_GarbageCollector_All_Count: ['gcCount', 1],
  Flink_Memory_Managed_Used: ['managedUsedBytes', 1],
  Flink_Memory_Managed_Total: ['managedTotalBytes', 1],
  Shuffle_Netty_UsedMemory: ['networkUsedBytes', 1],
  Shuffle_Netty_TotalMemory: ['networkTotalBytes', 1],
}

const jobNames: Readonly<Record<string, JobMetric>> = {
  numRestarts: 'restarts',
  numRescales: 'rescales',
  numberOfCompletedCheckpoints: 'checkpointsCompleted',
  numberOfFailedCheckpoints: 'checkpointsFailed',
  numberOfInProgressCheckpoints: 'checkpointsInProgress',
  lastCheckpointDuration: 'lastCheckpointMs',
  lastCheckpointFullSize: 'lastCheckpointBytes',
}

/** One collector's time or count, for JVMs and lines without the `All` sum. */
const COLLECTOR = /^JVM_GarbageCollector_(?!All_)(\w+)_(Time|Count)$/

export interface ScrapedTask {
  readonly run: string
  readonly jobName: string
  readonly vertex: string
  readonly subtask: number
  readonly attempt: number
  readonly values: Partial<Record<TaskMetric, number>>
  /** Where a Kafka source stands: the next record it will take, by partition. */
  readonly positions: readonly Position[]
}

export interface Position {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** What one scrape of one reporter says, by subject. */
export interface Scrape {
  /** The `tm_id` label as it was printed: filtered or raw. Undefined for a JobManager. */
  readonly taskmanager: string | undefined
  readonly process: Partial<Record<ProcessMetric, number>>
  readonly tasks: readonly ScrapedTask[]
  readonly jobs: ReadonlyMap<
    string,
    { readonly name: string; readonly values: Partial<Record<JobMetric, number>> }
  >
  /** Everything of Flink that has no place above. */
  readonly other: readonly PrometheusSample[]
}

/** Reads a scrape of a TaskManager's or JobManager's reporter; `other` stays empty unless it is wanted. */
export function readScrape(text: string, { other = false } = {}): Scrape {
  const isOurs = other ? (name: string) => name.startsWith('flink_') : isWanted
  return readFlinkSamples(parsePrometheus(text, isOurs))
}

/**
 * Sorts samples of Flink's metrics, however they came (a scrape, remote write, OTLP under Prometheus' names):
 * those of one process at one moment.
 */
export function readFlinkSamples(samples: Iterable<PrometheusSample>): Scrape {
  const other: PrometheusSample[] = []
  const tasks = new Map<string, OpenTask>()
  const process: Partial<Record<ProcessMetric, number>> = {}
  const collectors = { Time: 0, Count: 0, seen: false }
  const jobs = new Map<string, { name: string; values: Partial<Record<JobMetric, number>> }>()
  let taskmanager: string | undefined

  for (const sample of samples) {
    const { name, labels, value } = sample
    if (!isWanted(name)) {
      other.push(sample)
      continue
    }
    const status = [TM_STATUS, JM_STATUS].find((prefix) => name.startsWith(prefix))
    if (status !== undefined) {
      if (status === TM_STATUS) taskmanager ??= labels.get('tm_id')
      addProcess(process, collectors, name.slice(status.length), value)
    } else if (name.startsWith(TASK)) addTask(tasks, sample)
    else addJob(jobs, sample)
  }
  if (collectors.seen) {
    process.gcMs ??= collectors.Time
    process.gcCount ??= collectors.Count
  }
  return { taskmanager, process, tasks: [...tasks.values()].map(taskOf), jobs, other }
}

function addProcess(
  process: Partial<Record<ProcessMetric, number>>,
  collectors: { Time: number; Count: number; seen: boolean },
  name: string,
  value: number,
): void {
  const [metric, factor] = processNames[name] ?? []
  if (metric !== undefined && factor !== undefined && value >= 0) process[metric] = value * factor
  const collector = COLLECTOR.exec(name)?.[2]
  if (collector !== 'Time' && collector !== 'Count') return
  collectors[collector] += value
  collectors.seen = true
}

function isWanted(name: string): boolean {
  if (name.startsWith(TASK)) {
    const rest = name.slice(TASK.length)
    return (
      rest in taskNames ||
      rest in sourceNames ||
      rest in operatorNames ||
      rest === 'mailboxLatencyMs' ||
      rest === POSITION ||
      rest === OUTPUT_WATERMARK
    )
  }
  if (name.startsWith(JOB)) return name.slice(JOB.length) in jobNames
  const rest = name.startsWith(TM_STATUS)
    ? name.slice(TM_STATUS.length)
    : name.slice(JM_STATUS.length)
  return (
    (name.startsWith(TM_STATUS) || name.startsWith(JM_STATUS)) &&
    (rest in processNames || COLLECTOR.test(rest))
  )
}

/** A task while its lines are read. */
interface OpenTask extends ScrapedTask {
  readonly positions: Position[]
  /** Lowest output watermark of its operators. */
  sentWatermarkAt?: number
}

function taskOf({ sentWatermarkAt, ...task }: OpenTask): ScrapedTask {
  if (task.values.watermarkAt !== undefined || sentWatermarkAt === undefined) return task
  return { ...task, values: { ...task.values, watermarkAt: sentWatermarkAt } }
}

function addTask(tasks: Map<string, OpenTask>, { name, labels, value }: PrometheusSample): void {
  const run = labels.get('job_id')
  const vertex = labels.get('task_id')
  const subtask = Number(labels.get('subtask_index'))
  const attempt = Number(labels.get('task_attempt_num'))
  if (!run || !vertex || !Number.isInteger(subtask) || !Number.isInteger(attempt)) return
  const rest = name.slice(TASK.length)
  const metric = taskMetricOf(rest, labels)
  if (metric === undefined && rest !== OUTPUT_WATERMARK) return
  const key = `${run}/${vertex}/${subtask}/${attempt}`
  let task = tasks.get(key)
  if (!task) {
    task = {
      run,
      jobName: labels.get('job_name') ?? run,
      vertex,
      subtask,
      attempt,
      values: {},
      positions: [],
    }
    tasks.set(key, task)
  }
  if (metric === undefined) {
    task.sentWatermarkAt = Math.min(task.sentWatermarkAt ?? value, value)
    return
  }
  if (rest === POSITION) task.positions.push(...positionOf(labels, value))
  const amount = rest === POSITION ? 1 : value
  task.values[metric] = SUMMED.has(metric) ? (task.values[metric] ?? 0) + amount : amount
}

function taskMetricOf(rest: string, labels: ReadonlyMap<string, string>): TaskMetric | undefined {
  if (rest === 'mailboxLatencyMs') return latencyOf(labels)
  if (rest === POSITION) return 'sourcePartitions'
  return taskNames[rest] ?? sourceNames[rest] ?? operatorNames[rest]
}

function positionOf(labels: ReadonlyMap<string, string>, value: number): readonly Position[] {
  const topic = labels.get('topic')
  const partition = Number(labels.get('partition'))
  if (topic === undefined || !Number.isInteger(partition) || !(value >= 0)) return []
  return [{ topic, partition, offset: value }]
}

/** Summaries print a line per quantile; the 99th is the one that a blocked mailbox moves. */
function latencyOf(labels: ReadonlyMap<string, string>): TaskMetric | undefined {
  return labels.get('quantile') === '0.99' ? 'mailboxLatencyMs' : undefined
}

function addJob(
  jobs: Map<string, { name: string; values: Partial<Record<JobMetric, number>> }>,
  { name, labels, value }: PrometheusSample,
): void {
  const run = labels.get('job_id')
  const metric = jobNames[name.slice(JOB.length)]
  // Checkpoint gauges are −1 until the first completed checkpoint.
  if (!run || metric === undefined || value < 0) return
  const job = jobs.get(run) ?? { name: labels.get('job_name') ?? run, values: {} }
  jobs.set(run, job)
  job.values[metric] = value
}
