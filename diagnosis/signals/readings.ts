import type { JobFacts } from '../../core/model/facts.ts'
import type { TaskMetric } from '../../core/model/metrics.ts'
import type { TaskSample } from '../../core/model/samples.ts'
import { inner } from './inner.ts'
import { oncePer, oncePerFacts } from './once.ts'
import { median } from './statistics.ts'

/** One value of one metric at one moment. */
export interface Reading {
  readonly at: number
  readonly value: number
}

/** What one subtask said of one metric in its newest attempt, oldest first. */
export interface SubtaskReadings {
  readonly subtask: number
  readonly readings: readonly [Reading, ...Reading[]]
}

/**
 * One metric of the subtasks of a vertex: their newest attempts, and of several sources the one that said most,
 * because two are never mixed. Subtasks that never told it are left out.
 */
export function readingsOf(
  facts: JobFacts,
  vertex: string,
  metric: TaskMetric,
): readonly SubtaskReadings[] {
  return allReadings(facts, vertex).get(metric) ?? []
}

const allReadings = oncePerFacts((facts, vertex) => {
  const byMetric = new Map<string, Map<number, Map<string, Reading[]>>>()
  for (const { subtask, via, at, values } of newestAttempts(facts, vertex)) {
    for (const metric of LOOKED_AT) {
      const value = values[metric]
      if (value === undefined) continue
      const bySubtask = inner(byMetric, metric, () => new Map<number, Map<string, Reading[]>>())
      const byVia = inner(bySubtask, subtask, () => new Map<string, Reading[]>())
      inner(byVia, via, (): Reading[] => []).push({ at, value })
    }
  }
  return new Map([...byMetric].map(([metric, bySubtask]) => [metric, mostTold(bySubtask)]))
})

/** What is read over time; the rest of a sample is only of interest now. */
const LOOKED_AT: readonly TaskMetric[] = [
  'recordsIn',
  'recordsOut',
  'watermarkAt',
  'pendingRecords',
  'lagRecords',
  'commitsSucceeded',
  'commitsFailed',
  'brokerConnections',
]

function mostTold(
  bySubtask: ReadonlyMap<number, ReadonlyMap<string, readonly Reading[]>>,
): readonly SubtaskReadings[] {
  return [...bySubtask]
    .sort(([a], [b]) => a - b)
    .flatMap(([subtask, vias]) => {
      const [best] = [...vias.values()].sort((a, b) => b.length - a.length)
      const [first, ...rest] = best ?? []
      return first ? [{ subtask, readings: [first, ...rest] as const }] : []
    })
}

/** Samples of a vertex, oldest first. */
export function samplesOf(facts: JobFacts, vertex: string): readonly TaskSample[] {
  return byVertex(facts).get(vertex) ?? []
}

const byVertex = oncePer(({ tasks }: JobFacts): ReadonlyMap<string, readonly TaskSample[]> => {
  const lists = new Map<string, TaskSample[]>()
  for (const sample of tasks) {
    const list = lists.get(sample.vertex)
    if (list) list.push(sample)
    else lists.set(sample.vertex, [sample])
  }
  return lists
})

/** Those of a vertex's newest attempts. */
export const newestAttempts = oncePerFacts((facts, vertex): readonly TaskSample[] => {
  const samples = samplesOf(facts, vertex)
  const newest = new Map<number, number>()
  for (const { subtask, attempt } of samples)
    if (attempt > (newest.get(subtask) ?? -1)) newest.set(subtask, attempt)
  return samples.filter(({ subtask, attempt }) => attempt === newest.get(subtask))
})

/** For how long the newest value has stood, ms up to its newest reading; a value never read stands for nothing. */
export function stoodMs(readings: readonly [Reading, ...Reading[]]): number {
  const newest = readings.at(-1) ?? readings[0]
  const moved = readings.findLastIndex(({ value }) => value !== newest.value)
  return newest.at - (readings[moved + 1]?.at ?? newest.at)
}

/** Growth of a counter since a moment, from the reading nearest before it; a fall is a new life. */
export function grownSince(readings: readonly Reading[], at: number): number {
  const from = readings.findLast((reading) => reading.at <= at) ?? readings[0]
  const to = readings.at(-1)
  return from && to && to.value >= from.value ? to.value - from.value : 0
}

/** Sum over subtasks where each has a reading, at the moments of the one that has fewest. */
export function summed(series: readonly SubtaskReadings[]): readonly Reading[] {
  const [fewest] = [...series].sort((a, b) => a.readings.length - b.readings.length)
  if (!fewest) return []
  const next = series.map(() => 0)
  return fewest.readings.flatMap(({ at }) => {
    let sum = 0
    for (const [index, { readings }] of series.entries()) {
      let step = next[index] ?? 0
      while ((readings[step]?.at ?? Number.POSITIVE_INFINITY) <= at + SAME_MS) step++
      next[index] = step
      const reading = readings[step - 1]
      if (reading === undefined) return []
      sum += reading.value
    }
    return [{ at, value: sum }]
  })
}

/** Scrapes of the processes of one round lie closer together than this, those of two rounds do not. */
const SAME_MS = 2_000

/** How something grew: median slope of all pairs (Theil–Sen), which one outlier cannot move. */
export interface Trend {
  readonly perSecond: number
  readonly from: number
  readonly to: number
  readonly spanMs: number
  /** Each third of the readings lies beyond the one before, in the direction of the slope. */
  readonly isSteady: boolean
}

const TREND_READINGS = 3
/** More than this many pairs add nothing. */
const TREND_MOST = 24

export function trendOf(all: readonly Reading[]): Trend | undefined {
  const step = Math.max(1, Math.ceil(all.length / TREND_MOST))
  const readings = all.filter((_, index) => (all.length - 1 - index) % step === 0)
  const [first, last] = [readings[0], readings.at(-1)]
  if (!first || !last || readings.length < TREND_READINGS) return undefined
  const slopes = readings.flatMap((b, index) =>
    readings.slice(0, index).map((a) => ((b.value - a.value) * 1000) / (b.at - a.at)),
  )
  const third = Math.floor(readings.length / 3)
  const middle = (list: readonly Reading[]) => median(list.map(({ value }) => value)) ?? 0
  const thirds = [
    middle(readings.slice(0, third)),
    middle(readings.slice(third, -third)),
    middle(readings.slice(-third)),
  ] as const
  const perSecond = median(slopes.filter(Number.isFinite)) ?? 0
  const isSteady =
    perSecond >= 0
      ? thirds[0] < thirds[1] && thirds[1] < thirds[2]
      : thirds[0] > thirds[1] && thirds[1] > thirds[2]
  return {
    perSecond,
    from: first.value,
    to: last.value,
    spanMs: last.at - first.at,
    isSteady,
  }
}
