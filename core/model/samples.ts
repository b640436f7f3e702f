import type { JobMetric, ProcessMetric, TaskMetric } from './metrics.ts'

/** Who measured: two sources of one subtask are two series and are never mixed in one difference. */
export const vias = [
  'flink-rest',
  'flink-prometheus',
  'cgroup',
  'procfs',
  'remote-write',
  'otlp',
  'kafka',
  'weir',
] as const
export type Via = (typeof vias)[number]

/** All counters of one subtask at one moment. An absent metric is an absent key, never zero. */
export interface TaskSample {
  readonly job: string
  readonly run: string
  readonly vertex: string
  readonly subtask: number
  readonly attempt: number
  readonly via: Via
  /** Epoch ms of arrival. Rates use the sum of the three times instead (Flink's own clock). */
  readonly at: number
  readonly values: Readonly<Partial<Record<TaskMetric, number>>>
}

/** All metrics of one JVM at one moment; the JobManager's id is `jobmanager`. */
export interface ProcessSample {
  readonly cluster: string
  readonly process: string
  readonly via: Via
  readonly at: number
  readonly values: Readonly<Partial<Record<ProcessMetric, number>>>
}

export interface JobSample {
  readonly job: string
  readonly run: string
  readonly via: Via
  readonly at: number
  readonly values: Readonly<Partial<Record<JobMetric, number>>>
}

export const JOBMANAGER = 'jobmanager'

/**
 * The form of a ResourceID that survives Prometheus label filtering (`lab-1` and `lab_1` are one
 * TaskManager): what joins a scrape to REST. Flink's default filter replaces everything outside
 * `[a-zA-Z0-9:_]` (PrometheusReporter / AbstractPrometheusReporter.CHARACTER_FILTER).
 */
export function processKey(id: string): string {
  return id.replace(/[^a-zA-Z0-9:_]/g, '_')
}
