import { isSource, type Topology } from '../../core/model/topology.ts'
import { type Ratio, ratioEstimate } from '../signals/statistics.ts'
import { loadWindow, type SubtaskVectors, subtaskVectors } from '../signals/vectors.ts'
import type { JobView } from '../signals/view.ts'

/** What one subtask could take if it were busy all the time, records a second, with a 95 % interval. */
export type Capacity = Ratio

/**
 * Capacity = records ÷ busy seconds, pooled over the subtasks and the sub-windows between samples
 * (true processing rate; autoscaler: ScalingMetricEvaluator). Time in collections counts as busy
 * though it does no work, so it is taken out: `gcShare` of the hosts, 0–1. A source is counted by
 * what it sends, because Flink counts nothing into it.
 */
export function capacityOf(view: JobView, vertex: string, gcShare = 0): Capacity | undefined {
  const counter = counterOf(view.facts.topology, vertex)
  const pairs = vectorsOf(view, vertex).flatMap(({ vectors }) => {
    const window = loadWindow(vectors, view.facts.at) ?? []
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

export function counterOf(
  topology: Topology | undefined,
  vertex: string,
): 'recordsIn' | 'recordsOut' {
  return topology && isSource(topology, vertex) ? 'recordsOut' : 'recordsIn'
}

export function vectorsOf(view: JobView, vertex: string): readonly SubtaskVectors[] {
  return subtaskVectors(view.facts.tasks.filter((sample) => sample.vertex === vertex))
}

const BUCKET_MS = 30_000

/** Highest rate of the whole vertex over any half minute in which every subtask was measured. */
export function bestRate(
  series: readonly SubtaskVectors[],
  parallelism: number,
  counter: 'recordsIn' | 'recordsOut',
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
