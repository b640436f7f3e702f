import type { Clock } from '../../core/kit/clock.ts'
import type { EventKit } from '../../core/kit/events.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { Rounds } from '../rounds/rounds.ts'
import { keepAlive } from './alive.ts'
import type { AlertsConfig } from './config.ts'
import { type Courier, startCourier } from './courier.ts'
import { type Engine, startEngine } from './engine.ts'
import { forMsOf } from './for.ts'
import { alertEvents } from './happenings.ts'
import { teamOf } from './match.ts'
import type { AlertRecords } from './records.ts'
import type { Target } from './send/outcome.ts'
import { targetOf } from './send/targets.ts'

export interface AlertsDeps {
  readonly rounds: Pick<Rounds, 'latestDiagnoses' | 'onRound'>
  readonly records: AlertRecords
  /** Whether the facts of a cluster come from a recording: nobody is told of those. */
  readonly recordings: (cluster: string) => boolean
  readonly clock: Clock
  readonly kit: EventKit
}

/** Alerting while it runs. */
export interface Alerts {
  readonly engine: Engine
  readonly courier: Courier
}

/** Follows the rounds and tells people, until its scope closes. */
export function startAlerts(config: AlertsConfig, deps: AlertsDeps, scope: Scope): Alerts {
  const { clock, records, rounds } = deps
  const own = scope.child('alerts')
  const events = alertEvents({ ...deps.kit, clock })
  const { pageUrl, platformWide, routes } = config
  const targets = new Map<string, Target>(
    Object.entries(config.targets).map(([name, one]) => [name, targetOf(name, one, pageUrl)]),
  )
  const courier = startCourier(
    {
      targetOf: (name) => targets.get(name),
      mark: (attempt) => records.mark(attempt),
      ...{ clock, events },
    },
    own,
  )
  const engine = startEngine(
    {
      ...{ rounds, records, courier, clock, events },
      plan: () => ({
        ...{ routes, wideJobs: platformWide.jobs, wideIntervalMs: platformWide.intervalMs },
      }),
      rules: {
        forMs: (finding) => forMsOf(config.forMs, finding),
        teamOf: (job) => teamOf(config.teams, job),
      },
      silences: () => [],
      isRecording: deps.recordings,
    },
    own,
  )
  keepAlive(config, { book: engine.book, clock, events }, own)
  return { engine, courier }
}
