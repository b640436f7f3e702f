import type { JobFacts } from '../../core/model/facts.ts'
import { processKey } from '../../core/model/samples.ts'
import { samplesByProcess } from './process.ts'

/** How the live threads of a JVM grew over the window of samples. */
export interface ThreadGrowth {
  readonly from: number
  readonly to: number
  readonly spanMs: number
  /** Each quarter of the readings lies above the one before: pools grow to their size, leaks go on. */
  readonly isSteady: boolean
}

const LEAST_READINGS = 8
const LEAST_SPAN_MS = 40_000
/** While a process starts, and again when tasks are deployed, pools fill up: looked at is what came last. */
const WINDOW_MS = 90_000

/** Undefined where too few readings of the newest life are there. */
export function threadsOf(facts: JobFacts, process: string): ThreadGrowth | undefined {
  const samples = samplesByProcess(facts).get(processKey(process)) ?? []
  const readings = samples.flatMap(({ at, via, values: { threads } }) =>
    threads === undefined || facts.at - at > WINDOW_MS ? [] : [{ at, via, threads }],
  )
  // Two sources of one number are two delays of it: the one that tells more counts.
  const vias = [...new Set(readings.map(({ via }) => via))].map((via) =>
    readings.filter((reading) => reading.via === via),
  )
  const [told = []] = vias.sort((a, b) => b.length - a.length)
  const [first, last] = [told[0], told.at(-1)]
  if (!first || !last || told.length < LEAST_READINGS) return undefined
  const spanMs = last.at - first.at
  if (spanMs < LEAST_SPAN_MS) return undefined
  const quarter = Math.floor(told.length / 4)
  const lows = [0, 1, 2, 3].map((index) =>
    Math.min(...told.slice(index * quarter, (index + 1) * quarter).map(({ threads }) => threads)),
  )
  const isSteady = lows.every((low, index) => index === 0 || low > (lows[index - 1] ?? low))
  return { from: first.threads, to: last.threads, spanMs, isSteady }
}
