import type { FindingsPage } from '../../core/api/public.ts'
import type { Finding } from '../../core/model/finding.ts'
import type { Diagnosis, Verdict } from '../engine/diagnosis.ts'

/** What is wrong now or was, and what the other rules said: healthy, or nothing, and why. */
export function findingsPage(
  { findings, verdicts }: Diagnosis,
  state: 'open' | 'resolved' | 'all',
  history: readonly Finding[],
): FindingsPage {
  const open = findings.filter((finding) => finding.state === 'open')
  const openKeys = new Set(open.map((finding) => finding.key))
  const resolved = history
    .filter((finding) => finding.state === 'resolved' && !openKeys.has(finding.key))
    .sort((a, b) => (b.resolvedAt ?? b.seenAt) - (a.resolvedAt ?? a.seenAt))
  const items = { open, resolved, all: [...open, ...resolved] }[state]
  return { items, ...answersOf(verdicts) }
}

function answersOf(verdicts: readonly Verdict[]): Pick<FindingsPage, 'unknown' | 'healthy'> {
  const perRule = new Map<string, Verdict[]>()
  for (const verdict of verdicts) {
    perRule.set(verdict.rule, [...(perRule.get(verdict.rule) ?? []), verdict])
  }
  const unknown: { rule: string; missing: string }[] = []
  const healthy: string[] = []
  for (const [rule, own] of perRule) {
    const missing = new Set(own.flatMap(missingOf))
    // One subject that could not be judged is enough: the rule does not vouch for the job.
    if (missing.size > 0) unknown.push({ rule, missing: [...missing].join('; ') })
    else if (own.every((verdict) => verdict.outcome === 'healthy')) healthy.push(rule)
  }
  return { unknown, healthy }
}

function missingOf(verdict: Verdict): readonly string[] {
  switch (verdict.outcome) {
    case 'unknown':
      return [verdict.missing]
    case 'broken':
      return [`the rule itself failed: ${verdict.error}`]
    case 'healthy':
    case 'found':
      return []
  }
}
