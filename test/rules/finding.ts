import type { Finding, Severity } from '../../core/model/finding.ts'
import { rules } from '../../diagnosis/rules/index.ts'

/** An open finding of a rule about the whole job, as the engine would make it, seen at moment 0. */
export function finding(rule: string, severity: Severity, cause = true): Finding {
  const spec = rules.find(({ id }) => id === rule)
  if (!spec) throw new Error(`There is no rule ${rule}.`)
  return {
    key: `${rule}@x`,
    rule,
    title: spec.title,
    category: spec.category,
    stage: spec.stage,
    subject: { subject: { kind: 'job', job: 'lab/-/job', run: 'r' }, name: 'x' },
    severity,
    state: 'open',
    cause,
    since: 0,
    seenAt: 0,
    points: cause ? (spec.impact[severity] ?? 0) : 0,
    confidence: { value: 1, parts: [] },
    message: { id: 'found', params: {}, text: '' },
    evidence: [],
    toldApart: [],
    suggestions: [],
  }
}
