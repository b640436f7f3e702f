import { z } from 'zod'
import { severities } from '../model/finding.ts'
import { epochMs, list } from './shapes.ts'

/** What `/api/v1/alerts`, `/journal` and `/me` answer, as schemas: the API's own description is made of them. */

export const AlertMatch = z
  .strictObject({
    severities: list(z.enum(severities)).optional(),
    causes: list(z.string()).optional(),
    teams: list(z.string()).optional(),
    jobs: list(z.string())
      .optional()
      .describe('cluster/namespace/name, where * is anything within a part.'),
  })
  .describe('What is not given does not matter; all that is given must hold.')
export type AlertMatch = z.output<typeof AlertMatch>

const RouteStanding = z.strictObject({
  route: z.string(),
  state: z.enum(['told', 'waiting', 'held']),
  why: z.enum(['silence', 'muted', 'recording', 'rate']).nullable(),
  silence: z.string().nullable().describe('The silence that holds it back.'),
  until: epochMs.nullable(),
})
export type RouteStanding = z.output<typeof RouteStanding>

const AlertView = z.strictObject({
  id: z.string(),
  job: z.string(),
  team: z.string(),
  cause: z.string(),
  severity: z.enum(severities),
  title: z.string(),
  subject: z.string(),
  text: z.string(),
  suggestion: z.string(),
  explains: list(z.string()),
  since: epochMs,
  firesAt: epochMs.describe('From when on it may be told; it is waiting until then.'),
  state: z.enum(['waiting', 'firing']),
  routes: list(RouteStanding).describe(
    'How it stands with each route that it takes; empty: nobody is told.',
  ),
})
export type AlertView = z.output<typeof AlertView>

const HeldBackView = z.strictObject({
  id: z.string(),
  job: z.string(),
  rule: z.string(),
  title: z.string(),
  subject: z.string(),
  severity: z.enum(severities),
  since: epochMs,
  by: z.string().describe('The alert that speaks for it.'),
  cause: z.string().describe('The cause of that alert.'),
})
export type HeldBackView = z.output<typeof HeldBackView>

/** `GET /api/v1/alerts?limit=`: what is open now, loudest first. */
export const AlertsPage = z.strictObject({
  at: epochMs,
  ready: z
    .boolean()
    .describe('False until it is known what was told before; then nobody is told anything.'),
  items: list(AlertView),
  total: z.int().nonnegative().describe('How many there are; items holds the first of them.'),
  heldBack: list(HeldBackView).describe('Symptoms that are not told since their cause is.'),
  heldBackTotal: z.int().nonnegative(),
  waitingMessages: z
    .int()
    .nonnegative()
    .describe('Messages whose delivery has not come to an end.'),
})
export type AlertsPage = z.output<typeof AlertsPage>

export const SilenceView = z.strictObject({
  id: z.string(),
  match: AlertMatch,
  startsAt: epochMs,
  endsAt: epochMs,
  by: z.string(),
  comment: z.string(),
  state: z.enum(['active', 'pending', 'ended']),
  holds: z.int().nonnegative().describe('Alerts that it holds back now.'),
})
export type SilenceView = z.output<typeof SilenceView>

/** `GET /api/v1/alerts/silences`, `POST` one, `DELETE …/{id}`. */
export const SilencesPage = z.strictObject({ items: list(SilenceView) })
export type SilencesPage = z.output<typeof SilencesPage>

const DeliveryView = z.strictObject({
  id: z.string(),
  at: epochMs,
  route: z.string(),
  target: z.string(),
  group: z.string(),
  status: z.enum(['firing', 'resolved', 'test']),
  reason: z.string(),
  title: z.string(),
  firing: z.int().nonnegative(),
  resolved: z.int().nonnegative(),
  attempts: z.int().nonnegative(),
  outcome: z
    .enum(['waiting', 'delivered', 'failed', 'refused', 'expired', 'again'])
    .describe('waiting: not tried yet. refused and expired are dead letters.'),
  detail: z.string(),
  triedAt: epochMs.nullable(),
})
export type DeliveryView = z.output<typeof DeliveryView>

const cursor = z.string().nullable().describe('Cursor of the next page, null at the end.')

/**
 * `GET /api/v1/alerts/deliveries?state=all|dead&cursor=&limit=`, newest first; `POST …/{id}/again` for a
 * dead letter.
 */
export const DeliveriesPage = z.strictObject({ items: list(DeliveryView), next: cursor })
export type DeliveriesPage = z.output<typeof DeliveriesPage>

const TargetView = z.strictObject({
  name: z.string(),
  kind: z.string(),
  source: z.enum(['config', 'page']),
  origin: z
    .string()
    .nullable()
    .describe(
      'Of targets from the page alone: scheme, host and port. Other addresses may be secrets.',
    ),
})
export type TargetView = z.output<typeof TargetView>

const RouteView = z.strictObject({
  name: z.string(),
  to: list(z.string()),
  match: AlertMatch,
  source: z.enum(['config', 'page']),
})
export type RouteView = z.output<typeof RouteView>

/** `GET /api/v1/alerts/targets`; `POST` one of the page, `DELETE …/{name}`, `POST …/{name}/test`. */
export const TargetsPage = z.strictObject({ targets: list(TargetView), routes: list(RouteView) })
export type TargetsPage = z.output<typeof TargetsPage>

/** `202` of a message that is sent (again): its delivery is told under this id. */
export const MessageSent = z.strictObject({ id: z.string() })
export type MessageSent = z.output<typeof MessageSent>

const JournalView = z.strictObject({
  at: epochMs,
  id: z.string(),
  who: z.string(),
  role: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.unknown(),
})

/** `GET /api/v1/journal?cursor=&limit=`, newest first. */
export const JournalPage = z.strictObject({ items: list(JournalView), next: cursor })
export type JournalPage = z.output<typeof JournalPage>

/** `GET /api/v1/me`: whose token it is and what it may. */
export const Me = z.strictObject({
  name: z.string(),
  role: z.enum(['viewer', 'operator', 'admin']),
  clusters: list(z.string()).nullable().describe('Null: all of them.'),
  namespaces: list(z.string()).nullable().describe('Null: all of them.'),
})
export type Me = z.output<typeof Me>
