import type { Severity } from '../../core/model/finding.ts'
import { rank } from '../engine/track.ts'
import { type Alert, worst } from './alert.ts'
import type { RouteConfig } from './config.ts'
import { groupOf, isWide, lastWide, wideTroubles } from './group.ts'
import type { Notice, Told } from './notice.ts'
import { type Held, type Holds, heldBack, routesFor } from './routing.ts'
import { type Draft, settle } from './settle.ts'

export interface Plan {
  readonly routes: readonly RouteConfig[]
  /** Between two messages of a trouble that many jobs share, while it grows or shrinks. */
  readonly wideIntervalMs: number
}

/** What is the case at a moment. */
export interface World extends Holds {
  /** All causes that are open, by id, whether they may be told yet or not. */
  readonly alerts: ReadonlyMap<string, Alert>
  /** Ids of open findings that an alert speaks for. */
  readonly folded: ReadonlySet<string>
  /** `unknown`: nothing is known now, which changes nothing; `unheard`: for so long that its alerts end. */
  readonly about: (job: string) => 'known' | 'unknown' | 'unheard'
}

/** What one route has said about one group: all that a decision rests on, and all that must outlive us. */
export interface GroupBook {
  readonly route: string
  readonly group: string
  readonly labels: Readonly<Record<string, string>>
  readonly sequence: number
  readonly toldAt: number
  /** Who was told while something fired: they will hear of its end. */
  readonly targets: readonly string[]
  /** As it was told last; what is over stays for a moment, so that flapping is no news. */
  readonly told: readonly Told[]
}

export interface Book {
  /** By `bookKey`. */
  readonly groups: ReadonlyMap<string, GroupBook>
  /** When each route sent messages of things that fire, within the last hour at least. */
  readonly firedAt: ReadonlyMap<string, readonly number[]>
}

/** One message per target, and the book after them: they are kept together or not at all. */
export interface Decision {
  readonly book: GroupBook
  readonly notices: readonly Notice[]
}

/** How an alert that fires stands with a route. */
export interface Standing {
  readonly alert: string
  readonly route: string
  readonly state: 'told' | 'waiting' | 'held'
  readonly held?: Held
}

export interface Decided {
  readonly decisions: readonly Decision[]
  readonly standings: readonly Standing[]
}

export const bookKey = (route: string, group: string) => JSON.stringify([route, group])

const HOUR_MS = 3_600_000

/**
 * Compares what is the case with what was told, and says what is to be told now. Pure: the same case and
 * the same book give the same messages under the same ids, so whoever forgets an answer may ask again.
 */
export function decide(plan: Plan, world: World, book: Book): Decided {
  const told = liveTold(book)
  const loud = (alert: Alert): Alert => {
    const before = told.get(alert.id)?.severity
    return before === undefined || rank(alert.severity) <= rank(before)
      ? alert
      : { ...alert, severity: before }
  }
  const wide = wideTroubles(world.alerts.values())
  const { drafts, standings } = draw(plan, world, book, { told, loud })
  const decisions: Decision[] = []
  const fired = new Map<string, number>()
  for (const draft of drafts) {
    const route = draft.route?.name ?? ''
    const hourly = (book.firedAt.get(route) ?? []).filter((at) => at > world.at - HOUR_MS).length
    const { decision, limited } = settle(draft, {
      ...{
        world,
        loud,
        intervalMs: intervalOf(draft, plan),
        wide: wide.get(draft.group.key) ?? lastWide(draft),
      },
      spent: hourly + (fired.get(route) ?? 0),
    })
    if (decision) decisions.push(decision)
    const fires = decision?.notices.some(({ status }) => status === 'firing')
    if (fires) fired.set(route, (fired.get(route) ?? 0) + 1)
    const state = decision ? 'told' : limited ? 'held' : 'waiting'
    for (const { id } of draft.fresh) {
      const held = state === 'held' ? { held: { why: 'rate' } as const } : {}
      standings.push({ alert: id, route, state, ...held })
    }
  }
  return { decisions, standings }
}

interface Drawn {
  readonly told: ReturnType<typeof liveTold>
  readonly loud: (alert: Alert) => Alert
}

/** Every group that has told something or has something to tell, and what is told or held back already. */
function draw(plan: Plan, world: World, book: Book, { told, loud }: Drawn) {
  const drafts = new Map<string, Draft>()
  const standings: Standing[] = []
  for (const [key, own] of book.groups) {
    const route = plan.routes.find(({ name }) => name === own.route)
    drafts.set(key, { route, group: { key: own.group, labels: own.labels }, book: own, fresh: [] })
  }
  for (const open of world.alerts.values()) {
    if (open.firesAt > world.at) continue
    const alert = loud(open)
    for (const route of routesFor(alert, plan.routes)) {
      const standing = { alert: alert.id, route: route.name }
      const held = heldBack(alert, route, world)
      const isTold = told.get(alert.id)?.routes.has(route.name) === true
      if (held) standings.push({ ...standing, state: 'held', held })
      else if (isTold) standings.push({ ...standing, state: 'told' })
      if (held || isTold) continue
      const group = groupOf(alert, route.groupBy)
      const key = bookKey(route.name, group.key)
      const draft = drafts.get(key) ?? { route, group, book: undefined, fresh: [] }
      drafts.set(key, draft)
      draft.fresh.push(alert)
    }
  }
  return { drafts: drafts.values(), standings }
}

/** How loud each alert was told that has not ended, and by which routes: it never becomes quieter. */
function liveTold({ groups }: Book) {
  const live = new Map<string, { severity: Severity; readonly routes: Set<string> }>()
  for (const { route, told } of groups.values()) {
    for (const { id, severity, endsAt } of told) {
      if (endsAt !== null) continue
      const known = live.get(id) ?? { severity, routes: new Set<string>() }
      live.set(id, known)
      known.severity = worst([known.severity, severity])
      known.routes.add(route)
    }
  }
  return live
}

function intervalOf({ group, route }: Draft, { wideIntervalMs }: Plan): number {
  return isWide(group.key) ? wideIntervalMs : (route?.intervalMs ?? 0)
}
