import type { Finding, Score, ScorePart, VerdictWord } from '../../core/model/finding.ts'
import type { Verdict } from '../engine/diagnosis.ts'
import type { Rule } from '../engine/rule.ts'
import type { JobView } from '../signals/view.ts'
import { type Ceiling, ceilingOf } from './ceilings.ts'
import { freshness } from './freshness.ts'
import {
  DEGRADED_FROM,
  FAMILY_CAP,
  HEALTHY_FROM,
  MIN_COVERAGE,
  RULE_WEIGHT,
  WEIGHTS_VERSION,
} from './weights.ts'

/**
 * `10 − Σ over families of min(cap, Σ points of its open causes)`, then ceilings. Sums are made in
 * tenths, so that parts add up exactly. The findings come back with the points they really took.
 */
export function scoreOf(
  view: JobView,
  findings: readonly Finding[],
  verdicts: readonly Verdict[],
  rules: readonly Rule[],
): { readonly score: Score; readonly findings: readonly Finding[] } {
  const tenths = pointsInTenths(findings)
  const parts: ScorePart[] = [...tenths].flatMap(([finding, taken]) =>
    taken === 0 ? [] : [{ key: finding.key, rule: finding.rule, points: taken / 10 }],
  )
  const level = Math.max(0, 100 - [...tenths.values()].reduce((a, b) => a + b, 0))
  const ceiling = ceilingOf(view, findings)
  const limited = ceiling ? Math.min(level, ceiling.atMost * 10) : level
  const { coverage, missing } = coverageOf(verdicts, rules)
  const silence = freshness(view)
  const known = silence === undefined && (coverage >= MIN_COVERAGE || isCertain(ceiling))
  const value = known ? limited / 10 : null
  return {
    score: {
      value,
      verdict: verdictOf(value),
      coverage,
      parts,
      ceiling:
        ceiling && limited < level ? { rule: ceiling.rule, points: (level - limited) / 10 } : null,
      missing: silence === undefined ? missing : [silence, ...missing],
      weights: WEIGHTS_VERSION,
    },
    findings: findings.map((finding) => ({ ...finding, points: (tenths.get(finding) ?? 0) / 10 })),
  }
}

/** A failed job needs no further evidence: its state is the evidence. */
function isCertain(ceiling: Ceiling | undefined): boolean {
  return ceiling?.rule === 'job-failed'
}

/** Points per finding after the cap of its family; the worst take first. */
function pointsInTenths(findings: readonly Finding[]): ReadonlyMap<Finding, number> {
  const left = new Map(Object.entries(FAMILY_CAP).map(([family, cap]) => [family, cap * 10]))
  const taken = new Map<Finding, number>()
  let level = 100
  const causes = findings.filter((finding) => finding.state === 'open' && finding.cause)
  for (const finding of [...causes].sort(
    (a, b) => b.points - a.points || a.key.localeCompare(b.key),
  )) {
    const room = Math.min(left.get(finding.category) ?? 0, level)
    const points = Math.min(room, Math.round(finding.points * 10))
    left.set(finding.category, (left.get(finding.category) ?? 0) - points)
    level -= points
    taken.set(finding, points)
  }
  return taken
}

/** Assessed weight ÷ weight of the rules that apply; a rule of many subjects counts by the share assessed. */
export function coverageOf(
  verdicts: readonly Verdict[],
  rules: readonly Rule[],
): { readonly coverage: number; readonly missing: readonly string[] } {
  let [assessed, total] = [0, 0]
  const missing = new Set<string>()
  for (const rule of rules) {
    const own = verdicts.filter((verdict) => verdict.rule === rule.id)
    const weight = RULE_WEIGHT[rule.id] ?? 0
    if (own.length === 0 || weight === 0) continue
    const known = own.filter(
      (verdict) => verdict.outcome === 'healthy' || verdict.outcome === 'found',
    )
    for (const verdict of own) if (verdict.outcome === 'unknown') missing.add(verdict.missing)
    total += weight
    assessed += (weight * known.length) / own.length
  }
  return {
    coverage: total === 0 ? 0 : Math.round((assessed / total) * 100) / 100,
    missing: [...missing],
  }
}

export function verdictOf(value: number | null): VerdictWord {
  if (value === null) return 'unknown'
  if (value >= HEALTHY_FROM) return 'healthy'
  return value >= DEGRADED_FROM ? 'degraded' : 'unhealthy'
}
