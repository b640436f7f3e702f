import { ceiledAt } from './decimal.ts'

/** A size that was once chosen for a vertex, with the capacity it had at that moment. */
export interface ScalingRecord {
  readonly parallelism: number
  readonly newParallelism: number
  readonly trueProcessingRate: number
  readonly expectedProcessingRate: number
}

/**
 * How much of linear growth past sizes showed: least squares of rate over parallelism against the rate per subtask
 * at the smallest parallelism, at most 1, rounded up to hundredths (calculateObservedScalingCoefficient).
 */
export function scalabilityOf(
  history: readonly Pick<ScalingRecord, 'parallelism' | 'trueProcessingRate'>[],
  minObservations: number,
  coefficientMin: number,
): number {
  if (history.length === 0 || history.length < minObservations) return 1
  if (history.some(({ trueProcessingRate }) => Number.isNaN(trueProcessingRate))) return 1
  // The newest entry of the smallest parallelism counts.
  const smallest = Math.min(...history.map(({ parallelism }) => parallelism))
  const baseline = history.findLast(({ parallelism }) => parallelism === smallest)
  const perSubtask = (baseline?.trueProcessingRate ?? Number.NaN) / smallest
  const squares = history.reduce((sum, { parallelism }) => sum + parallelism ** 2, 0)
  if (Number.isNaN(perSubtask) || squares === 0) return 1
  const products = history.reduce((sum, h) => sum + h.parallelism * h.trueProcessingRate, 0)
  const coefficient = products / (squares * perSubtask)
  return ceiledAt(Math.max(coefficientMin, Math.min(1, coefficient)), 2)
}

/** Whether the last change was a scale-up to the present size that brought less than the threshold of what was expected. */
export function wasIneffective(
  last: ScalingRecord | undefined,
  current: number,
  trueProcessingRate: number,
  threshold: number,
): boolean {
  if (!last || last.newParallelism !== current || last.newParallelism <= last.parallelism)
    return false
  const expected = last.expectedProcessingRate - last.trueProcessingRate
  const actual = trueProcessingRate - last.trueProcessingRate
  return !(actual / expected >= threshold)
}
