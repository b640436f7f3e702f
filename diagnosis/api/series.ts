import type { CheckpointEvent } from '../../core/model/events.ts'
import type { Measured, Stretch } from './stretches.ts'

/** The moments of a chart: `from` up to (not with) `to`, each point stands for the `stepMs` after it. */
export interface Grid {
  readonly from: number
  readonly to: number
  readonly stepMs: number
}

/** A value per moment of the grid; null = nothing was measured then. */
export type Points = readonly (readonly [at: number, value: number | null])[]

const STEPS_S = [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400]
const POINTS_WANTED = 240

/** Rounds a range to whole steps, so that the points of two requests are at the same moments. */
export function gridOf(from: number, to: number, stepMs = stepFor(to - from)): Grid {
  const firstAt = Math.floor(from / stepMs) * stepMs
  return { from: firstAt, to: Math.max(firstAt + stepMs, Math.ceil(to / stepMs) * stepMs), stepMs }
}

function stepFor(rangeMs: number): number {
  return 1000 * (STEPS_S.find((s) => rangeMs / (s * 1000) <= POINTS_WANTED) ?? 86_400)
}

/** How many points a grid has. */
export function pointsOf({ from, to, stepMs }: Grid): number {
  return Math.round((to - from) / stepMs)
}

/** A share over all subjects, e.g. the busy share of a vertex: Σ part ÷ Σ whole per moment. */
export function shareSeries(subjects: readonly (readonly Measured[])[], grid: Grid): Points {
  const buckets = subjects.map((sources) => believed(sources, grid))
  return drawn(grid, (index) => {
    let part = 0
    let whole = 0
    for (const subject of buckets) {
      const bucket = subject[index]
      if (bucket === undefined) continue
      part += bucket.part
      whole += bucket.whole
    }
    return whole > 0 ? part / whole : null
  })
}

/** The largest share among the subjects per moment: one hot subtask must not drown in a mean. */
export function peakSeries(subjects: readonly (readonly Measured[])[], grid: Grid): Points {
  const buckets = subjects.map((sources) => believed(sources, grid))
  return drawn(grid, (index) => {
    const shares = buckets.flatMap((subject) => {
      const bucket = subject[index]
      return bucket === undefined || bucket.whole <= 0 ? [] : [bucket.part / bucket.whole]
    })
    return shares.length === 0 ? null : Math.max(...shares)
  })
}

/**
 * The sum of the subjects' rates per moment. A sum that misses a subtask is no sum: it is null while
 * one of those that live at the moment was not measured.
 */
export function sumSeries(subjects: readonly (readonly Measured[])[], grid: Grid): Points {
  const alive = subjects
    .map((sources) => ({ buckets: believed(sources, grid), life: lifeOf(sources.flat()) }))
    .flatMap(({ buckets, life }) => (life ? [{ buckets, life }] : []))
  return drawn(grid, (index, at) => {
    let sum: number | null = null
    for (const { buckets, life } of alive) {
      if (at + grid.stepMs <= life.fromAt || at >= life.toAt) continue
      const bucket = buckets[index]
      if (bucket === undefined) return null
      sum = (sum ?? 0) + bucket.part / bucket.whole
    }
    return sum
  })
}

/** The slowest completed checkpoint of each moment, by when it was triggered. */
export function checkpointSeries(checkpoints: readonly CheckpointEvent[], grid: Grid): Points {
  const slowest = new Map<number, number>()
  for (const { state, triggeredAt, endToEndMs } of checkpoints) {
    if (state !== 'completed') continue
    const index = Math.floor((triggeredAt - grid.from) / grid.stepMs)
    slowest.set(index, Math.max(endToEndMs, slowest.get(index) ?? 0))
  }
  return drawn(grid, (index) => slowest.get(index) ?? null)
}

interface Bucket {
  readonly part: number
  readonly whole: number
}

/** Per moment the word of the first source that measured it. Sources are never added up. */
function believed(sources: readonly Measured[], grid: Grid): readonly (Bucket | undefined)[] {
  const perSource = sources.map((stretches) => spread(stretches, grid))
  return Array.from({ length: pointsOf(grid) }, (_, index) => {
    return perSource.find((buckets) => buckets[index] !== undefined)?.[index]
  })
}

/** Lays stretches over the grid; one that covers several moments gives each its share. */
function spread(stretches: Measured, grid: Grid): readonly (Bucket | undefined)[] {
  const buckets = new Array<Bucket | undefined>(pointsOf(grid))
  for (const stretch of stretches) {
    const lengthMs = stretch.toAt - stretch.fromAt
    const first = Math.max(0, Math.floor((stretch.fromAt - grid.from) / grid.stepMs))
    for (let index = first; index < buckets.length; index++) {
      const at = grid.from + index * grid.stepMs
      if (at >= stretch.toAt) break
      const overlapMs = Math.min(stretch.toAt, at + grid.stepMs) - Math.max(stretch.fromAt, at)
      if (overlapMs <= 0) continue
      const share = overlapMs / lengthMs
      buckets[index] = {
        part: (buckets[index]?.part ?? 0) + stretch.part * share,
        whole: (buckets[index]?.whole ?? 0) + stretch.whole * share,
      }
    }
  }
  return buckets
}

/** From when to when a subject is expected to be measured: its next reading is waited for. */
function lifeOf(stretches: readonly Stretch[]): { fromAt: number; toAt: number } | undefined {
  if (stretches.length === 0) return undefined
  const first = stretches.reduce((a, b) => (b.fromAt < a.fromAt ? b : a))
  const last = stretches.reduce((a, b) => (b.toAt > a.toAt ? b : a))
  const patience = 1.5
  return {
    fromAt: first.fromAt - patience * (first.toAt - first.fromAt),
    toAt: last.toAt + patience * (last.toAt - last.fromAt),
  }
}

function drawn(grid: Grid, valueAt: (index: number, at: number) => number | null): Points {
  return Array.from({ length: pointsOf(grid) }, (_, index) => {
    const at = grid.from + index * grid.stepMs
    return [at, valueAt(index, at)] as const
  })
}
