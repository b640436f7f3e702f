import { roundedAt } from './decimal.ts'

/**
 * What the autoscaler makes of counters and gauges over its window (ScalingMetricEvaluator). Missing is NaN, as
 * there: the arithmetic below is reproduced, not improved.
 */

/** A value at a moment, epoch ms. */
export type Point = readonly [at: number, value: number | undefined]

/** Rate per second between the first and the last value of a counter; NaN with fewer than two. */
export function rateOf(points: readonly Point[]): number {
  const known = points.filter(([, value]) => value !== undefined && !Number.isNaN(value))
  const first = known[0]
  const last = known.at(-1)
  if (!first || !last || known.length < 2) return Number.NaN
  return (1000 * ((last[1] ?? 0) - (first[1] ?? 0))) / Math.max(last[0] - first[0], 1)
}

/** Mean of the finite values; infinite when only infinities are there; NaN for fewer than `atLeast`. */
export function meanOf(values: readonly (number | undefined)[], atLeast = 1): number {
  const known = values.filter(
    (value): value is number => value !== undefined && !Number.isNaN(value),
  )
  const finite = known.filter(Number.isFinite)
  if (finite.length === 0) return known.length > 0 ? Number.POSITIVE_INFINITY : Number.NaN
  return finite.length < atLeast ? Number.NaN : finite.reduce((a, b) => a + b, 0) / finite.length
}

/** True processing rate by busy time. Nothing arrives: taken as unlimited until something does. */
export function busyRate(busyMsPerSecond: number, inputRate: number): number {
  return inputRate === 0 ? Number.POSITIVE_INFINITY : inputRate / (busyMsPerSecond / 1000)
}

/** By busy time, unless what was observed while catching up is lower by more than `switchAt`. */
export function trueProcessingRate(byBusy: number, observed: number, switchAt: number): number {
  if (Number.isNaN(observed)) return byBusy
  if (!Number.isFinite(byBusy)) return observed
  return byBusy > observed * (1 + switchAt) ? observed : byBusy
}

/** What a source would take if nobody held it back; NaN when it is held back all the time. */
export function observedRate(recordsPerSecond: number, backpressuredMsPerSecond: number): number {
  return backpressuredMsPerSecond >= 1000
    ? Number.NaN
    : recordsPerSecond / (1 - backpressuredMsPerSecond / 1000)
}

/** Metrics are kept to three decimals, but never rounded down to zero (ScalingMetrics.roundMetric, EvaluatedScalingMetric). */
export function roundMetric(value: number): number {
  if (!Number.isFinite(value)) return value
  const rounded = roundedAt(value, 3)
  return rounded === 0 ? value : rounded
}
