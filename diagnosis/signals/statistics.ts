/** Small sums over lists. An empty list has no answer, and says so. */

export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length
}

export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  if (upper === undefined) return undefined
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

export function max(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values)
}

/** Two-sided 95 % quantiles of Student's t for 1 … 30 degrees of freedom; 1.96 beyond. */
const T_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
]

export interface Ratio {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * Ratio estimate Σ numerator ÷ Σ denominator with a 95 % t-interval from the residuals of the
 * sub-windows (Cochran, Sampling Techniques, 6.4). Undefined for fewer than three sub-windows.
 */
export function ratioEstimate(
  pairs: readonly { readonly numerator: number; readonly denominator: number }[],
): Ratio | undefined {
  const total = pairs.reduce((sum, pair) => sum + pair.denominator, 0)
  if (pairs.length < 3 || total <= 0) return undefined
  const value = pairs.reduce((sum, pair) => sum + pair.numerator, 0) / total
  const n = pairs.length
  const residuals = pairs.map((pair) => (pair.numerator - value * pair.denominator) ** 2)
  const variance = residuals.reduce((a, b) => a + b, 0) / (n - 1)
  const error = ((T_95[n - 2] ?? 1.96) * Math.sqrt(n * variance)) / total
  return { value, low: Math.max(0, value - error), high: value + error }
}
