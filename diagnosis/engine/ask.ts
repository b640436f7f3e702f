import { type Severity, severities } from '../../core/model/finding.ts'
import { JOBMANAGER } from '../../core/model/samples.ts'
import { type Subject, subjectKey } from '../../core/model/subject.ts'
import { hostsOf } from '../signals/load.ts'
import type { JobView } from '../signals/view.ts'
import type { Verdict } from './diagnosis.ts'
import type { Asked, Draft, Levels, Rule } from './rule.ts'

/** A draft with the rule and the subject it belongs to. */
export interface Found {
  readonly rule: Rule
  readonly asked: Asked
  readonly draft: Draft
}

/** Once open, a finding closes only below this share of the limit that opened it. */
export const HYSTERESIS = 0.8

/**
 * Asks every rule that applies about each of its subjects. A rule that throws is broken, is named,
 * and harms no other rule. `heldAt` gives the severity of a finding that is open, for hysteresis.
 */
export function askRules(
  rules: readonly Rule[],
  view: JobView,
  heldAt: (key: string) => Severity | undefined,
): { readonly found: readonly Found[]; readonly verdicts: readonly Verdict[] } {
  const found: Found[] = []
  const verdicts: Verdict[] = []
  for (const rule of rules) {
    if (rule.applies && !rule.applies(view)) continue
    for (const asked of subjectsOf(rule.scope, view)) {
      const subject = subjectKey(asked.subject)
      const about = { rule: rule.id, subject }
      try {
        const levels = relaxed(rule.levels, heldAt(findingKey(rule.id, asked.subject)))
        const answer = rule.ask(view, asked, levels)
        if ('unknown' in answer)
          verdicts.push({ ...about, outcome: 'unknown', missing: answer.unknown })
        else if (answer.length === 0) verdicts.push({ ...about, outcome: 'healthy' })
        else {
          verdicts.push({ ...about, outcome: 'found' })
          for (const draft of answer) found.push({ rule, asked: draft.subject ?? asked, draft })
        }
      } catch (error) {
        verdicts.push({ ...about, outcome: 'broken', error: String(error) })
      }
    }
  }
  return { found, verdicts }
}

export function findingKey(rule: string, subject: Subject): string {
  return `${rule}@${subjectKey(subject)}`
}

/** The subjects of a job a rule of this scope is asked about; one stand-in while none is known. */
function subjectsOf(scope: Rule['scope'], view: JobView): readonly Asked[] {
  const { facts } = view
  const run = view.run?.run ?? ''
  const job: Asked = { subject: { kind: 'job', job: facts.job, run }, name: facts.ref.name }
  switch (scope) {
    case 'job':
      return [job]
    case 'vertex':
      return (
        facts.topology?.vertices.map((vertex) => ({
          subject: { kind: 'vertex' as const, job: facts.job, run, vertex: vertex.id },
          name: vertex.name,
        })) ?? [job]
      )
    case 'taskmanager': {
      const hosts = [...new Set(hostsOf(facts).values())].filter((id) => id !== JOBMANAGER).sort()
      if (hosts.length === 0) return [job]
      return hosts.map((id) => ({
        subject: { kind: 'taskmanager' as const, cluster: facts.ref.cluster, id },
        name: id,
      }))
    }
  }
}

/** Lowers the limits up to the severity that is held: hysteresis keeps a finding, it never worsens one. */
function relaxed(levels: Levels, held: Severity | undefined): Levels {
  if (held === undefined) return levels
  const order: readonly string[] = severities
  const factor = (severity: string) =>
    order.indexOf(severity) >= order.indexOf(held) ? HYSTERESIS : 1
  return Object.fromEntries(
    Object.entries(levels).map(([name, { help, ...limits }]) => [
      name,
      {
        help,
        ...Object.fromEntries(
          Object.entries(limits).map(([k, v]) => [k, Number((v * factor(k)).toPrecision(3))]),
        ),
      },
    ]),
  )
}
