import type { AutoscalerOptions } from './options.ts'

/** The rates that a size is computed from, records a second. */
export interface Demand {
  readonly targetDataRate: number
  readonly catchUpDataRate: number
}

/**
 * The capacity a vertex should have at a utilisation: catching up + what a restart leaves behind + demand ÷
 * utilisation, rounded to whole records a second (AutoScalerUtils.getTargetProcessingCapacity).
 */
export function targetCapacity(
  { targetDataRate, catchUpDataRate }: Demand,
  utilization: number,
  options: Pick<AutoscalerOptions, 'catchUpSeconds'>,
  restartSeconds: number | undefined,
): number {
  if (Number.isNaN(catchUpDataRate) || Number.isNaN(targetDataRate)) return Number.NaN
  const u = Math.min(Math.max(utilization, 0), 1)
  if (u === 0) return Number.POSITIVE_INFINITY
  const { catchUpSeconds } = options
  const restartRate =
    restartSeconds === undefined || catchUpSeconds === 0
      ? 0
      : (targetDataRate * restartSeconds) / catchUpSeconds
  return Math.round(catchUpDataRate + restartRate + targetDataRate / u)
}

export interface Thresholds {
  /** Below this capacity a vertex is scaled up, above the other down. */
  readonly scaleUpRate: number
  readonly scaleDownRate: number
}

/** While a backlog is worked off, full use is fine and nothing is scaled down (computeProcessingRateThresholds). */
export function thresholdsOf(
  demand: Demand,
  options: AutoscalerOptions,
  processingBacklog: boolean,
  restartSeconds: number,
): Thresholds {
  const [max, min] = processingBacklog ? [1, 0] : [options.utilizationMax, options.utilizationMin]
  return {
    scaleUpRate: targetCapacity(demand, max, options, undefined),
    scaleDownRate: targetCapacity(demand, min, options, restartSeconds),
  }
}

/** The longest measured restart, capped, where tracking is on and there is one; else the configured (ScalingTracking). */
export function restartSecondsOf(
  options: AutoscalerOptions,
  trackedSeconds: readonly number[],
): number {
  if (!options.trackRestarts || trackedSeconds.length === 0) return options.restartSeconds
  return Math.min(Math.trunc(Math.max(...trackedSeconds)), options.trackedRestartLimitSeconds)
}
