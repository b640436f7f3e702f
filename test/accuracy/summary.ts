import type { Judged } from './judge.ts'

/** How often a cause was right, over all recordings that are labelled with it. */
export interface CauseAccuracy {
  readonly cause: string
  readonly recordings: number
  readonly named: number
  /** Recordings in which it was said, loud and unfolded, where it was neither right nor tolerated. */
  readonly saidFalsely: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly medianMs: number | undefined
}

export interface Summary {
  readonly causes: readonly CauseAccuracy[]
  readonly macroF1: number
  readonly sick: number
  readonly named: number
  /** Named, but never at the right subject. */
  readonly misplaced: number
  readonly medianMs: number | undefined
  readonly falseFindings: number
  readonly healthyHours: number
  readonly falseInHealth: number
  readonly bandsRight: number
}

/**
 * A recording belongs to the first of its accepted causes, and counts as named when any of them was found. What
 * is said falsely counts against the rule that said it, whether or not a recording is labelled with it.
 */
export function summaryOf(judged: readonly Judged[]): Summary {
  const sick = judged.filter(({ wanted }) => wanted.length > 0)
  const labels = new Set(sick.map(({ wanted }) => wanted[0] ?? ''))
  const causes = [...labels, ...judged.flatMap(({ falseRules }) => falseRules)]
  const list = [...new Set(causes)].sort().map((cause) => accuracyOf(cause, judged))
  const rounds = judged.reduce((sum, { bands }) => sum + bands.rounds, 0)
  const right = judged.reduce((sum, { bands }) => sum + bands.right, 0)
  return {
    causes: list,
    macroF1: list.length === 0 ? 1 : list.reduce((sum, { f1 }) => sum + f1, 0) / list.length,
    sick: sick.length,
    named: sick.filter(({ found }) => found).length,
    misplaced: sick.filter(({ wrongSubject }) => wrongSubject).length,
    medianMs: medianOf(sick.flatMap(({ found }) => found?.afterMs ?? [])),
    falseFindings: judged.reduce((sum, { falseFindings }) => sum + falseFindings.length, 0),
    healthyHours: judged.reduce((sum, { healthyMs }) => sum + healthyMs, 0) / 3_600_000,
    falseInHealth: judged.reduce((sum, { falseInHealth }) => sum + falseInHealth, 0),
    bandsRight: rounds === 0 ? 1 : right / rounds,
  }
}

function accuracyOf(cause: string, judged: readonly Judged[]): CauseAccuracy {
  const own = judged.filter(({ wanted }) => wanted[0] === cause)
  const hits = own.filter(({ found }) => found)
  const saidFalsely = judged.filter(({ falseRules }) => falseRules.includes(cause)).length
  const [named, said] = [hits.length, hits.length + saidFalsely]
  const precision = said === 0 ? 0 : named / said
  const recall = own.length === 0 ? 0 : named / own.length
  return {
    ...{ cause, recordings: own.length, named, saidFalsely, precision, recall },
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    medianMs: medianOf(hits.flatMap(({ found }) => found?.afterMs ?? [])),
  }
}

function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  return sorted.length % 2 === 1 || upper === undefined
    ? upper
    : (upper + (sorted[middle - 1] ?? upper)) / 2
}
