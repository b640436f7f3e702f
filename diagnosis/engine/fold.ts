import type { JobFacts } from '../../core/model/facts.ts'
import type { Finding } from '../../core/model/finding.ts'
import { processKey } from '../../core/model/samples.ts'
import { ancestorsOf } from '../../core/model/topology.ts'
import { hostsOf } from '../signals/load.ts'
import type { Explains, Rule } from './rule.ts'
import { rank } from './track.ts'

/** A consequence may be seen this long before its cause: a failure is an event, a load is a window. */
const HEAD_START_MS = 60_000

/**
 * Folds symptoms under their causes by the relations that rules declare, in the graph and in time.
 * A folded finding stays visible, costs no points and names what explains it.
 */
export function fold(
  findings: readonly Finding[],
  rules: readonly Rule[],
  facts: JobFacts,
): readonly Finding[] {
  const open = findings.filter((finding) => finding.state === 'open')
  return findings.map((finding) => {
    if (finding.state !== 'open') return finding
    const cause = open
      .filter((candidate) => explains(candidate, finding, rules, facts))
      .sort((a, b) => rank(a.severity) - rank(b.severity) || a.since - b.since)[0]
    return cause ? { ...finding, cause: false, explainedBy: cause.key, points: 0 } : finding
  })
}

function explains(
  cause: Finding,
  symptom: Finding,
  rules: readonly Rule[],
  facts: JobFacts,
): boolean {
  if (cause.key === symptom.key || cause.since > symptom.since + HEAD_START_MS) return false
  // A rule on trial costs nothing; it must not take the points of one that has been seen to be right.
  if (cause.stage === 'trial' && symptom.stage === 'stable') return false
  const rule = rules.find((candidate) => candidate.id === cause.rule)
  return (
    rule?.explains.some(
      (relation) => relation.rule === symptom.rule && related(relation, cause, symptom, facts),
    ) ?? false
  )
}

function related(relation: Explains, cause: Finding, symptom: Finding, facts: JobFacts): boolean {
  const from = cause.subject.subject
  const to = symptom.subject.subject
  switch (relation.where) {
    case 'job':
      return true
    case 'upstream':
      if (from.kind !== 'vertex' || to.kind !== 'vertex' || !facts.topology) return false
      return (
        from.vertex === to.vertex || ancestorsOf(facts.topology, from.vertex).includes(to.vertex)
      )
    case 'host': {
      if (from.kind !== 'taskmanager') return false
      if (to.kind === 'taskmanager') return processKey(to.id) === processKey(from.id)
      if (to.kind !== 'vertex') return false
      return [...hostsOf(facts)].some(
        ([task, host]) =>
          task.startsWith(`${to.vertex}/`) && processKey(host) === processKey(from.id),
      )
    }
  }
}
