import type { Clock } from '../../core/kit/clock.ts'
import type { EventKit } from '../../core/kit/events.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { Rounds } from '../rounds/rounds.ts'
import { keepAlive } from './alive.ts'
import { type AlertsConfig, type RouteConfig, routeConfig } from './config.ts'
import { startCourier } from './courier.ts'
import { type AlertDesk, createDesk } from './desk.ts'
import { startEngine } from './engine.ts'
import { forMsOf } from './for.ts'
import { alertEvents } from './happenings.ts'
import { teamOf } from './match.ts'
import type { AlertRecords } from './records.ts'
import { pageTargetOf, targetOf } from './send/targets.ts'
import { createSettings, type PageTarget } from './settings.ts'

export interface AlertsDeps {
  readonly rounds: Pick<Rounds, 'latestDiagnoses' | 'onRound'>
  readonly records: AlertRecords
  /** Whether the facts of a cluster come from a recording: nobody is told of those. */
  readonly recordings: (cluster: string) => boolean
  readonly clock: Clock
  readonly kit: EventKit
}

/** Follows the rounds and tells people, until its scope closes. */
export function startAlerts(config: AlertsConfig, deps: AlertsDeps, scope: Scope): AlertDesk {
  const { clock, records, rounds } = deps
  const own = scope.child('alerts')
  const events = alertEvents({ ...deps.kit, clock })
  const { pageUrl, platformWide } = config
  const settings = createSettings(records, { clock, events })
  const configured = new Map(
    Object.entries(config.targets).map(([name, one]) => [name, targetOf(name, one, pageUrl)]),
  )
  const courier = startCourier(
    {
      targetOf(name) {
        const page = settings.targets().find((one) => one.name === name)
        return configured.get(name) ?? (page && pageTargetOf(name, page.url, pageUrl))
      },
      mark: (attempt) => records.mark(attempt),
      ...{ clock, events },
    },
    own,
  )
  const routes = () => [...settings.targets().map(routeTo), ...config.routes]
  const engine = startEngine(
    {
      ...{ rounds, records, courier, clock, events },
      plan: () => ({
        routes: routes(),
        wideIntervalMs: platformWide.intervalMs,
      }),
      prepare: () => settings.load(),
      rules: {
        forMs: (finding) => forMsOf(config.forMs, finding),
        teamOf: (job) => teamOf(config.teams, job),
      },
      silences: () => settings.silences(),
      isRecording: deps.recordings,
    },
    own,
  )
  keepAlive(config, { book: engine.book, clock, events }, own)
  return createDesk({ config, routes, settings, engine, courier, records, clock })
}

/** A target of the page is told what it asked for, whatever the routes of the configuration do with it. */
function routeTo({ name, match }: PageTarget): RouteConfig {
  return routeConfig.parse({ name, to: [name], match, continue: true })
}
