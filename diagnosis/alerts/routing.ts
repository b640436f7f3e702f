import type { Alert } from './alert.ts'
import type { RouteConfig } from './config.ts'
import { type Match, matches } from './match.ts'
import { isMuted } from './mute.ts'

/** Somebody’s word that some alerts need not be told until a moment. */
export interface Silence {
  readonly id: string
  readonly match: Match
  readonly startsAt: number
  readonly endsAt: number
  readonly by: string
  readonly comment: string
}

/** Why an alert that fires is not told on a route that it belongs to. */
export type Held =
  | { readonly why: 'silence'; readonly silence: string; readonly until: number }
  | { readonly why: 'muted' }
  | { readonly why: 'recording' }
  | { readonly why: 'rate' }

/** A route that does not say how bad is bad enough asks for what needs somebody. */
const DEFAULT_SEVERITIES: NonNullable<Match['severities']> = ['crit', 'major']

/** The routes that an alert takes: the first that matches, and those below while they say `continue`. */
export function routesFor(alert: Alert, routes: readonly RouteConfig[]): readonly RouteConfig[] {
  const taken: RouteConfig[] = []
  for (const route of routes) {
    const severities = route.match.severities ?? DEFAULT_SEVERITIES
    if (!matches({ ...route.match, severities }, alert)) continue
    taken.push(route)
    if (!route.continue) break
  }
  return taken
}

export interface Holds {
  readonly at: number
  readonly silences: readonly Silence[]
  readonly isRecording: (cluster: string) => boolean
}

export function heldBack(
  alert: Alert,
  route: RouteConfig,
  { at, silences, isRecording }: Holds,
): Held | undefined {
  if (isRecording(alert.ref.cluster)) return { why: 'recording' }
  const silence = silences.find(
    (one) => one.startsAt <= at && at < one.endsAt && matches(one.match, alert),
  )
  if (silence) return { why: 'silence', silence: silence.id, until: silence.endsAt }
  return isMuted(route.mute, at) ? { why: 'muted' } : undefined
}
