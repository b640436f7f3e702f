import { createHash } from 'node:crypto'
import type { Category, Finding, Severity } from '../../core/model/finding.ts'
import { type JobRef, parseJobRef } from '../../core/model/job-ref.ts'
import { PLATFORM_WIDE } from '../../core/model/platform.ts'
import { rank } from '../engine/track.ts'

/** A cause that somebody may have to be told of, with what it explains folded into it. */
export interface Alert {
  /** The same for the same rule, subject and job, for ever: what receivers fold by. */
  readonly id: string
  readonly job: string
  readonly ref: JobRef
  /** Whose job it is; '' when no team claims it. */
  readonly team: string
  /** The rule. */
  readonly cause: string
  readonly category: Category
  /** The worst of its own and of what it explains: nobody may sleep through a failure for its cause is mild. */
  readonly severity: Severity
  readonly title: string
  readonly subject: string
  readonly text: string
  /** The first thing to do about it; '' when there is none. */
  readonly suggestion: string
  /** Rules of the symptoms that are folded under it. */
  readonly explains: readonly string[]
  /** Since when it is open, and from when on it may be told. */
  readonly since: number
  readonly firesAt: number
  /** Told at once rather than with the group's next message: a failure. */
  readonly urgent: boolean
  /** The trouble of a shared thing that it is a consequence of, with which it is told. */
  readonly under?: Under
}

/** A trouble of a thing that many jobs share. */
export interface Under {
  /** Key of its finding. */
  readonly trouble: string
  readonly kind: string
  readonly name: string
  /** Rules that its jobs have of it. */
  readonly causes: string
  readonly jobs: number
}

/** A symptom that is not told since its cause is. */
export interface Folded {
  /** The id it would have as an alert: it may have been told before its cause was found. */
  readonly id: string
  readonly job: string
  readonly rule: string
  readonly title: string
  readonly subject: string
  readonly severity: Severity
  readonly since: number
  /** Id of the alert that speaks for it. */
  readonly by: string
}

export interface AlertsOfJob {
  readonly alerts: readonly Alert[]
  readonly folded: readonly Folded[]
}

export interface AlertRules {
  /** How long a finding must have been open before it is told. */
  readonly forMs: (finding: Pick<Finding, 'rule' | 'category'>) => number
  readonly teamOf: (job: string) => string
}

/**
 * What the open findings of one job say to people. A symptom never speaks while its cause does; where all
 * that explains it is on trial, it speaks for itself, since trials speak to nobody. Findings about which
 * nothing new is known are still open: the tracker of the engine keeps them.
 */
export function alertsOf(
  job: string,
  findings: readonly Finding[],
  { forMs, teamOf }: AlertRules,
): AlertsOfJob {
  const open = new Map(findings.filter((f) => f.state === 'open').map((f) => [f.key, f]))
  const families = new Map<Finding, Finding[]>()
  for (const finding of open.values()) {
    if (finding.stage === 'trial' || finding.rule === PLATFORM_WIDE) continue
    const head = speakerFor(finding, open)
    families.set(head, [...(families.get(head) ?? []), finding])
  }
  const ref = parseJobRef(job) ?? { cluster: '', namespace: '', name: job }
  const team = teamOf(job)
  const alerts: Alert[] = []
  const folded: Folded[] = []
  for (const [head, family] of families) {
    const id = alertId(job, head.key)
    const symptoms = family.filter((finding) => finding !== head)
    alerts.push({
      ...{ id, job, ref, team, cause: head.rule, category: head.category, title: head.title },
      severity: worst(family.map(({ severity }) => severity)),
      subject: head.subject.name,
      text: head.message.text,
      suggestion: head.suggestions[0]?.text ?? '',
      explains: [...new Set(symptoms.map(({ rule }) => rule))].sort(),
      since: head.since,
      firesAt: Math.min(...family.map((finding) => finding.since + forMs(finding))),
      urgent: family.some((finding) => forMs(finding) === 0),
      ...underOf(open.get(head.explainedBy ?? '')),
    })
    for (const { key, rule, title, subject, severity, since } of symptoms) {
      const own = { id: alertId(job, key), job, rule, title, subject: subject.name }
      folded.push({ ...own, severity, since, by: id })
    }
  }
  return { alerts, folded }
}

function underOf(trouble: Finding | undefined): { readonly under?: Under } {
  if (trouble?.rule !== PLATFORM_WIDE) return {}
  const { kind = '', name = '', causes = '', jobs = 0 } = trouble.message.params
  const about = { kind: String(kind), name: String(name), causes: String(causes) }
  return { under: { trouble: trouble.key, ...about, jobs: Number(jobs) } }
}

/**
 * The last stable finding on the way from a symptom to its root, within the job: who is told of a job is told
 * in its own words, and together with the other jobs of the same trouble.
 */
function speakerFor(finding: Finding, open: ReadonlyMap<string, Finding>): Finding {
  let speaker = finding
  const seen = new Set<Finding>()
  for (let next: Finding | undefined = finding; next && !seen.has(next); ) {
    seen.add(next)
    if (next.stage === 'stable') speaker = next
    next = next.explainedBy === undefined ? undefined : open.get(next.explainedBy)
    if (next?.rule === PLATFORM_WIDE) break
  }
  return speaker
}

export function worst(list: readonly Severity[]): Severity {
  return list.reduce((a, b) => (rank(a) <= rank(b) ? a : b), 'info' as Severity)
}

/** A finding's key names a TaskManager, but not whose job suffers: both make the alert. */
function alertId(job: string, key: string): string {
  return createHash('sha256').update(`${job}\n${key}`).digest('hex').slice(0, 16)
}
