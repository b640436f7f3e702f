import type { MeasuredEstimate } from '../../core/api/compare.ts'

/** From fewer values no interval is made. */
const LEAST_VALUES = 4
/** Less than this share of the larger mean is no difference that anybody would act on. */
const LEAST_DIFFERENCE = 0.05

/** A mean and how sure it is: values in the order of time, of which neighbours resemble each other. */
interface Sampled {
  readonly mean: number
  /** Squared standard error, and the degrees of freedom that it rests on. */
  readonly error2: number
  readonly freedom: number
  readonly samples: number
}

function sampled(values: readonly number[]): Sampled | undefined {
  const n = values.length
  if (n < LEAST_VALUES) return undefined
  const mean = values.reduce((a, b) => a + b, 0) / n
  const deviations = values.map((value) => value - mean)
  const sum2 = deviations.reduce((sum, d) => sum + d * d, 0)
  const neighbours = deviations.slice(1).reduce((sum, d, i) => sum + d * (deviations[i] ?? 0), 0)
  const resemblance = sum2 === 0 ? 0 : Math.max(0, neighbours / sum2)
  // Minutes that follow each other are not as many looks: the usual correction by the lag-1 autocorrelation.
  const effective = Math.max(2, (n * (1 - resemblance)) / (1 + resemblance))
  return { mean, error2: sum2 / (n - 1) / effective, freedom: effective - 1, samples: n }
}

export function estimate(values: readonly number[]): MeasuredEstimate | null {
  const own = sampled(values)
  if (!own) return null
  const { mean, error2, freedom, samples } = own
  const half = quantile(freedom) * Math.sqrt(error2)
  return { mean, low: mean - half, high: mean + half, samples }
}

/**
 * How the first stands to the second: Welch's test at 99 %, so that of twenty things compared none is said to
 * differ by chance more often than once in five comparisons, and by 5 % at least. Undefined: too few values.
 */
export function differ(
  first: readonly number[],
  second: readonly number[],
): 'higher' | 'lower' | 'same' | undefined {
  const a = sampled(first)
  const b = sampled(second)
  if (!a || !b) return undefined
  const difference = a.mean - b.mean
  if (Math.abs(difference) < LEAST_DIFFERENCE * Math.max(Math.abs(a.mean), Math.abs(b.mean)))
    return 'same'
  const error2 = a.error2 + b.error2
  if (error2 > 0) {
    // Welch–Satterthwaite.
    const freedom = error2 ** 2 / (a.error2 ** 2 / a.freedom + b.error2 ** 2 / b.freedom)
    if (Math.abs(difference) <= quantile(freedom) * Math.sqrt(error2)) return 'same'
  }
  return difference === 0 ? 'same' : difference > 0 ? 'higher' : 'lower'
}

/** Student's t at 99.5 %: a table for few degrees of freedom, above it Cornish and Fisher's expansion. */
const FEW = [63.66, 9.925, 5.841, 4.604, 4.032] as const

function quantile(freedom: number): number {
  const whole = Math.max(1, Math.floor(freedom))
  const known = FEW[whole - 1]
  if (known !== undefined) return known
  const z = 2.5758
  return z + (z ** 3 + z) / (4 * whole) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * whole ** 2)
}
