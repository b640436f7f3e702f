import type { Clock } from '../../core/kit/clock.ts'
import { every } from '../../core/kit/clock.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { OpenBook } from './book.ts'
import type { AlertsConfig } from './config.ts'
import type { AlertEvents } from './happenings.ts'
import { aliveSender } from './send/alertmanager.ts'

export interface AliveDeps {
  readonly book: () => OpenBook | undefined
  readonly clock: Clock
  readonly events: AlertEvents
}

/** Tells each Alertmanager again and again what fires, or it would take it for over. */
export function keepAlive(config: AlertsConfig, deps: AliveDeps, scope: Scope): void {
  const { book, clock, events } = deps
  for (const [name, target] of Object.entries(config.targets)) {
    if (target.kind !== 'alertmanager') continue
    const send = aliveSender(target, config.pageUrl)
    const beat = async (at: number) => {
      const groups = [...(book()?.groups.values() ?? [])].flatMap(({ targets, told, ...own }) => {
        const firing = told.filter(({ endsAt }) => endsAt === null)
        return targets.includes(name) && firing.length > 0 ? [{ ...own, told: firing }] : []
      })
      if (groups.length === 0) return
      const { kind, detail } = await send(groups, at, scope.signal)
      if (kind !== 'delivered') events.unalive({ target: name, detail })
    }
    const beats = async () => {
      for await (const at of every(target.resendMs, clock, scope.signal)) {
        await beat(at).catch((error: unknown) => {
          if (!scope.signal.aborted) events.unalive({ target: name, error })
        })
      }
    }
    const beating = beats()
    scope.add(`alive ${name}`, () => beating)
  }
}
