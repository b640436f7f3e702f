import type { GateAnswer } from '../../core/api/gate.ts'
import { durationText } from '../api/words.ts'

/** One score of the window; `value` is null where the verdict was unknown. */
export interface ScoreSample {
  readonly at: number
  /** The Flink job id; '' where it was not known. */
  readonly run: string
  readonly value: number | null
  readonly coverage: number
}

export interface GateQuestion {
  /** The run that is judged: what an earlier one scored says nothing about it. */
  readonly run: string
  /** Scores of the job, oldest first; those outside the window are left out here. */
  readonly scores: readonly ScoreSample[]
  /** The lowest score that passes. */
  readonly min: number
  /** How long the score must have held. */
  readonly forMs: number
  /** The lowest coverage that counts as knowledge. */
  readonly coverage: number
  readonly at: number
  /** Time between two rounds; a hole of more than three of them is no knowledge. */
  readonly intervalMs: number
}

/** `score` is the p10 of what is known of the window, also where that is too little to judge by. */
export type Judgement = Pick<GateAnswer, 'answer' | 'reason' | 'score'>

/** A hole between two known scores as long as this many rounds makes the answer unknown. */
export const MISSING_ROUNDS = 3

/** The share of scores that may lie below the one that is compared (p10). */
const TOLERATED_SHARE = 0.1

/**
 * Answers whether a job was well for a while. Pure: the window is read, never waited for. Unknown
 * comes first, because a platform must be able to tell "sick" from "nobody knows".
 */
export function judge(question: GateQuestion): Judgement {
  const { run, min, forMs, coverage, at } = question
  // Rounds do not begin on the beat of the question: less than three of them may hold no score.
  const fromAt = at - Math.max(forMs, MISSING_ROUNDS * question.intervalMs)
  const known = question.scores
    .filter(isKnown)
    .filter((s) => s.run === run && s.at > fromAt && s.at <= at)
  const values = known.map((s) => s.value)
  const score = values.length === 0 ? null : lowTenth(values)
  const answer = (word: GateAnswer['answer'], reason: string): Judgement => {
    return { answer: word, reason, score }
  }

  const hole = holeIn(
    known.map((s) => s.at),
    question,
  )
  if (score === null || hole !== undefined) {
    return answer('unknown', hole ?? `No score is known for the last ${durationText(forMs)}.`)
  }
  const covered = lowTenth(known.map((s) => s.coverage))
  if (covered < coverage) {
    return answer(
      'unknown',
      `Only ${covered.toFixed(2)} of what applies to this job was assessed; ${coverage.toFixed(2)} is asked for.`,
    )
  }
  const held = `${score.toFixed(1)} for ${durationText(forMs)} (p10 of ${known.length})`
  return score >= min
    ? answer('pass', `The score held ${held}; ${min.toFixed(1)} is asked for.`)
    : answer('fail', `The score was ${held}; ${min.toFixed(1)} is asked for.`)
}

function isKnown(score: ScoreSample): score is ScoreSample & { readonly value: number } {
  return score.value !== null
}

/** Nearest-rank p10; with ten values or fewer it is the lowest. */
export function lowTenth(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(TOLERATED_SHARE * sorted.length) - 1)] ?? 0
}

/** The first stretch of the window without a known score that is too long, as a sentence. */
function holeIn(
  knownAt: readonly number[],
  { at, forMs, intervalMs, run, scores }: GateQuestion,
): string | undefined {
  const longestMs = MISSING_ROUNDS * intervalMs
  const asked = durationText(forMs)
  const first = knownAt[0]
  const last = knownAt.at(-1)
  if (first === undefined || last === undefined) {
    return `No score is known for the last ${asked}.`
  }
  if (at - last > longestMs) return `The newest known score is ${durationText(at - last)} old.`
  if (first - (at - forMs) > longestMs) {
    const isNew = scores.some((one) => one.run !== '' && one.run !== run && one.at < first)
    if (isNew)
      return `The run is known for ${durationText(at - first)} only; ${asked} are asked for.`
    return `The score is known for the last ${durationText(at - first)} only; ${asked} are asked for.`
  }
  for (const [index, nextAt] of knownAt.entries()) {
    const holeMs = nextAt - (knownAt[index - 1] ?? nextAt)
    if (holeMs > longestMs) {
      return `No score is known for ${durationText(holeMs)} inside the last ${asked}.`
    }
  }
  return undefined
}
