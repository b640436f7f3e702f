import type { ShipStrategy } from '../../../core/model/topology.ts'
import { thresholdsOf } from './capacity.ts'
import type { AutoscalerOptions, Release } from './options.ts'
import { busyRate, meanOf, type Point, rateOf, roundMetric, trueProcessingRate } from './rates.ts'
import type { VertexEvaluation } from './vertex.ts'

/** One vertex of the graph as the autoscaler knows it. */
export interface ScaledVertex {
  readonly id: string
  readonly parallelism: number
  readonly maxParallelism: number
  readonly sourcePartitions: number
  readonly inputs: readonly { readonly from: string; readonly ship: ShipStrategy }[]
  readonly slotSharingGroup?: string
}

/** What was collected of a vertex at one moment; what is absent was not there. */
export interface VertexReading {
  readonly lag?: number
  readonly recordsIn?: number
  readonly recordsOut?: number
  readonly recordsInPerSecond?: number
  /** Busy share by the chosen aggregator over the subtasks, 0–1. */
  readonly load?: number
  readonly accumulatedBusyMs?: number
  readonly observedRate?: number
}

/** Of all TaskManagers at one moment: maxima over them. */
export interface GlobalReading {
  readonly gcPressure?: number
  readonly heapUsageRatio?: number
  readonly heapUsedBytes?: number
  readonly managedUsedBytes?: number
  readonly metaspaceUsedBytes?: number
  readonly slotsUsed?: number
}

export interface Reading {
  readonly at: number
  readonly vertices: Readonly<Record<string, VertexReading>>
  readonly global: GlobalReading
}

/** A window of readings of one job, oldest first. */
export interface Window {
  readonly vertices: readonly ScaledVertex[]
  readonly readings: readonly Reading[]
}

function points(window: Window, vertex: string, metric: keyof VertexReading): readonly Point[] {
  return window.readings.map(({ at, vertices }) => [at, vertices[vertex]?.[metric]] as const)
}

const valuesOf = (list: readonly Point[]) => list.map(([, value]) => value)

/** Mean busy time over the window, ms per second: of the chosen aggregator's gauge, or from the counter for AVG. */
export function busyOf(window: Window, vertex: ScaledVertex, options: AutoscalerOptions): number {
  return options.busyAggregator === 'AVG'
    ? rateOf(points(window, vertex.id, 'accumulatedBusyMs')) / vertex.parallelism
    : meanOf(valuesOf(points(window, vertex.id, 'load'))) * 1000
}

/** Records a second for the true rate. Main averages the gauge where busy time is averaged too (FLINK-39306). */
export function rateForCapacity(
  window: Window,
  vertex: string,
  options: AutoscalerOptions,
  release: Release,
): number {
  const counted = rateOf(points(window, vertex, 'recordsIn'))
  if (release === '1.15.0' || options.busyAggregator === 'AVG') return counted
  const gauged = meanOf(valuesOf(points(window, vertex, 'recordsInPerSecond')))
  return Number.isFinite(gauged) ? gauged : counted
}

/** True processing rate of one vertex over the window. */
export function capacityOf(
  window: Window,
  vertex: ScaledVertex,
  options: AutoscalerOptions,
  release: Release,
): number {
  const byBusy = busyRate(
    busyOf(window, vertex, options),
    rateForCapacity(window, vertex.id, options, release),
  )
  const observed = meanOf(
    valuesOf(points(window, vertex.id, 'observedRate')),
    options.observedRateMinObservations,
  )
  return trueProcessingRate(byBusy, observed, options.observedRateSwitch)
}

/** Records to `to` for each record into `from`; 0 where nothing goes in or out. */
export function outputRatio(window: Window, from: string, to: string): number {
  const inRate = rateOf(points(window, from, 'recordsIn'))
  if (!(inRate > 0)) return 0
  const edgeRate = edgeRateOf(window, from, to)
  return edgeRate > 0 ? edgeRate / inRate : 0
}

/**
 * Flink counts per vertex, not per edge: an only input is what goes in; else what goes in less what the others send
 * out, if each of those sends nowhere else; else all that goes out, which counts too much (computeEdgeDataRate).
 */
function edgeRateOf(window: Window, from: string, to: string): number {
  const inputs = sendersTo(window, to)
  const into = rateOf(points(window, to, 'recordsIn'))
  if (inputs.length === 1) return into
  const others = inputs.filter((id) => id !== from)
  if (others.every((id) => outputsOf(window, id) === 1)) {
    return others.reduce((rest, id) => rest - rateOf(points(window, id, 'recordsOut')), into)
  }
  return rateOf(points(window, from, 'recordsOut'))
}

