import { parseFlinkDurationMs } from '../../../core/flink/duration.ts'
import { parseMemorySize } from '../../../core/flink/memory/size.ts'

/**
 * Which autoscaler is reproduced: the last release read, or the main branch after it. They differ in the
 * alignment modes, the numerator of the true rate and the expectation noted for a change (tuning.md 1).
 */
export type Release = '1.15.0' | 'main'

export type BusyAggregator = 'MAX' | 'AVG' | 'MIN'

/** The autoscaler's options with its defaults (AutoScalerOptions). Shares are 0–1. */
export interface AutoscalerOptions {
  readonly scalingEnabled: boolean
  readonly metricsWindowMs: number
  readonly stabilizationMs: number
  readonly excludedPeriods: readonly string[]
  readonly utilizationTarget: number
  readonly utilizationMax: number
  readonly utilizationMin: number
  readonly scaleDownIntervalMs: number
  readonly vertexMinParallelism: number
  readonly vertexMaxParallelism: number
  readonly scaleDownMaxFactor: number
  readonly scaleUpMaxFactor: number
  /** Whole seconds, as the autoscaler truncates them. 0 switches catching up off. */
  readonly catchUpSeconds: number
  readonly restartSeconds: number
  readonly trackRestarts: boolean
  readonly trackedRestartLimitSeconds: number
  readonly backlogLagSeconds: number
  readonly observedRateLagSeconds: number
  readonly observedRateSwitch: number
  readonly observedRateMinObservations: number
  readonly blockIneffective: boolean
  readonly effectivenessThreshold: number
  readonly gcPressureThreshold: number
  readonly heapUsageThreshold: number
  readonly memoryTuning: boolean
  readonly memoryOverhead: number
  readonly memoryCompensation: boolean
  readonly maximizeManaged: boolean
  readonly busyAggregator: BusyAggregator
  readonly excludedVertices: readonly string[]
  readonly quotaCores: number | undefined
  readonly quotaMemoryBytes: number | undefined
  /** `scaling.parallelism-alignment.mode` (main only) and the older key, where they are set. */
  readonly alignmentMode: string | undefined
  readonly partitionsAdjustMode: string | undefined
  readonly observedScalability: boolean
  readonly scalabilityMinObservations: number
  readonly scalabilityCoefficientMin: number
}

const PREFIXES = ['job.autoscaler.', 'kubernetes.operator.job.autoscaler.']

/**
 * Reads the options from a flat Flink configuration. Throws a RangeError that names the key for a value that is
 * not of its type; ranges are another matter (validate.ts), because the autoscaler only looks at them when enabled.
 */
export function autoscalerOptions(
  config: Readonly<Record<string, string | undefined>>,
): AutoscalerOptions {
  const text = (...names: readonly string[]) =>
    names
      .flatMap((name) => PREFIXES.map((prefix) => config[prefix + name]))
      .find((value) => value !== undefined && value !== '')
  const parsed = <T>(parse: (value: string) => T | undefined, ...names: readonly string[]) => {
    const value = text(...names)
    if (value === undefined) return undefined
    const result = parse(value)
    if (result === undefined)
      throw new RangeError(`job.autoscaler.${names[0]}: cannot read "${value}"`)
    return result
  }
  const number = (fallback: number, ...names: readonly string[]) =>
    parsed(numberOf, ...names) ?? fallback
  const ms = (fallback: number, name: string) => parsed(parseFlinkDurationMs, name) ?? fallback
  const seconds = (fallback: number, name: string) => Math.trunc(ms(fallback * 1000, name) / 1000)
  const flag = (fallback: boolean, name: string) => parsed(flagOf, name) ?? fallback
  const target = number(0.7, 'utilization.target', 'target.utilization')
  const boundary = number(0.3, 'target.utilization.boundary')
  return {
    scalingEnabled: flag(true, 'scaling.enabled'),
    metricsWindowMs: ms(900_000, 'metrics.window'),
    stabilizationMs: ms(300_000, 'stabilization.interval'),
    excludedPeriods: listOf(text('excluded.periods')),
    utilizationTarget: target,
    utilizationMax: number(target + boundary, 'utilization.max'),
    utilizationMin: number(target - boundary, 'utilization.min'),
    scaleDownIntervalMs: ms(3_600_000, 'scale-down.interval'),
    vertexMinParallelism: number(1, 'vertex.min-parallelism'),
    vertexMaxParallelism: number(200, 'vertex.max-parallelism'),
    scaleDownMaxFactor: number(0.6, 'scale-down.max-factor'),
    scaleUpMaxFactor: number(100_000, 'scale-up.max-factor'),
    catchUpSeconds: seconds(1800, 'catch-up.duration'),
    restartSeconds: seconds(300, 'restart.time'),
    trackRestarts: flag(false, 'restart.time-tracking.enabled'),
    trackedRestartLimitSeconds: seconds(900, 'restart.time-tracking.limit'),
    backlogLagSeconds: seconds(300, 'backlog-processing.lag-threshold'),
    observedRateLagSeconds: seconds(30, 'observed-true-processing-rate.lag-threshold'),
    observedRateSwitch: number(0.15, 'observed-true-processing-rate.switch-threshold'),
    observedRateMinObservations: number(2, 'observed-true-processing-rate.min-observations'),
    blockIneffective: flag(false, 'scaling.effectiveness.detection.enabled'),
    effectivenessThreshold: number(0.1, 'scaling.effectiveness.threshold'),
    gcPressureThreshold: number(1, 'memory.gc-pressure.threshold'),
    heapUsageThreshold: number(1, 'memory.heap-usage.threshold'),
    memoryTuning: flag(false, 'memory.tuning.enabled'),
    memoryOverhead: number(0.2, 'memory.tuning.overhead'),
    memoryCompensation: flag(true, 'memory.tuning.scale-down-compensation.enabled'),
    maximizeManaged: flag(false, 'memory.tuning.maximize-managed-memory'),
    busyAggregator: parsed(aggregatorOf, 'metrics.busy-time.aggregator') ?? 'MAX',
    excludedVertices: listOf(text('vertex.exclude.ids')),
    quotaCores: parsed(numberOf, 'quota.cpu'),
    quotaMemoryBytes: parsed(parseMemorySize, 'quota.memory'),
    alignmentMode: text('scaling.parallelism-alignment.mode'),
    partitionsAdjustMode: text('scaling.key-group.partitions.adjust.mode'),
    observedScalability: flag(false, 'observed-scalability.enabled'),
    scalabilityMinObservations: number(3, 'observed-scalability.min-observations'),
    scalabilityCoefficientMin: number(0.5, 'observed-scalability.coefficient-min'),
  }
}

function numberOf(text: string): number | undefined {
  const value = Number(text)
  return Number.isNaN(value) ? undefined : value
}

function flagOf(text: string): boolean | undefined {
  const word = text.trim().toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : undefined
}

function aggregatorOf(text: string): BusyAggregator | undefined {
  const word = text.trim().toUpperCase()
  return word === 'MAX' || word === 'AVG' || word === 'MIN' ? word : undefined
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(';').flatMap((item) => item.trim() || [])
}
