import { type Ratio, ratioEstimate } from '../signals/statistics.ts'
import { loadWindow, type SubtaskVectors } from '../signals/vectors.ts'

/** What one subtask could take if it were busy all the time, records a second, with a 95 % interval. */
export type Capacity = Ratio

/** What counts the records of a vertex: a source by what it sends, because Flink counts nothing into it. */
export type Counter = 'recordsIn' | 'recordsOut'

/**
 * Capacity = records ÷ busy seconds, pooled over the subtasks of a vertex and the sub-windows between samples
 * (true processing rate; autoscaler: ScalingMetricEvaluator). Time in collections counts as busy
 * though it does no work, so it is taken out: `gcShare` of the hosts, 0–1.
 */
export function capacityOf(
  series: readonly SubtaskVectors[],
  at: number,
  counter: Counter,
  gcShare = 0,
): Capacity | undefined {
  const pairs = series.flatMap(({ vectors }) => {
    const window = loadWindow(vectors, at) ?? []
    return window.slice(1).flatMap((next, index) => {
      const previous = window[index]
      const [from, to] = [previous?.[counter], next[counter]]
      if (!previous || from === undefined || to === undefined || to < from) return []
      const busySeconds = ((next.busyMs - previous.busyMs) / 1000) * (1 - gcShare)
      return [{ numerator: to - from, denominator: busySeconds }]
    })
  })
  return ratioEstimate(pairs)
}

const BUCKET_MS = 30_000

/** Highest rate of the whole vertex over any half minute in which every subtask was measured. */
export function bestRate(
  series: readonly SubtaskVectors[],
  parallelism: number,
  counter: Counter,
): number | undefined {
  const buckets = new Map<number, number[]>()
  for (const { vectors } of series) {
    let from = vectors[0]
    for (const vector of vectors) {
      if (!from || vector.clockMs - from.clockMs < BUCKET_MS) continue
      const [before, after] = [from[counter], vector[counter]]
      if (before !== undefined && after !== undefined) {
        const rate = ((after - before) * 1000) / (vector.clockMs - from.clockMs)
        const bucket = Math.floor(vector.at / BUCKET_MS)
        buckets.set(bucket, [...(buckets.get(bucket) ?? []), rate])
      }
      from = vector
    }
  }
  const sums = [...buckets.values()]
    .filter((rates) => rates.length === parallelism)
    .map((rates) => rates.reduce((a, b) => a + b, 0))
  return sums.length === 0 ? undefined : Math.max(...sums)
}
