import type { MeasuredSize } from './history.ts'

/** How much of linear growth is lost to what subtasks share: capacity of p subtasks is c·p ÷ (1 + σ·(p − 1)). */
export interface Scalability {
  readonly sigma: number
  /** Measured at three sizes or more, or only an upper end that growth rarely passes. */
  readonly kind: 'measured' | 'prior'
}

/**
 * The larger of what two measured operators showed up to 26 subtasks (data of ContTune, VLDB'23). It widens an interval
 * to the side of more subtasks; a size is never computed from it.
 */
const PRIOR: Scalability = { sigma: 0.04, kind: 'prior' }

/**
 * σ from sizes a vertex has had: p ÷ capacity is linear in p − 1, so its slope over its level is σ. At least three
 * different sizes; what grows faster than linearly counts as linear.
 */
export function scalabilityOf(sizes: readonly MeasuredSize[]): Scalability {
  const usable = sizes.filter(({ perSecond, parallelism }) => perSecond > 0 && parallelism > 0)
  if (new Set(usable.map(({ parallelism }) => parallelism)).size < 3) return PRIOR
  const points = usable.map(({ parallelism, perSecond }) => ({
    x: parallelism - 1,
    y: parallelism / perSecond,
  }))
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const [mx, my] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))]
  const slope =
    points.reduce((sum, { x, y }) => sum + (x - mx) * (y - my), 0) /
    points.reduce((sum, { x }) => sum + (x - mx) ** 2, 0)
  const level = my - slope * mx
  return { sigma: level > 0 ? Math.max(0, slope / level) : 0, kind: 'measured' }
}

/** What is left of a subtask's capacity when there are `to` of them instead of `from`. */
export function efficiency(from: number, to: number, { sigma }: Scalability): number {
  return (1 + sigma * (from - 1)) / (1 + sigma * (to - 1))
}
