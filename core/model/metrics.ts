import type { SubjectKind } from './subject.ts'

/**
 * The metric catalogue: our names, what they count, and where they belong. A metric name that is
 * not here does not compile. `counter` only ever grows within one attempt or process life; Flink's
 * Prometheus reporter declares all of them gauges, so this list is what we trust.
 */
export interface MetricSpec {
  readonly on: SubjectKind
  readonly kind: 'counter' | 'gauge'
  readonly unit: 'ms' | 'records' | 'bytes' | 'perSecond' | 'ratio' | 'count' | 'epochMs'
  readonly help: string
}

const task = (
  kind: MetricSpec['kind'],
  unit: MetricSpec['unit'],
  help: string,
): MetricSpec & { on: 'subtask' } => ({ on: 'subtask', kind, unit, help })

const process = (
  kind: MetricSpec['kind'],
  unit: MetricSpec['unit'],
  help: string,
): MetricSpec & { on: 'taskmanager' } => ({ on: 'taskmanager', kind, unit, help })

const job = (
  kind: MetricSpec['kind'],
  unit: MetricSpec['unit'],
  help: string,
): MetricSpec & { on: 'job' } => ({ on: 'job', kind, unit, help })

/** Of a subtask. The three times are Flink's own clock: their sum is the wall time of the attempt. */
export const taskMetrics = {
  busyMs: task('counter', 'ms', 'Accumulated time spent working, blocking calls included.'),
  idleMs: task('counter', 'ms', 'Accumulated time spent waiting for input.'),
  backpressuredMs: task('counter', 'ms', 'Accumulated time spent waiting for output buffers.'),
  recordsIn: task('counter', 'records', 'Records received. 0 for most sources: use recordsOut.'),
  recordsOut: task('counter', 'records', 'Records emitted. 0 for sinks before Flink 2.'),
  bytesIn: task('counter', 'bytes', 'Bytes received.'),
  bytesOut: task('counter', 'bytes', 'Bytes emitted.'),
  mailsPerSecond: task(
    'gauge',
    'perSecond',
    'Mailbox mails a second; about one per record in async operators.',
  ),
  mailboxLatencyMs: task(
    'gauge',
    'ms',
    'How long a mail waits (p99): a record that blocks delays it.',
  ),
  inPoolUsage: task('gauge', 'ratio', 'Share of the input buffers in use.'),
  outPoolUsage: task('gauge', 'ratio', 'Share of the output buffers in use.'),
  watermarkAt: task(
    'gauge',
    'epochMs',
    'Current input watermark (output watermark of a source); far below 0 before the first.',
  ),
  pendingRecords: task(
    'gauge',
    'records',
    'Records the source has not fetched yet; far too low under backpressure.',
  ),
  sourceIdleMs: task('gauge', 'ms', 'How long the source has seen no record.'),
  lagRecords: task(
    'gauge',
    'records',
    'Records in its Kafka partitions behind its position: the broker’s end offsets less Flink’s own.',
  ),
  sourcePartitions: task('gauge', 'count', 'Kafka partitions that the source subtask reads.'),
  lateRecords: task('counter', 'records', 'Records dropped as too late, by all operators in it.'),
  commitsSucceeded: task(
    'counter',
    'count',
    'Offset commits that Kafka accepted, one a checkpoint.',
  ),
  commitsFailed: task('counter', 'count', 'Offset commits that Kafka did not accept.'),
  brokerConnections: task('gauge', 'count', 'Open connections of the Kafka consumer to brokers.'),
} as const

