import type { JobFacts } from '../../core/model/facts.ts'
import { isSource, type Vertex } from '../../core/model/topology.ts'
import { oncePerFacts } from './once.ts'
import {
  newestAttempts,
  type Reading,
  readingsOf,
  stoodMs,
  summed,
  type Trend,
  trendOf,
} from './readings.ts'

/** The sources of the job, in the order of its graph. */
export function sourcesOf({ topology }: JobFacts): readonly Vertex[] {
  return topology?.vertices.filter(({ id }) => isSource(topology, id)) ?? []
}

/** While an attempt starts, what waits is told of the partitions it has come to so far. */
const FIRST_FETCHES_MS = 10_000
/** How far back a backlog is looked at: what it did before that says nothing about now. */
const WINDOW_MS = 90_000
const LEAST_SPAN_MS = 15_000

/** What waits before a source, and how that changed. */
export interface Backlog {
  readonly trend: Trend
  /** True lag from the brokers, or what the source itself says, which is too low under backpressure. */
  readonly basis: 'lagRecords' | 'pendingRecords'
  /** Records a second that the source read meanwhile. */
  readonly readPerSecond: number
}

/** Undefined where neither brokers nor source tell, or too few readings of this attempt. */
export const backlogOf = oncePerFacts((facts, vertex): Backlog | undefined => {
  for (const basis of ['lagRecords', 'pendingRecords'] as const) {
    const series = readingsOf(facts, vertex, basis)
    const begin = Math.min(...series.map(({ readings }) => readings[0].at))
    const from = Math.max(begin + FIRST_FETCHES_MS, facts.at - WINDOW_MS)
    const readings = summed(series).filter(({ at }) => at >= from)
    const trend = trendOf(readings)
    if (!trend || trend.spanMs < LEAST_SPAN_MS) continue
    const readPerSecond = readRate(facts, vertex, readings)
    if (readPerSecond !== undefined) return { trend, basis, readPerSecond }
  }
  return undefined
})

/** Records that a source sent on between the first and the last of these readings, a second. */
function readRate(
  facts: JobFacts,
  vertex: string,
  readings: readonly Reading[],
): number | undefined {
  const [from, to] = [readings[0]?.at, readings.at(-1)?.at]
  if (from === undefined || to === undefined || to <= from) return undefined
  const sent = summed(readingsOf(facts, vertex, 'recordsOut'))
  const first = sent.findLast(({ at }) => at <= from) ?? sent[0]
  const last = sent.findLast(({ at }) => at <= to)
  if (!first || !last || last.at <= first.at || last.value < first.value) return undefined
  return ((last.value - first.value) * 1000) / (last.at - first.at)
}

/** How far a subtask's event time is, and since when it stands there. */
export interface SubtaskClock {
  readonly subtask: number
  /** Undefined while it has never been set. */
  readonly watermarkAt: number | undefined
  readonly stoodMs: number
}

/** Flink's end of input is Long.MAX_VALUE, its beginning Long.MIN_VALUE: neither is a time. */
const isTime = (watermark: number) => watermark > 0 && watermark < 8e15
const isEnd = (watermark: number) => watermark >= 8e15

/** Undefined while no reporter tells the watermarks of the vertex. */
export function clocksOf(facts: JobFacts, vertex: string): readonly SubtaskClock[] | undefined {
  const series = readingsOf(facts, vertex, 'watermarkAt')
  if (series.length === 0) return undefined
  return series.flatMap(({ subtask, readings }) => {
    const newest = readings.at(-1)?.value ?? readings[0].value
    if (isEnd(newest)) return []
    const watermarkAt = isTime(newest) ? newest : undefined
    return [{ subtask, watermarkAt, stoodMs: stoodMs(readings) }]
  })
}

/** Partitions that each subtask of a Kafka source reads; undefined where it is none, or nobody tells. */
export function partitionsOf(
  facts: JobFacts,
  vertex: string,
): ReadonlyMap<number, number> | undefined {
  const partitions = new Map<number, number>()
  let isKafka = false
  for (const { subtask, values } of newestAttempts(facts, vertex)) {
    // What every Kafka source says while it runs, and only a reporter passes on.
    if (values.sourceIdleMs === undefined) continue
    isKafka ||= values.sourcePartitions !== undefined
    partitions.set(subtask, values.sourcePartitions ?? 0)
  }
  return isKafka ? partitions : undefined
}
