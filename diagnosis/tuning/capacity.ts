import { type Ratio, ratioEstimate } from '../signals/statistics.ts'
import { loadWindow, type SubtaskVectors, type TaskVector } from '../signals/vectors.ts'

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
  const pairs: { numerator: number; denominator: number }[] = []
  for (const { vectors } of series) {
    let previous: TaskVector | undefined
    for (const next of loadWindow(vectors, at) ?? []) {
      const [from, to] = [previous?.[counter], next[counter]]
      if (previous && from !== undefined && to !== undefined && to >= from) {
        const busySeconds = ((next.busyMs - previous.busyMs) / 1000) * (1 - gcShare)
        pairs.push({ numerator: to - from, denominator: busySeconds })
      }
      previous = next
    }
  }
  return ratioEstimate(pairs)
}

const BUCKET_MS = 30_000

/** Highest rate of the whole vertex over any half minute in which every subtask was measured. */
export function bestRate(
  series: readonly SubtaskVectors[],
  parallelism: number,
  counter: Counter,
): number | undefined {
  const buckets = new Map<number, { sum: number; subtasks: number }>()
  for (const { vectors } of series) {
    let from = vectors[0]
    for (const vector of vectors) {
      if (!from || vector.clockMs - from.clockMs < BUCKET_MS) continue
      const [before, after] = [from[counter], vector[counter]]
      if (before !== undefined && after !== undefined) {
        const rate = ((after - before) * 1000) / (vector.clockMs - from.clockMs)
        const begin = Math.floor(vector.at / BUCKET_MS)
        const bucket = buckets.get(begin)
        if (!bucket) buckets.set(begin, { sum: rate, subtasks: 1 })
        else {
          bucket.sum += rate
          bucket.subtasks++
        }
      }
      from = vector
    }
  }
  const whole = [...buckets.values()].filter(({ subtasks }) => subtasks === parallelism)
  const sums = whole.map(({ sum }) => sum)
  return sums.length === 0 ? undefined : Math.max(...sums)
}
