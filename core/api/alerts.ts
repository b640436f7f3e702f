import type { Severity } from '../model/finding.ts'

/** What `/api/v1/alerts` answers. Times are epoch milliseconds. */

export interface AlertMatch {
  readonly severities?: readonly Severity[] | undefined
  readonly causes?: readonly string[] | undefined
  readonly teams?: readonly string[] | undefined
  /** `cluster/namespace/name`, where * is anything within a part. */
  readonly jobs?: readonly string[] | undefined
}

/** `GET /api/v1/alerts?limit=`: what is open now, loudest first. */
export interface AlertsPage {
  readonly at: number
  /** False until it is known what was told before; then nobody is told anything. */
  readonly ready: boolean
  readonly items: readonly AlertView[]
  /** How many there are; `items` holds the first of them. */
  readonly total: number
  /** Symptoms that are not told since their cause is. */
  readonly heldBack: readonly HeldBackView[]
  readonly heldBackTotal: number
  /** Messages whose delivery has not come to an end. */
  readonly waitingMessages: number
}

export interface AlertView {
  readonly id: string
  readonly job: string
  readonly team: string
  readonly cause: string
  readonly severity: Severity
  readonly title: string
  readonly subject: string
  readonly text: string
  readonly suggestion: string
  readonly explains: readonly string[]
  readonly since: number
  /** From when on it may be told; `waiting` until then. */
  readonly firesAt: number
  readonly state: 'waiting' | 'firing'
  /** How it stands with each route that it takes; empty: nobody is told. */
  readonly routes: readonly RouteStanding[]
}

export interface RouteStanding {
  readonly route: string
  readonly state: 'told' | 'waiting' | 'held'
  readonly why: 'silence' | 'muted' | 'recording' | 'rate' | null
  /** The silence that holds it back, and until when. */
  readonly silence: string | null
  readonly until: number | null
}

export interface HeldBackView {
  readonly id: string
  readonly job: string
  readonly rule: string
  readonly title: string
  readonly subject: string
  readonly severity: Severity
  readonly since: number
  /** The alert that speaks for it, and its cause. */
  readonly by: string
  readonly cause: string
}

/** `GET /api/v1/alerts/silences`, `POST` one, `DELETE …/{id}`. */
export interface SilencesPage {
  readonly items: readonly SilenceView[]
}
export interface SilenceView {
  readonly id: string
  readonly match: AlertMatch
  readonly startsAt: number
  readonly endsAt: number
  readonly by: string
  readonly comment: string
  readonly state: 'active' | 'pending' | 'ended'
  /** Alerts that it holds back now. */
  readonly holds: number
}

/** `GET /api/v1/alerts/deliveries?state=all|dead&cursor=&limit=`, newest first; `POST …/{id}/again` for a dead letter. */
export interface DeliveriesPage {
  readonly items: readonly DeliveryView[]
  /** Cursor of the next page, null at the end. */
  readonly next: string | null
}
export interface DeliveryView {
  readonly id: string
  readonly at: number
  readonly route: string
  readonly target: string
  readonly group: string
  readonly status: 'firing' | 'resolved' | 'test'
  readonly reason: string
  readonly title: string
  readonly firing: number
  readonly resolved: number
  readonly attempts: number
  /** `waiting`: not tried yet. `refused` and `expired` are dead letters. */
  readonly outcome: 'waiting' | 'delivered' | 'failed' | 'refused' | 'expired' | 'again'
  readonly detail: string
  readonly triedAt: number | null
}

/** `GET /api/v1/alerts/targets`; `POST` one of the page, `DELETE …/{name}`, `POST …/{name}/test`. */
export interface TargetsPage {
  readonly targets: readonly TargetView[]
  readonly routes: readonly RouteView[]
}
export interface TargetView {
  readonly name: string
  readonly kind: string
  readonly source: 'config' | 'page'
  /** Of targets from the page alone: scheme, host and port. Addresses may be secrets. */
  readonly origin: string | null
}
export interface RouteView {
  readonly name: string
  readonly to: readonly string[]
  readonly match: AlertMatch
  readonly source: 'config' | 'page'
}

/** `202` of a test message: its delivery is told under this id. */
export interface TestSent {
  readonly id: string
}

/** `GET /api/v1/journal?cursor=&limit=`, newest first. */
export interface JournalPage {
  readonly items: readonly JournalView[]
  readonly next: string | null
}
export interface JournalView {
  readonly at: number
  readonly id: string
  readonly who: string
  readonly role: string
  readonly action: string
  readonly subject: string
  readonly details: unknown
}

/** `GET /api/v1/me`: whose token it is and what it may. */
export interface Me {
  readonly name: string
  readonly role: 'viewer' | 'operator' | 'admin'
  /** Null: all of them. */
  readonly clusters: readonly string[] | null
  readonly namespaces: readonly string[] | null
}
