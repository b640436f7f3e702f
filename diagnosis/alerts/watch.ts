import type { Evaluated } from '../rounds/evaluated.ts'
import { type Alert, type AlertRules, alertsOf, type Folded } from './alert.ts'
import type { World } from './decide.ts'

/** What is open now over all jobs, followed from round to round. */
export interface Watch {
  /** Takes over the newest word on every job; costs little where nothing is new. */
  look(latest: ReadonlyMap<string, Evaluated>, at: number): void
  alerts(): ReadonlyMap<string, Alert>
  folded(): ReadonlyMap<string, Folded>
  about: World['about']
}

/** A symptom that loses its cause is given this long to end as well before it speaks for itself. */
const OUTLIVES_CAUSE_MS = 60_000
/** The alerts of a job that nothing was heard of for this long end. */
const UNHEARD_AFTER_MS = 3_600_000

interface Seen {
  readonly of: Evaluated
  readonly alerts: readonly Alert[]
  readonly folded: readonly Folded[]
}

export function createWatch(rules: AlertRules): Watch {
  const seen = new Map<string, Seen>()
  const absentSince = new Map<string, number>()
  const alerts = new Map<string, Alert>()
  const folded = new Map<string, Folded>()
  /** When each folded symptom was last spoken for. */
  const foldedAt = new Map<string, number>()
  let now = 0

  const forget = (job: string) => {
    const before = seen.get(job)
    for (const { id } of before?.alerts ?? []) alerts.delete(id)
    for (const { id } of before?.folded ?? []) folded.delete(id)
    seen.delete(job)
  }

  const take = (job: string, evaluated: Evaluated) => {
    forget(job)
    const found = alertsOf(job, evaluated.diagnosis.findings, rules)
    for (const one of found.folded) {
      folded.set(one.id, one)
      foldedAt.set(one.id, now)
    }
    for (const alert of found.alerts) {
      const spokenForAt = foldedAt.get(alert.id) ?? Number.NEGATIVE_INFINITY
      const firesAt = Math.max(alert.firesAt, spokenForAt + OUTLIVES_CAUSE_MS)
      alerts.set(alert.id, { ...alert, firesAt })
    }
    seen.set(job, { of: evaluated, ...found })
  }

  return {
    look(latest, at) {
      now = at
      for (const [job, evaluated] of latest) {
        absentSince.delete(job)
        if (seen.get(job)?.of !== evaluated) take(job, evaluated)
      }
      for (const job of seen.keys()) if (!latest.has(job)) forget(job)
      for (const [id, spokenForAt] of foldedAt) {
        if (at - spokenForAt > OUTLIVES_CAUSE_MS && !folded.has(id)) foldedAt.delete(id)
      }
    },
    alerts: () => alerts,
    folded: () => folded,
    about(job) {
      const heard = seen.get(job)
      if (heard) return heard.of.diagnosis.score.verdict === 'unknown' ? 'unheard' : 'known'
      const since = absentSince.get(job) ?? now
      absentSince.set(job, since)
      return now - since >= UNHEARD_AFTER_MS ? 'unheard' : 'unknown'
    },
  }
}