function sendersTo(window: Window, to: string): readonly string[] {
  const inputs = window.vertices.find(({ id }) => id === to)?.inputs ?? []
  return [...new Set(inputs.map(({ from }) => from))]
}

function outputsOf(window: Window, id: string): number {
  return window.vertices.filter((vertex) => vertex.inputs.some(({ from }) => from === id)).length
}

const isSource = (vertex: ScaledVertex) => vertex.inputs.length === 0

/** Whether any source lies further behind than the threshold, in seconds of what it takes in. */
export function isProcessingBacklog(window: Window, options: AutoscalerOptions): boolean {
  const last = window.readings.at(-1)
  return window.vertices.filter(isSource).some(({ id }) => {
    const lag = last?.vertices[id]?.lag ?? 0
    return lag / rateOf(points(window, id, 'recordsIn')) > options.backlogLagSeconds
  })
}

/**
 * Evaluates every vertex over the window (ScalingMetricEvaluator.evaluateMetrics); vertices stand in topological
 * order. Throws an Error where a source has no rate at all, which is what the autoscaler does.
 */
export function evaluate(
  window: Window,
  options: AutoscalerOptions,
  release: Release,
  restartSeconds: number,
): ReadonlyMap<string, VertexEvaluation> {
  const backlog = isProcessingBacklog(window, options)
  const evaluated = new Map<string, VertexEvaluation>()
  for (const vertex of window.vertices) {
    const { targetDataRate, catchUpDataRate } = isSource(vertex)
      ? sourceDemand(window, vertex.id, options)
      : propagatedDemand(window, vertex, evaluated)
    const demand = {
      targetDataRate: roundMetric(targetDataRate),
      catchUpDataRate: roundMetric(catchUpDataRate),
    }
    evaluated.set(vertex.id, {
      ...vertex,
      inputs: vertex.inputs.map(({ ship }) => ship),
      ...demand,
      trueProcessingRate: roundMetric(capacityOf(window, vertex, options, release)),
      ...thresholdsOf(demand, options, backlog, restartSeconds),
    })
  }
  return evaluated
}

function sourceDemand(window: Window, vertex: string, options: AutoscalerOptions) {
  const inRate = rateOf(points(window, vertex, 'recordsIn'))
  const targetDataRate = Math.max(0, inRate + rateOf(points(window, vertex, 'lag')))
  if (Number.isNaN(targetDataRate))
    throw new Error(`${vertex}: no rate of ingestion, so nothing can be evaluated`)
  const lag = window.readings.at(-1)?.vertices[vertex]?.lag ?? 0
  const { catchUpSeconds } = options
  return { targetDataRate, catchUpDataRate: catchUpSeconds === 0 ? 0 : lag / catchUpSeconds }
}

function propagatedDemand(
  window: Window,
  vertex: ScaledVertex,
  evaluated: ReadonlyMap<string, VertexEvaluation>,
) {
  let [targetDataRate, catchUpDataRate] = [0, 0]
  for (const from of sendersTo(window, vertex.id)) {
    const sender = evaluated.get(from)
    const ratio = outputRatio(window, from, vertex.id)
    targetDataRate += (sender?.targetDataRate ?? Number.NaN) * ratio
    catchUpDataRate += (sender?.catchUpDataRate ?? Number.NaN) * ratio
  }
  return { targetDataRate, catchUpDataRate }
}

/** A global metric now and over the window; NaN where it was never collected. */
export interface GlobalEvaluation {
  readonly gcPressure: { readonly current: number }
  readonly heapUsageRatio: NowAndMean
  readonly heapUsedBytes: NowAndMean
  readonly managedUsedBytes: NowAndMean
  readonly metaspaceUsedBytes: NowAndMean
  readonly slotsUsed: { readonly current: number }
}

interface NowAndMean {
  readonly current: number
  readonly average: number
}

/** Collections and slots count as they are now, the pools as means of the window (evaluateGlobalMetrics). */
export function evaluateGlobal(readings: readonly Reading[]): GlobalEvaluation {
  const last = readings.at(-1)?.global ?? {}
  const both = (metric: keyof GlobalReading): NowAndMean => ({
    current: roundMetric(last[metric] ?? Number.NaN),
    average: roundMetric(meanOf(readings.map(({ global }) => global[metric]))),
  })
  return {
    gcPressure: { current: roundMetric(last.gcPressure ?? Number.NaN) },
    heapUsageRatio: both('heapUsageRatio'),
    heapUsedBytes: both('heapUsedBytes'),
    managedUsedBytes: both('managedUsedBytes'),
    metaspaceUsedBytes: both('metaspaceUsedBytes'),
    slotsUsed: { current: last.slotsUsed ?? Number.NaN },
  }
}
