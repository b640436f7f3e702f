import type { AlertMatch, AlertsPage, AlertView, DeliveryView } from '../../../core/api/alerts.ts'
import type { Severity } from '../../../core/model/finding.ts'

/** How it stands with an alert, for one chip each. */
export type Standing =
  | { readonly kind: 'waits'; readonly until: number }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'told' | 'soon' | 'muted' | 'recording' | 'rate'; readonly route: string }
  | { readonly kind: 'silenced'; readonly route: string; readonly until: number | null }

export function standingsOf({ state, firesAt, routes }: AlertView): readonly Standing[] {
  if (state === 'waiting') return [{ kind: 'waits', until: firesAt }]
  if (routes.length === 0) return [{ kind: 'nobody' }]
  return routes.map(({ route, state, why, until }): Standing => {
    if (state === 'told') return { kind: 'told', route }
    if (state === 'waiting' || why === null) return { kind: 'soon', route }
    return why === 'silence' ? { kind: 'silenced', route, until } : { kind: why, route }
  })
}

/** What the head of the page says; counts are of all, though the lists may be cut. */
export function headOf({ items, total, heldBackTotal }: AlertsPage) {
  const firing = items.filter(({ state }) => state === 'firing')
  const isTold = ({ routes }: AlertView) => routes.some(({ state }) => state === 'told')
  return {
    firing: firing.length,
    told: firing.filter(isTold).length,
    waiting: items.length - firing.length,
    heldBack: heldBackTotal,
    cut: total - items.length,
  }
}

/** `cluster/namespace/name` as people read it: its parts are percent-encoded. */
export function jobName(job: string): string {
  const parts = job.split('/').map((part) => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  })
  return parts.filter((part, index) => index !== 1 || part !== '-').join(' / ')
}

/** What a silence or a route means, in the words of the configuration. */
export function matchText({ jobs, causes, severities, teams }: AlertMatch): readonly string[] {
  return [...(jobs ?? []), ...(causes ?? []), ...(severities ?? []), ...(teams ?? [])]
}

export const isDead = ({ outcome }: DeliveryView): boolean =>
  outcome === 'refused' || outcome === 'expired'

/** Messages newest first, each once; of two readings of one the first counts, which is the newer. */
export function mergeDeliveries(
  fresh: readonly DeliveryView[],
  older: readonly DeliveryView[],
): readonly DeliveryView[] {
  const byId = new Map([...older, ...fresh].map((one) => [one.id, one]))
  return [...byId.values()].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
}

export const SILENCE_FOR = {
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
  '7d': 604_800_000,
  '30d': 2_592_000_000,
}

/** The fields of the form as people fill them. */
export interface SilenceForm {
  readonly jobs: string
  readonly causes: string
  readonly severity: Severity | ''
  readonly forMs: number
  readonly comment: string
}

/** The body that the API takes; what was left empty is not sent, so that its refusal names the field. */
export function silenceBody({ jobs, causes, severity, forMs, comment }: SilenceForm, now: number) {
  return {
    match: {
      ...listed('jobs', jobs),
      ...listed('causes', causes),
      ...(severity === '' ? {} : { severities: [severity] }),
    },
    endsAt: now + forMs,
    comment,
  }
}

function listed(name: string, text: string): Readonly<Record<string, readonly string[]>> {
  const values = text.split(/[\s,]+/).filter((value) => value !== '')
  return values.length === 0 ? {} : { [name]: values }
}

/** A webhook that somebody makes on the page. */
export interface TargetForm {
  readonly name: string
  readonly url: string
  readonly jobs: string
}

export function targetBody({ name, url, jobs }: TargetForm) {
  return { name: name.trim(), url: url.trim(), match: listed('jobs', jobs) }
}
