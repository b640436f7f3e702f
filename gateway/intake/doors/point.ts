import type { Payload, SeriesBlock, SeriesSample } from '../../../core/api/batch.ts'
import { blocksOf, type SubjectRow } from '../../../core/api/blocks.ts'
import { flinkMetricType } from '../../../core/flink/catalogue.ts'
import { readFlinkSamples, type Scrape } from '../../../core/flink/prometheus/metrics.ts'
import { formatJobRef, NO_NAMESPACE } from '../../../core/model/job-ref.ts'
import type { Via } from '../../../core/model/samples.ts'

/** One value of one series, in Prometheus' spelling, however it came. */
export interface Point {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  /** Epoch ms. */
  readonly at: number
  readonly value: number
  /** What the sender says that it is, where the protocol has a word for it. */
  readonly type?: SeriesSample['type']
}

export interface PointOptions {
  readonly via: Via
  /** The cluster of the token; where it has none, a label tells, and else the configuration. */
  readonly cluster: string | undefined
  readonly defaultCluster: string
}

/** Labels that other programs name a cluster and a namespace with. */
const CLUSTER_LABELS = ['cluster', 'k8s_cluster_name', 'k8s_cluster', 'flink_cluster']
const NAMESPACE_LABELS = ['namespace', 'k8s_namespace_name', 'kubernetes_namespace']

/**
 * Turns points into what our own agents send: Flink's metrics that the catalogue has a place for become
 * samples of their subtask, job or process, all others series. Numbers that are no numbers (NaN, which is
 * also Prometheus' mark of an ended series) are absent.
 */
export function payloadsOf(points: readonly Point[], options: PointOptions): readonly Payload[] {
  const groups = new Map<string, Point[]>()
  for (const point of points) {
    if (!Number.isFinite(point.value)) continue
    const key = JSON.stringify([point.at, clusterOf(point.labels, options), processOf(point)])
    const group = groups.get(key)
    if (group) group.push(point)
    else groups.set(key, [point])
  }
  const blocks = [...groups.values()].map((group) => groupBlocks(group, options))
  const samples = blocks.flatMap((one) => one.samples)
  const series = blocks.flatMap((one) => one.series)
  return [
    ...(samples.length > 0 ? [{ kind: 'samples' as const, blocks: samples }] : []),
    ...(series.length > 0 ? [{ kind: 'series' as const, blocks: series }] : []),
  ]
}

/** Points of one process at one moment belong together; what is not of Flink is of no process. */
function processOf({ name, labels }: Point): string | undefined {
  if (!name.startsWith('flink_')) return undefined
  return labels.get('tm_id') ?? `jobmanager ${labels.get('host') ?? ''}`
}

function groupBlocks(
  points: readonly Point[],
  options: PointOptions,
): { readonly samples: ReturnType<typeof blocksOf>; readonly series: readonly SeriesBlock[] } {
  const { via } = options
  const [first] = points
  if (!first) return { samples: [], series: [] }
  const { at, labels } = first
  const cluster = clusterOf(labels, options)
  const types = new Map(points.map(({ name, type }) => [name, type]))
  const isFlink = processOf(first) !== undefined
  const scrape = readFlinkSamples(isFlink ? points : [])
  const series = (isFlink ? scrape.other : points).map(
    ({ name, labels: own, value }): SeriesSample => {
      const { job_name: jobName, task_attempt_id: _, ...rest } = Object.fromEntries(own)
      return {
        metric: name,
        type: flinkMetricType(name) ?? types.get(name) ?? 'untyped',
        ...(isFlink && jobName !== undefined && { job: jobOf(cluster, own, jobName) }),
        labels: rest,
        value,
      }
    },
  )
  return {
    samples: blocksOf(rowsOf(scrape, cluster, labels), { at, via }),
    series: series.length === 0 ? [] : [{ at, via, cluster, series }],
  }
}

function rowsOf(
  scrape: Scrape,
  cluster: string,
  labels: ReadonlyMap<string, string>,
): readonly SubjectRow[] {
  const { taskmanager, process, tasks, jobs } = scrape
  const own: SubjectRow = {
    subject:
      taskmanager === undefined
        ? { kind: 'jobmanager', cluster }
        : { kind: 'taskmanager', cluster, id: taskmanager },
    values: process,
  }
  return [
    ...(Object.keys(process).length > 0 ? [own] : []),
    ...tasks.map(({ run, jobName, vertex, subtask, attempt, values }): SubjectRow => {
      const job = jobOf(cluster, labels, jobName)
      return { subject: { kind: 'subtask', job, run, vertex, subtask, attempt }, values }
    }),
    ...[...jobs].map(([run, { name, values }]): SubjectRow => {
      return { subject: { kind: 'job', job: jobOf(cluster, labels, name), run }, values }
    }),
  ]
}

export function clusterOf(labels: ReadonlyMap<string, string>, options: PointOptions): string {
  return options.cluster ?? firstOf(labels, CLUSTER_LABELS) ?? options.defaultCluster
}

export function jobOf(cluster: string, labels: ReadonlyMap<string, string>, name: string): string {
  const namespace = firstOf(labels, NAMESPACE_LABELS) ?? NO_NAMESPACE
  return formatJobRef({ cluster, namespace, name })
}

function firstOf(
  labels: ReadonlyMap<string, string>,
  names: readonly string[],
): string | undefined {
  for (const name of names) {
    const value = labels.get(name)
    if (value !== undefined && value !== '') return value
  }
  return undefined
}
