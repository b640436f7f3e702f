import type { Finding, Severity } from '../../core/model/finding.ts'
import { severities } from '../../core/model/finding.ts'
import { subjectKey } from '../../core/model/subject.ts'
import { type Found, findingKey } from './ask.ts'
import type { TrackedFinding, TrackerMemory, Verdict } from './diagnosis.ts'
import { isDamped, named, recentSpells, type Spell } from './flapping.ts'
import type { Rule } from './rule.ts'

/** A finding about which nothing could be said for this long is resolved: its subject is gone. */
const FORGOTTEN_AFTER_MS = 15 * 60_000

/**
 * Follows findings through rounds: one opens after it was found in `opensAfter` rounds running and
 * resolves after `resolvesAfter` healthy ones; unknown and broken change nothing. One that comes and goes is
 * held open and named so. Pure: what it remembers comes in and goes out as plain JSON.
 */
export function track(
  memory: TrackerMemory,
  found: readonly Found[],
  verdicts: readonly Verdict[],
  rules: readonly Rule[],
  { at, run }: { readonly at: number; readonly run: string | undefined },
): { readonly findings: readonly Finding[]; readonly memory: TrackerMemory } {
  const before = new Map(memory.tracked.map((tracked) => [tracked.key, tracked]))
  const tracked: TrackedFinding[] = []
  const findings: Finding[] = []
  const spells = spellsAt(memory, at, run)
  const hold = (one: TrackedFinding) => {
    tracked.push(one)
    findings.push(named(one.finding, spells.get(one.key) ?? []))
  }

  for (const item of dedupe(found)) {
    const key = findingKey(item.rule.id, item.asked.subject)
    const old = before.get(key)
    before.delete(key)
    const rounds = (old?.rounds ?? 0) + 1
    const since = old?.since ?? at
    const finding = toFinding(item, key, since, at)
    const one = { key, since, seenAt: at, rounds, healthyRounds: 0, finding }
    if (rounds >= item.rule.opensAfter) hold(one)
    else tracked.push(one)
  }

  for (const old of before.values()) {
    const rule = rules.find((candidate) => candidate.id === old.finding.rule)
    if (!rule) continue
    const unheard = isUnheard(old, verdicts)
    const open = old.rounds >= rule.opensAfter
    if (unheard && at - old.seenAt < FORGOTTEN_AFTER_MS) {
      if (open) hold(old)
      else tracked.push(old)
      continue
    }
    const healthyRounds = old.healthyRounds + 1
    if (!open) continue
    if (healthyRounds === rule.resolvesAfter && !unheard) {
      spells.set(old.key, [...(spells.get(old.key) ?? []), { from: old.since, to: at }])
    }
    const isHeld = healthyRounds < rule.resolvesAfter || isDamped(spells.get(old.key), old, at)
    if (isHeld && !unheard) hold({ ...old, healthyRounds })
    else findings.push({ ...old.finding, state: 'resolved', resolvedAt: at, points: 0 })
  }
  const ended = { run, of: Object.fromEntries(spells) }
  return { findings, memory: { tracked, ...(spells.size > 0 && { spells: ended }) } }
}

/** What came and went in another run says nothing of this one: it may be the repair. */
function spellsAt(
  { spells }: TrackerMemory,
  at: number,
  run: string | undefined,
): Map<string, readonly Spell[]> {
  if (!spells || spells.run !== run) return new Map()
  return new Map(
    Object.entries(spells.of).flatMap(([key, own]) => {
      const recent = recentSpells(own, at)
      return recent.length === 0 ? [] : [[key, recent] as const]
    }),
  )
}

/** No verdict at all about its subject, or only unknown and broken ones, change nothing. */
function isUnheard(old: TrackedFinding, verdicts: readonly Verdict[]): boolean {
  const subject = subjectKey(old.finding.subject.subject)
  const own = verdicts.filter((verdict) => verdict.rule === old.finding.rule)
  const about = own.filter((verdict) => verdict.subject === subject)
  // A rule asked about the whole job may have named one vertex: its verdict about the job counts.
  const heard = about.length > 0 ? about : own
  return heard.every((verdict) => verdict.outcome === 'unknown' || verdict.outcome === 'broken')
}

/** One rule and subject is one finding: the worst draft speaks for it. */
function dedupe(found: readonly Found[]): readonly Found[] {
  const worst = new Map<string, Found>()
  for (const item of found) {
    const key = findingKey(item.rule.id, item.asked.subject)
    const rival = worst.get(key)
    if (!rival || rank(item.draft.severity) < rank(rival.draft.severity)) worst.set(key, item)
  }
  return [...worst.values()]
}

export function rank(severity: Severity): number {
  return severities.indexOf(severity)
}

/** Each look-alike that could not be ruled out takes this share of the confidence. */
const UNKNOWN_LOOKALIKE_FACTOR = 0.85

function toFinding({ rule, asked, draft }: Found, key: string, since: number, at: number): Finding {
  const toldApart = draft.toldApart ?? []
  const unknown = toldApart.filter((apart) => apart.answer === 'unknown').length
  const parts = [
    { name: 'evidence', factor: round2(Math.min(1, draft.sureness)) },
    { name: 'told apart', factor: round2(UNKNOWN_LOOKALIKE_FACTOR ** unknown) },
  ]
  return {
    key,
    rule: rule.id,
    title: rule.title,
    category: rule.category,
    stage: rule.stage,
    subject: { subject: asked.subject, name: asked.name },
    severity: draft.severity,
    state: 'open',
    cause: true,
    since,
    seenAt: at,
    points: rule.stage === 'trial' ? 0 : (rule.impact[draft.severity] ?? 0),
    confidence: { value: round2(parts.reduce((product, part) => product * part.factor, 1)), parts },
    message: {
      id: draft.message,
      params: draft.params,
      text: render(rule.messages[draft.message] ?? draft.message, draft.params),
    },
    evidence: draft.evidence,
    toldApart,
    suggestions: (draft.suggestions ?? []).map(({ message, risk }) => ({
      text: render(rule.messages[message] ?? message, draft.params),
      risk,
    })),
  }
}

function render(template: string, params: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => String(params[name] ?? place))
}

const round2 = (value: number) => Math.round(value * 100) / 100
