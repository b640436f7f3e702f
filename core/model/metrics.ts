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
  watermarkAt: task('gauge', 'epochMs', 'Current input watermark (output watermark of a source).'),
  pendingRecords: task(
    'gauge',
    'records',
    'Records the source has not fetched yet; far too low under backpressure.',
  ),
  sourceIdleMs: task('gauge', 'ms', 'How long the source has seen no record.'),
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
