import type { GlobalReading, VertexReading } from './evaluate.ts'
import type { AutoscalerOptions } from './options.ts'
import { meanOf, observedRate, roundMetric } from './rates.ts'

/** A metric as Flink's aggregating endpoints answer it, over subtasks or TaskManagers. */
export interface Aggregated {
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly avg?: number | undefined
  readonly sum?: number | undefined
}

/** What the endpoints said of one vertex at one moment. */
export interface CollectedVertex {
  readonly source: boolean
  readonly finished?: boolean
  readonly busyMsPerSecond?: Aggregated
  readonly backpressuredMsPerSecond?: Aggregated
  /** Sums over the subtasks and over all `*.pendingRecords` of the vertex; absent is no lag. */
  readonly pendingRecords?: number
  readonly recordsIn: number
  readonly recordsOut: number
  readonly accumulatedBusyMs: number
  readonly recordsInPerSecond?: number
}

/** A vertex that has finished contributes zeros and is never scaled. */
const FINISHED = {
  ...{ recordsIn: 0, recordsOut: 0, accumulatedBusyMs: 0, load: 0 },
} satisfies VertexReading

/**
 * From one collection to the reading that is kept (ScalingMetrics). `earlierObserved` are the observed rates of the
 * window so far: without a lag their mean stands in.
 */
export function readingOf(
  collected: CollectedVertex,
  options: AutoscalerOptions,
  earlierObserved: readonly (number | undefined)[] = [],
): VertexReading {
  if (collected.finished) {
    return collected.source
      ? { ...FINISHED, lag: 0, observedRate: Number.POSITIVE_INFINITY }
      : FINISHED
  }
  const lag = collected.source ? (collected.pendingRecords ?? 0) : undefined
  const observed = collected.source
    ? observedOf(collected, lag ?? 0, options, earlierObserved)
    : undefined
  const gauge = collected.source ? undefined : collected.recordsInPerSecond
  return {
    ...(lag === undefined ? {} : { lag: roundMetric(lag) }),
    load: roundMetric(loadOf(collected.busyMsPerSecond, options)),
    accumulatedBusyMs: roundMetric(collected.accumulatedBusyMs),
    recordsIn: roundMetric(Math.max(0, collected.recordsIn)),
    recordsOut: roundMetric(collected.recordsOut),
    ...(gauge === undefined ? {} : { recordsInPerSecond: roundMetric(gauge) }),
    ...(observed === undefined ? {} : { observedRate: roundMetric(observed) }),
  }
}

/** Busy share by the chosen aggregator; NaN where busy time is not known (legacy sources). */
export function loadOf(busy: Aggregated | undefined, options: AutoscalerOptions): number {
  const by = { MAX: busy?.max, AVG: busy?.avg, MIN: busy?.min }[options.busyAggregator]
  return by === undefined || !Number.isFinite(by) ? Number.NaN : Math.max(0, by) / 1000
}

function observedOf(
  { recordsInPerSecond: rate, backpressuredMsPerSecond }: CollectedVertex,
  lag: number,
  options: AutoscalerOptions,
  earlier: readonly (number | undefined)[],
): number | undefined {
  if (rate === undefined || Number.isNaN(rate)) return undefined
  const now = observedNow(rate, lag, backpressuredMsPerSecond?.avg ?? 0, options)
  return now ?? meanOf(earlier, options.observedRateMinObservations)
}

/** The rate observed while a source catches up; unlimited while nothing is read; undefined without enough lag. */
export function observedNow(
  rate: number,
  lag: number,
  backpressuredMsPerSecond: number,
  options: AutoscalerOptions,
): number | undefined {
  if (rate === 0) return Number.POSITIVE_INFINITY
  if (lag < options.observedRateLagSeconds * rate) return undefined
  const observed = observedRate(rate, backpressuredMsPerSecond)
  return Number.isNaN(observed) ? undefined : observed
}

/** What the aggregating endpoint says of all TaskManagers. */
export interface CollectedTaskManagers {
  readonly heapMax?: Aggregated | undefined
  readonly heapUsed?: Aggregated | undefined
  readonly managedUsed?: Aggregated | undefined
  readonly metaspaceUsed?: Aggregated | undefined
  readonly gcMsPerSecond?: Aggregated | undefined
  readonly slotsTotal?: number | undefined
  readonly slotsAvailable?: number | undefined
}

/** The largest over the TaskManagers counts (ScalingMetrics.computeGlobalMetrics). */
export function globalReadingOf(collected: CollectedTaskManagers): GlobalReading {
  const { heapMax, heapUsed, managedUsed, metaspaceUsed, gcMsPerSecond } = collected
  const known = <K extends keyof GlobalReading>(name: K, value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? {} : { [name]: value }
  return {
    ...known('gcPressure', (gcMsPerSecond?.max ?? Number.NaN) / 1000),
    ...known('heapUsedBytes', heapMax && heapUsed?.max),
    ...known('heapUsageRatio', (heapUsed?.max ?? Number.NaN) / (heapMax?.max ?? Number.NaN)),
    ...known('managedUsedBytes', managedUsed?.max),
    ...known('metaspaceUsedBytes', metaspaceUsed?.max),
    ...known(
      'slotsUsed',
      (collected.slotsTotal ?? Number.NaN) - (collected.slotsAvailable ?? Number.NaN),
    ),
  }
}

const KAFKA =
  /^.*?(?:\.kafkaCluster\.(?<cluster>.+))?\.KafkaSourceReader\.topic\.(?<topic>.+)\.partition\.(?<id>\d+)\.currentOffset$/
const PULSAR = /^.*\.PulsarConsumer\.(?<topic>.+)-partition-(?<id>\d+)\..*\.numMsgsReceived$/

/** Partitions of a Kafka or Pulsar source, counted from the names of its metrics. */
export function partitionsOf(metricNames: readonly string[]): number {
  const partitions = metricNames.flatMap((name) => {
    const { cluster, topic, id } = (KAFKA.exec(name) ?? PULSAR.exec(name))?.groups ?? {}
    return topic === undefined ? [] : [`${cluster ?? ''}-${topic}-${id}`]
  })
  return new Set(partitions).size
}

/** `GET /taskmanagers/metrics` answers nothing at all as soon as one name is unknown; these four have to be there. */
const REQUIRED = [
  'Status.JVM.Memory.Heap.Max',
  'Status.JVM.Memory.Heap.Used',
  'Status.Flink.Memory.Managed.Used',
  'Status.JVM.Memory.Metaspace.Used',
]

/** Throws an Error when a required metric of the TaskManagers is not there, as the autoscaler does each loop. */
export function requireTaskManagerMetrics(available: readonly string[]): void {
  if (REQUIRED.some((name) => !available.includes(name)))
    throw new Error('Missing required TM metrics')
}
