import type { GateBaseline } from '../../core/api/gate.ts'
import { durationText } from '../api/words.ts'
import { lowTenth, type ScoreSample } from './judge.ts'

/** One run as its scores show it. */
export interface ScoredRun {
  readonly run: string
  readonly from: number
  readonly to: number
}

/** Records a second that the sources took in the minute from `at` on; null: not known. */
export type LoadPoint = readonly [at: number, recordsPerSecond: number | null]

export interface Comparison {
  /** p10 of the window of now. */
  readonly score: number
  /** Records a second of now; null when not known. */
  readonly load: number | null
  readonly earlier: ScoredRun | undefined
  /** Scores and minutes of the earlier run, as far as they may be compared. */
  readonly scores: readonly ScoreSample[]
  readonly loads: readonly LoadPoint[]
}

/** How far the load of a minute may be from the load of now to count as the same. */
const LOAD_TOLERANCE = 0.25
/** Less than this of it says nothing. */
const LEAST_COMPARED_MS = 300_000
/** Scores differ by a few tenths from hour to hour; more than this is worse. */
const SCORE_TOLERANCE = 0.5
const MINUTE_MS = 60_000

/** Whether a job is worse than its previous run was under the same load, with a sentence about it. */
export function compareRuns(given: Comparison): {
  readonly baseline: GateBaseline
  readonly reason: string
} {
  const { earlier, score, load } = given
  const none = { run: null, score: null, recordsPerSecond: load, comparedMs: 0 }
  if (!earlier) {
    const reason = 'The job had no run before that could be compared.'
    return { baseline: { ...none, state: 'none' }, reason }
  }
  const { run } = earlier
  if (load === null) {
    const reason = 'Its load is not known, so it cannot be compared with the previous run.'
    return { baseline: { ...none, run, state: 'incomparable' }, reason }
  }
  const alike = given.loads.flatMap(([at, then]) =>
    then !== null && isAlike(then, load) ? at : [],
  )
  const values = given.scores.flatMap(({ at, value }) =>
    value !== null && alike.some((from) => at >= from && at < from + MINUTE_MS) ? value : [],
  )
  const comparedMs = alike.length * MINUTE_MS
  if (comparedMs < LEAST_COMPARED_MS || values.length === 0) {
    const reason = `The previous run was under this load (${perSecond(load)}) for ${durationText(comparedMs)} only; ${durationText(LEAST_COMPARED_MS)} are needed.`
    const baseline = { ...none, run, comparedMs, state: 'incomparable' } as const
    return { baseline, reason }
  }
  const before = lowTenth(values)
  const isWorse = score < before - SCORE_TOLERANCE
  const held = `${before.toFixed(1)} under the same load (${perSecond(load)}, ${durationText(comparedMs)} of it)`
  return {
    baseline: {
      ...{ run, score: before, recordsPerSecond: load, comparedMs },
      state: isWorse ? 'worse' : 'same',
    },
    reason: isWorse
      ? `The previous run held ${held}; this one holds ${score.toFixed(1)}.`
      : `The previous run held ${held}.`,
  }
}

function isAlike(then: number, now: number): boolean {
  return Math.abs(then - now) <= LOAD_TOLERANCE * Math.max(then, now)
}

const perSecond = (rate: number) => `${rate >= 10 ? Math.round(rate) : rate.toFixed(1)} records/s`