/** Of one JVM: a TaskManager or the JobManager. */
export const processMetrics = {
  up: process('gauge', 'count', '1 when the scrape was answered, 0 when it was not.'),
  scrapeMs: process('gauge', 'ms', 'How long the scrape took.'),
  cpuMs: process('counter', 'ms', 'CPU time of the JVM.'),
  heapUsedBytes: process('gauge', 'bytes', 'Heap in use, garbage included.'),
  heapMaxBytes: process('gauge', 'bytes', 'Heap limit.'),
  gcMs: process('counter', 'ms', 'Time spent in garbage collections.'),
  gcCount: process('counter', 'count', 'Garbage collections.'),
  metaspaceUsedBytes: process('gauge', 'bytes', 'Metaspace in use.'),
  directUsedBytes: process('gauge', 'bytes', 'Direct memory in use.'),
  managedUsedBytes: process('gauge', 'bytes', 'Managed memory in use.'),
  managedTotalBytes: process('gauge', 'bytes', 'Managed memory configured.'),
  networkUsedBytes: process('gauge', 'bytes', 'Network memory in use.'),
  networkTotalBytes: process('gauge', 'bytes', 'Network memory configured.'),
  threads: process('gauge', 'count', 'Live threads.'),
  // What only the kernel knows, from control groups and /proc.
  cgroupCpuMs: process('counter', 'ms', 'CPU time of the container, all its processes.'),
  cpuQuotaCores: process(
    'gauge',
    'count',
    'CPU limit of the container in cores; absent without a limit.',
  ),
  cpuPeriods: process('counter', 'count', 'Enforcement periods of the CPU limit.'),
  throttledPeriods: process(
    'counter',
    'count',
    'Periods in which the container ran into its CPU limit.',
  ),
  throttledMs: process(
    'counter',
    'ms',
    'Time that threads of the container waited for the next period.',
  ),
  memoryCurrentBytes: process('gauge', 'bytes', 'Memory of the container, page cache included.'),
  memoryPeakBytes: process('gauge', 'bytes', 'Largest memory of the container so far.'),
  memoryLimitBytes: process(
    'gauge',
    'bytes',
    'Memory limit of the container; absent without a limit.',
  ),
  memoryAnonBytes: process(
    'gauge',
    'bytes',
    'Memory that no file stands behind: heaps, stacks, native.',
  ),
  memoryFileBytes: process('gauge', 'bytes', 'Page cache of the container.'),
  memoryInactiveFileBytes: process(
    'gauge',
    'bytes',
    'Page cache that goes first; current minus this is the working set.',
  ),
  oomKills: process('counter', 'count', 'Processes that the kernel killed for want of memory.'),
  cpuPressureMs: process('counter', 'ms', 'Time in which some task waited for a CPU (PSI).'),
  memoryPressureMs: process('counter', 'ms', 'Time in which some task waited for memory (PSI).'),
  ioPressureMs: process('counter', 'ms', 'Time in which some task waited for a disk (PSI).'),
  ioReadBytes: process('counter', 'bytes', 'Bytes read from block devices.'),
  ioWriteBytes: process('counter', 'bytes', 'Bytes written to block devices.'),
  rssBytes: process('gauge', 'bytes', 'Resident memory of the JVM.'),
  openFiles: process('gauge', 'count', 'Open file descriptors of the JVM.'),
  maxOpenFiles: process('gauge', 'count', 'How many it may have.'),
} as const

/** Of a run. */
export const jobMetrics = {
  tasksRunning: job('gauge', 'count', 'Subtasks in state RUNNING.'),
  tasksTotal: job('gauge', 'count', 'Subtasks of the job.'),
  restarts: job('counter', 'count', 'Restarts; in recent versions rescales are counted too.'),
  rescales: job('counter', 'count', 'Rescales (Flink 2.x).'),
  checkpointsCompleted: job('counter', 'count', 'Completed checkpoints.'),
  checkpointsFailed: job('counter', 'count', 'Failed checkpoints.'),
  checkpointsInProgress: job('gauge', 'count', 'Checkpoints in progress.'),
  lastCheckpointMs: job('gauge', 'ms', 'Duration of the last completed checkpoint.'),
  lastCheckpointBytes: job('gauge', 'bytes', 'Size of the last completed checkpoint.'),
} as const

export type TaskMetric = keyof typeof taskMetrics
export type ProcessMetric = keyof typeof processMetrics
export type JobMetric = keyof typeof jobMetrics
