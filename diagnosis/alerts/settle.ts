import { rank } from '../engine/track.ts'
import type { Alert } from './alert.ts'
import type { RouteConfig } from './config.ts'
import type { Decision, GroupBook, World } from './decide.ts'
import type { Group } from './group.ts'
import { MOST_TOLD, type Notice, noticeId, type Told, type Wide } from './notice.ts'
import { heldBack } from './routing.ts'

/** A group with what it has told and what is new. */
export interface Draft {
  /** Undefined when it is no longer configured: then it only ends what it began. */
  readonly route: RouteConfig | undefined
  readonly group: Group
  readonly book: GroupBook | undefined
  readonly fresh: Alert[]
}

export interface Terms {
  readonly world: World
  /** An alert no quieter than it was told. */
  readonly loud: (alert: Alert) => Alert
  readonly intervalMs: number
  readonly wide: Wide | undefined
  /** Messages of things that fire that the route has sent within the hour. */
  readonly spent: number
}

export interface Settled {
  readonly decision?: Decision
  /** It would be told now, but the route has told too much. */
  readonly limited?: true
}

/** Decides on one group: whether something is to be told now, and what. */
export function settle(draft: Draft, terms: Terms): Settled {
  const { route, fresh } = draft
  const { at } = terms.world
  const news = newsOf(draft, terms)
  const { rest, over, worse } = news
  const fires = fresh.length > 0 || rest.length > 0
  const isNew = fresh.length + worse.length > 0
  if (fires && !isNew && (!route || isHushed(route, news, terms))) return {}
  if (at < dueAt(draft, news, terms)) return {}
  if (fires && route && terms.spent >= route.mostPerHour) return { limited: true }
  const reason = !fires
    ? 'resolved'
    : rest.length + over.length === 0
      ? 'new'
      : fresh.length + over.length + worse.length > 0
        ? 'changed'
        : 'repeat'
  return { decision: decisionOf(draft, news, terms, reason) }
}

interface Rest {
  readonly told: Told
  /** As it is now; undefined where nothing is known now, or its cause speaks for it. */
  readonly open: Alert | undefined
}

interface News {
  /** Told before, and still the case as far as is known. */
  readonly rest: readonly Rest[]
  readonly over: readonly Told[]
  /** Of the rest: those that have become worse than they were told. */
  readonly worse: readonly Alert[]
  /** Ended a moment ago: firing again is no news that cannot wait. */
  readonly ended: readonly Told[]
}

function newsOf({ route, book }: Draft, { world, loud }: Terms): News {
  const { at } = world
  const rest: Rest[] = []
  const over: Told[] = []
  const worse: Alert[] = []
  for (const told of book?.told ?? []) {
    if (told.endsAt !== null) continue
    const open = world.alerts.get(told.id)
    if (open) {
      const alert = loud(open)
      rest.push({ told, open: alert })
      const isWorse = rank(alert.severity) < rank(told.severity)
      if (isWorse && route && !heldBack(alert, route, world)) worse.push(alert)
      continue
    }
    const about = world.about(told.job)
    if (world.folded.has(told.id) || about === 'unknown') rest.push({ told, open })
    else over.push({ ...told, endsAt: at, ended: about === 'known' ? 'healthy' : 'unheard' })
  }
  return { rest, over, worse, ended: (book?.told ?? []).filter(({ endsAt }) => endsAt !== null) }
}

/** Whether all that still fires is held back, or is not even known to fire. */
function isHushed(route: RouteConfig, { rest, over }: News, { world }: Terms): boolean {
  let isAnyOpen = false
  for (const { open } of rest) {
    if (!open) continue
    if (!heldBack(open, route, world)) return false
    isAnyOpen = true
  }
  return isAnyOpen || over.length === 0
}

/** When what is new may be told, or what is old again; never, when there is neither. */
function dueAt({ route, book, fresh }: Draft, news: News, { world, intervalMs, wide }: Terms) {
  const { rest, over, worse, ended } = news
  const toldAt = book?.toldAt ?? Number.NEGATIVE_INFINITY
  if (fresh.length + over.length + worse.length === 0) {
    return rest.length > 0 && route ? toldAt + route.repeatMs : Number.POSITIVE_INFINITY
  }
  const waitMs = route?.waitMs ?? 0
  const begun = rest.length + over.length > 0
  const isOver = fresh.length + rest.length === 0
  const calmAt = toldAt + (isOver ? (route?.intervalMs ?? 0) : intervalMs)
  const firstAt = Math.min(...fresh.map(({ firesAt }) => firesAt)) + waitMs
  const regularAt = begun ? calmAt : Math.max(firstAt, calmAt)
  // What is platform-wide has been told by one of its kind.
  if (wide && begun) return regularAt
  const flapping = new Set(ended.map(({ id }) => id))
  const urgent = fresh.filter((alert) => alert.urgent && !flapping.has(alert.id))
  const urgentAt = Math.min(...urgent.map(({ firesAt }) => firesAt)) + waitMs
  const nowCrit = worse.some(({ severity }) => severity === 'crit')
  return Math.min(regularAt, urgentAt, nowCrit ? world.at : Number.POSITIVE_INFINITY)
}

function decisionOf(
  { route, group, book, fresh }: Draft,
  { rest, over, ended }: News,
  { world: { at }, wide }: Terms,
  reason: Notice['reason'],
): Decision {
  const sequence = (book?.sequence ?? 0) + 1
  const still = rest.map(({ told, open }) => (open ? tell(open) : told))
  const firing = [...still, ...fresh.map(tell)].sort(
    (a, b) => rank(a.severity) - rank(b.severity) || a.startsAt - b.startsAt,
  )
  const before = book && rest.length + over.length > 0 ? book.targets : []
  const targets = [...new Set([...before, ...(firing.length > 0 ? (route?.to ?? []) : [])])]
  const name = route?.name ?? book?.route ?? ''
  const flapMs = route?.intervalMs ?? 0
  const again = new Set(firing.map(({ id }) => id))
  const lately = ended.filter(({ id, endsAt }) => at - (endsAt ?? 0) < flapMs && !again.has(id))
  const told = [...firing, ...over, ...lately]
  const own = { route: name, group: group.key, labels: group.labels }
  const alerts = [...firing, ...over].slice(0, MOST_TOLD)
  const notices = targets.map(
    (target): Notice => ({
      id: noticeId([name, target, group.key, sequence, at]),
      ...{ at, ...own, target, reason, alerts, wide: wide ?? null },
      status: firing.length > 0 ? 'firing' : 'resolved',
      ...{ firing: firing.length, resolved: over.length },
    }),
  )
  return { book: { ...own, sequence, toldAt: at, targets, told }, notices }
}

/** An alert as it is told while it fires. */
export function tell(alert: Alert): Told {
  const { id, job, ref, team, cause, severity, title, subject, text, suggestion, explains } = alert
  const who = { id, job, ...ref, team }
  const what = { cause, severity, title, subject, text, suggestion, explains }
  return { ...who, ...what, startsAt: alert.since, endsAt: null, ended: null }
}
