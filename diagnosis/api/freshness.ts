import type { Score } from '../../core/model/finding.ts'
import { MISSING_ROUNDS } from '../gate/judge.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { MIN_COVERAGE } from '../score/weights.ts'
import { durationText } from './words.ts'

/** A score as it may be told now, and why it says nothing when it says nothing. */
export interface CurrentScore {
  readonly score: Score
  readonly unknownBecause: string | null
}

/** Reasons that are told in one sentence; the whole list is in the score. */
const REASONS_TOLD = 3

/**
 * A score grows old: rounds that stopped must not leave a healthy number standing. The age of the
 * samples under it was judged when it was made.
 */
export function currentScore(
  { diagnosis }: Evaluated,
  now: number,
  roundIntervalMs: number,
): CurrentScore {
  const { score } = diagnosis
  const ageMs = now - diagnosis.at
  if (ageMs > MISSING_ROUNDS * roundIntervalMs) {
    return {
      score: { ...score, value: null, verdict: 'unknown' },
      unknownBecause: `not evaluated for ${durationText(ageMs)}`,
    }
  }
  return { score, unknownBecause: score.verdict === 'unknown' ? reasonOf(score) : null }
}

function reasonOf({ coverage, missing }: Score): string {
  const [first = 'nothing was measured yet'] = missing
  // The engine puts silence before what single rules miss; then coverage is not the reason.
  if (coverage >= MIN_COVERAGE || missing.length === 0) return first
  const told = missing.slice(0, REASONS_TOLD).join('; ')
  const more = missing.length > REASONS_TOLD ? `; and ${missing.length - REASONS_TOLD} more` : ''
  return `only ${coverage.toFixed(2)} could be assessed: ${told}${more}`
}
