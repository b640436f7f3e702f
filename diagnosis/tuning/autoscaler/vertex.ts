import type { ShipStrategy } from '../../../core/model/topology.ts'
import { align, alignmentModeOf } from './align.ts'
import { type Demand, type Thresholds, targetCapacity } from './capacity.ts'
import { delayed, largestSince, type PendingScaleDown } from './delay.ts'
import { type ScalingRecord, scalabilityOf, wasIneffective } from './history.ts'
import type { AutoscalerOptions, Release } from './options.ts'
import { roundMetric } from './rates.ts'

/** One vertex after evaluation: everything its new size depends on. */
export interface VertexEvaluation extends Demand, Thresholds {
  readonly parallelism: number
  readonly maxParallelism: number
  /** 0 for everything but sources whose partitions are known. */
  readonly sourcePartitions: number
  readonly inputs: readonly ShipStrategy[]
  readonly trueProcessingRate: number
}

/** What else a decision depends on. */
export interface DecisionContext {
  readonly options: AutoscalerOptions
  readonly release: Release
  readonly restartSeconds: number
  readonly at: number
  /** Oldest first. */
  readonly history: readonly ScalingRecord[]
  readonly pending: PendingScaleDown | undefined
}

export interface VertexDecision {
  readonly parallelism: number
  /** Whether this vertex alone would justify a rescale; only said of a change. */
  readonly outside: boolean
  /** Capacity expected after the change, records a second; absent where nothing changes. */
  readonly expectedRate?: number
  readonly pending: PendingScaleDown | undefined
  readonly events: readonly ('ScalingLimited' | 'IneffectiveScaling')[]
}

/** The size of one vertex, as JobVertexScaler.computeScaleTargetParallelism decides it. */
export function decideVertex(vertex: VertexEvaluation, context: DecisionContext): VertexDecision {
  const { options, release, history, pending } = context
  const current = vertex.parallelism
  const stay = { parallelism: current, outside: false, pending, events: [] }
  const rate = vertex.trueProcessingRate
  const capacity = targetCapacity(
    vertex,
    options.utilizationTarget,
    options,
    context.restartSeconds,
  )
  if (Number.isNaN(rate) || Number.isNaN(capacity)) return stay

  const factor = factorOf(capacity / rate, history, options)
  const scaled = scale(vertex, factor, context)
  const events: VertexDecision['events'] = scaled.limited ? ['ScalingLimited'] : []
  if (scaled.parallelism === current) return { ...stay, pending: undefined, events }

  const outside = rate < vertex.scaleUpRate || rate > vertex.scaleDownRate
  const expectedRate = roundMetric(
    release === 'main' ? (rate / current) * scaled.parallelism : rate * factor,
  )
  if (scaled.parallelism < current)
    return { expectedRate, events, ...delayDown(scaled.parallelism, outside, current, context) }

  const threshold = options.effectivenessThreshold
  const ineffective = wasIneffective(history.at(-1), current, rate, threshold)
  return {
    parallelism: ineffective && options.blockIneffective ? current : scaled.parallelism,
    outside: ineffective && options.blockIneffective ? false : outside,
    expectedRate,
    pending: undefined,
    events: ineffective ? [...events, 'IneffectiveScaling'] : events,
  }
}

function factorOf(
  raw: number,
  history: readonly ScalingRecord[],
  options: AutoscalerOptions,
): number {
  const coefficient = options.observedScalability
    ? scalabilityOf(history, options.scalabilityMinObservations, options.scalabilityCoefficientMin)
    : 1
  const floor = 1 - options.scaleDownMaxFactor
  return Math.min(Math.max(raw / coefficient, floor), 1 + options.scaleUpMaxFactor)
}

/** Java's largest int: where Flink keeps parallelism. */
const MAX_INT = 2_147_483_647

function scale(vertex: VertexEvaluation, factor: number, { options, release }: DecisionContext) {
  const current = vertex.parallelism
  return scaleBy(factor, {
    ...vertex,
    lowerLimit: Math.min(current, options.vertexMinParallelism),
    upperLimit: Math.max(current, options.vertexMaxParallelism),
    mode: alignmentModeOf(options, release),
  })
}

/**
 * factor × parallelism, rounded up, inside the limits, aligned (JobVertexScaler.scale). Throws a RangeError where
 * the lower limit is above the upper one.
 */
export function scaleBy(
  factor: number,
  vertex: Pick<
    VertexEvaluation,
    'parallelism' | 'maxParallelism' | 'sourcePartitions' | 'inputs'
  > & {
    readonly lowerLimit: number
    readonly upperLimit: number
    readonly mode: ReturnType<typeof alignmentModeOf>
  },
): ReturnType<typeof align> {
  const { parallelism: current, maxParallelism, lowerLimit, upperLimit } = vertex
  if (lowerLimit > upperLimit) {
    throw new RangeError(
      `the smallest parallelism (${lowerLimit}) is above the largest (${upperLimit})`,
    )
  }
  const product = Math.ceil(factor * current)
  // 0 × ∞: the cast of NaN to an int is 0 in Java.
  const raw = Number.isNaN(product) ? 0 : Math.min(product, MAX_INT)
  const target = Math.min(Math.max(lowerLimit, raw), Math.min(maxParallelism, upperLimit))
  if (target === current) return { parallelism: current, limited: false }
  const keyed = vertex.inputs.includes('HASH')
  return align({ ...vertex, current, target, keyed }, vertex.mode)
}

/** A scale-down waits for its interval; then the largest recommendation of the interval is taken. */
function delayDown(
  parallelism: number,
  outside: boolean,
  current: number,
  { options, at, pending }: DecisionContext,
): Pick<VertexDecision, 'parallelism' | 'outside' | 'pending'> {
  if (options.scaleDownIntervalMs <= 0) return { parallelism, outside, pending }
  const noted = delayed(pending, { at, parallelism, outside })
  const from = at - options.scaleDownIntervalMs
  if (from < noted.firstAt) return { parallelism: current, outside: false, pending: noted }
  const largest = largestSince(noted, from)
  return largest
    ? { parallelism: largest.parallelism, outside: largest.outside, pending: noted }
    : { parallelism, outside, pending: noted }
}
