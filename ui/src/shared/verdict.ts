import type { VerdictWord } from '../../../core/model/finding.ts'

export type Tone = 'ok' | 'warn' | 'crit' | 'unknown'

export const toneOf: Readonly<Record<VerdictWord, Tone>> = {
  healthy: 'ok',
  degraded: 'warn',
  unhealthy: 'crit',
  unknown: 'unknown',
}

/** Order of rows: unknown stands after unhealthy and before degraded. */
export const verdictOrder: readonly VerdictWord[] = ['unhealthy', 'unknown', 'degraded', 'healthy']

/** Colour of a score by its height (healthy from 8, degraded from 5). */
export function toneOfScore(score: number | null): Tone {
  if (score === null) return 'unknown'
  if (score >= 8) return 'ok'
  return score >= 5 ? 'warn' : 'crit'
}
