import { type Ratio, ratioEstimate } from '../signals/statistics.ts'
import { loadWindow, type SubtaskVectors, subtaskVectors } from '../signals/vectors.ts'
import type { JobView } from '../signals/view.ts'

/** What one subtask could take if it were busy all the time, records a second, with a 95 % interval. */
export type Capacity = Ratio

/**
 * Capacity = records ÷ busy seconds, pooled over the subtasks and the sub-windows between samples
 * (true processing rate; autoscaler: ScalingMetricEvaluator). Time in collections counts as busy
 * though it does no work, so it is taken out: `gcShare` of the hosts, 0–1.
 */
export function capacityOf(view: JobView, vertex: string, gcShare = 0): Capacity | undefined {
  const pairs = vectorsOf(view, vertex).flatMap(({ vectors }) => {
    const window = loadWindow(vectors, view.facts.at) ?? []
    return window.slice(1).flatMap((next, index) => {
      const previous = window[index]
      if (!previous || next.recordsIn === undefined || previous.recordsIn === undefined) return []
      const busySeconds = ((next.busyMs - previous.busyMs) / 1000) * (1 - gcShare)
      return [{ numerator: next.recordsIn - previous.recordsIn, denominator: busySeconds }]
    })
  })
  return ratioEstimate(pairs)
}

/** What arrives at a vertex. Censored: the vertex is saturated, so at least this much arrives. */
export interface Demand {
  readonly perSecond: number
  readonly censored: boolean
  readonly basis: string
}

const BUCKET_MS = 30_000

/**
 * The best word on demand: the rate that the vertex carried before it was saturated, or what event
 * time says now (it advances at consumed ÷ arriving); else the rate taken, as a lower bound.
 */
export function demandOf(view: JobView, vertex: string): Demand | undefined {
  const load = view.loads.find((candidate) => candidate.vertex === vertex)
  const taken = load?.recordsPerSecond
  if (!load || taken === undefined) return undefined
  const speeds = load.subtasks.flatMap((subtask) => subtask.eventTimeSpeed ?? [])
  const speed = speeds.length > 0 ? Math.min(...speeds) : undefined
  const carried = bestRate(vectorsOf(view, vertex), load.parallelism) ?? 0
  const byEventTime = speed !== undefined && speed > 0.2 && speed < 0.98 ? taken / speed : 0
  const perSecond = Math.max(taken, carried, byEventTime)
  if (perSecond <= taken * 1.05) {
    return {
      perSecond: taken,
      censored: true,
      basis: 'at least what it takes now; more may wait behind it',
    }
  }
  return carried >= byEventTime
    ? { perSecond: carried, censored: false, basis: 'the rate it carried before it was saturated' }
    : { perSecond: byEventTime, censored: false, basis: 'the rate taken ÷ the speed of event time' }
}

function vectorsOf(view: JobView, vertex: string): readonly SubtaskVectors[] {
  return subtaskVectors(view.facts.tasks.filter((sample) => sample.vertex === vertex))
}

/** Highest rate of the whole vertex over any half minute in which every subtask was measured. */
function bestRate(series: readonly SubtaskVectors[], parallelism: number): number | undefined {
  const buckets = new Map<number, number[]>()
  for (const { vectors } of series) {
    let from = vectors[0]
    for (const vector of vectors) {
      if (!from || vector.clockMs - from.clockMs < BUCKET_MS) continue
      if (vector.recordsIn !== undefined && from.recordsIn !== undefined) {
        const rate = ((vector.recordsIn - from.recordsIn) * 1000) / (vector.clockMs - from.clockMs)
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
