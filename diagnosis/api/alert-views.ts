import type {
  AlertsPage,
  AlertView,
  DeliveryView,
  RouteStanding,
  SilenceView,
  TargetsPage,
} from '../../core/api/alerts.ts'
import type { Alert } from '../alerts/alert.ts'
import type { Standing } from '../alerts/decide.ts'
import type { AlertDesk } from '../alerts/desk.ts'
import { matches } from '../alerts/match.ts'
import type { Delivery } from '../alerts/records.ts'
import type { Silence } from '../alerts/routing.ts'
import { titleOf } from '../alerts/send/words.ts'
import { rank } from '../engine/track.ts'
import { type Caller, sees, seesJob } from './caller.ts'

/** What is open now, as far as the one who asks may see it. */
export function alertsPage(
  { engine, courier }: AlertDesk,
  caller: Caller,
  at: number,
  limit: number,
): AlertsPage {
  const alerts = [...engine.watch.alerts().values()].filter(({ ref }) => sees(caller, ref))
  const standings = new Map<string, Standing[]>()
  for (const one of engine.standings()) {
    const own = standings.get(one.alert) ?? []
    standings.set(one.alert, own)
    own.push(one)
  }
  const isFiring = ({ firesAt }: Alert) => (firesAt <= at ? 0 : 1)
  alerts.sort(
    (a, b) => isFiring(a) - isFiring(b) || rank(a.severity) - rank(b.severity) || b.since - a.since,
  )
  const folded = [...engine.watch.folded().values()].filter(({ job }) => seesJob(caller, job))
  return {
    at,
    ready: engine.book() !== undefined,
    items: alerts.slice(0, limit).map((one) => alertView(one, standings.get(one.id) ?? [], at)),
    total: alerts.length,
    heldBack: folded.slice(0, limit).map((one) => ({
      ...one,
      cause: engine.watch.alerts().get(one.by)?.cause ?? '',
    })),
    heldBackTotal: folded.length,
    waitingMessages: courier.waiting(),
  }
}

function alertView(alert: Alert, standings: readonly Standing[], at: number): AlertView {
  const { ref: _, category: __, urgent: ___, ...told } = alert
  const state = alert.firesAt <= at ? 'firing' : 'waiting'
  return { ...told, state, routes: standings.map(routeStanding) }
}

function routeStanding({ route, state, held }: Standing): RouteStanding {
  const silenced = held?.why === 'silence' ? held : undefined
  return {
    ...{ route, state, why: held?.why ?? null },
    ...{ silence: silenced?.silence ?? null, until: silenced?.until ?? null },
  }
}

export function silenceView(silence: Silence, { engine }: AlertDesk, at: number): SilenceView {
  const { id, match, startsAt, endsAt, by, comment } = silence
  const state = endsAt <= at ? 'ended' : startsAt > at ? 'pending' : 'active'
  const held = [...engine.watch.alerts().values()].filter((alert) => matches(match, alert))
  const holds = state === 'active' ? held.length : 0
  return { id, match, startsAt, endsAt, by, comment, state, holds }
}

/** Addresses and secrets stay where they are; what a target is called is enough to talk about it. */
export function targetsPage({ config, settings, routes }: AlertDesk): TargetsPage {
  const fromPage = settings.targets()
  const isFromPage = (name: string) => fromPage.some((one) => one.name === name)
  return {
    targets: [
      ...Object.entries(config.targets).map(([name, { kind }]) => {
        return { name, kind, source: 'config' as const, origin: null }
      }),
      ...fromPage.map(({ name, url }) => {
        return { name, kind: 'webhook', source: 'page' as const, origin: new URL(url).origin }
      }),
    ],
    routes: routes().map(({ name, to, match }) => {
      return { name, to, match, source: isFromPage(name) ? ('page' as const) : ('config' as const) }
    }),
  }
}

export function deliveryView(delivery: Delivery): DeliveryView {
  const { id, at, target, attempts, outcome, detail, triedAt, notice } = delivery
  const { route, group, status, reason, firing, resolved } = notice
  return {
    ...{ id, at, route, target, group, status, reason, title: titleOf(notice), firing, resolved },
    ...{ attempts, outcome: outcome ?? 'waiting', detail, triedAt },
  }
}

/** A message that tells of a job one may not see is not one's own, whatever else it tells. */
export function seesDelivery(caller: Caller, { notice }: Delivery): boolean {
  return notice.alerts.every(({ job }) => seesJob(caller, job))
}
