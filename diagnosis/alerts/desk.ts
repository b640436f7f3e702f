import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/kit/clock.ts'
import { UsageError } from '../../core/kit/errors.ts'
import type { AlertsConfig, RouteConfig } from './config.ts'
import type { Courier } from './courier.ts'
import type { Engine } from './engine.ts'
import type { Match } from './match.ts'
import { type Notice, noticeId } from './notice.ts'
import type { AlertRecords, Delivery } from './records.ts'
import type { Silence } from './routing.ts'
import type { PageTarget, Settings } from './settings.ts'

/** Who asks for a change: for the journal. */
export interface Who {
  readonly name: string
  readonly role: string
}

export interface SilenceDraft {
  readonly match: Match
  readonly startsAt: number
  readonly endsAt: number
  readonly comment: string
}

/**
 * Where people look at alerts and change what is told. Each change is in the journal before it counts, with
 * who made it.
 */
export interface AlertDesk {
  readonly engine: Engine
  readonly courier: Courier
  readonly settings: Pick<Settings, 'silences' | 'targets'>
  readonly config: AlertsConfig
  routes(): readonly RouteConfig[]
  silence(draft: SilenceDraft, who: Who): Promise<Silence>
  endSilence(silence: Silence, who: Who): Promise<Silence>
  addTarget(target: Omit<PageTarget, 'by'>, who: Who): Promise<void>
  removeTarget(name: string, who: Who): Promise<void>
  /** Sends a test message; resolves with its id once it is kept. */
  test(target: string, who: Who): Promise<string>
  deliveries: AlertRecords['deliveries']
  /**
   * Tries a dead letter again.
   * @throws UsageError when it is none
   */
  again(delivery: Delivery, who: Who): Promise<void>
  journal: AlertRecords['journal']
}

export interface DeskDeps {
  readonly config: AlertsConfig
  readonly routes: () => readonly RouteConfig[]
  readonly settings: Settings
  readonly engine: Engine
  readonly courier: Courier
  readonly records: AlertRecords
  readonly clock: Clock
}

export function createDesk(deps: DeskDeps): AlertDesk {
  const { config, settings, engine, courier, records, clock } = deps

  const note = (who: Who, action: string, subject: string, details: unknown = null) =>
    records.note({
      ...{ at: clock.now(), id: randomUUID(), who: who.name, role: who.role },
      ...{ action, subject, details },
    })

  return {
    ...{ engine, courier, settings, config, routes: deps.routes },
    deliveries: (page) => records.deliveries(page),
    journal: (page) => records.journal(page),

    async silence(draft, who) {
      const silence = { id: randomUUID(), ...draft, by: who.name }
      await note(who, 'silence-made', silence.id, draft)
      await settings.setSilence(silence)
      return silence
    },
    async endSilence(silence, who) {
      const ended = { ...silence, endsAt: clock.now() }
      await note(who, 'silence-ended', silence.id)
      await settings.setSilence(ended)
      return ended
    },
    async addTarget(target, who) {
      const { name, url, match } = target
      await note(who, 'target-made', name, { origin: new URL(url).origin, match })
      await settings.setTarget({ ...target, by: who.name })
    },
    async removeTarget(name, who) {
      await note(who, 'target-removed', name)
      await settings.removeTarget(name)
    },
    async test(target, who) {
      const notice = testNotice(target, clock.now())
      await note(who, 'test-sent', target, { id: notice.id })
      await records.keepTest(notice)
      courier.add([{ notice, attempts: 0 }])
      return notice.id
    },
    async again({ id, notice, outcome, attempts, target }, who) {
      if (outcome !== 'refused' && outcome !== 'expired') {
        throw new UsageError('Only a dead letter can be sent again; this one is none.')
      }
      await note(who, 'delivery-again', id)
      const detail = `${who.name} asked for it.`
      const mark = { id, at: clock.now(), attempt: attempts + 1, target, detail, tookMs: 0 }
      await records.mark({ ...mark, outcome: 'again' })
      courier.add([{ notice, attempts: attempts + 1 }])
    },
  }
}

function testNotice(target: string, at: number): Notice {
  // Each test is a message of its own, also two in one millisecond.
  const id = noticeId(['test', target, at, randomUUID()])
  return {
    ...{ id, at, route: '', target, group: `test ${id}`, status: 'test', reason: 'test' },
    ...{ labels: {}, wide: null, alerts: [], firing: 0, resolved: 0 },
  }
}
