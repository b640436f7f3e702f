import type { Registry } from 'prom-client'
import type { Payload } from '../../core/api/batch.ts'
import { type Clock, every } from '../../core/kit/clock.ts'
import { messageOf } from '../../core/kit/errors.ts'
import { event } from '../../core/kit/events.ts'
import type { Log } from '../../core/kit/log.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { Source } from './source.ts'

export interface RunDeps {
  /** Takes what was learned; returns at once, the shipper keeps it until it is acknowledged. */
  readonly ship: (payload: Payload) => void
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
}

/** Polls each source at its own pace until the scope closes. One source’s trouble never hurts another. */
export function runSources(sources: readonly Source[], deps: RunDeps, scope: Scope): void {
  const { clock, registry, log, ship } = deps
  const failed = event<'source'>(
    { log, registry, clock },
    {
      metric: 'weir_agent_polls_failed_total',
      help: 'Looks of a source that failed for a reason of its own.',
      labels: ['source'],
      level: 'warn',
      sentence: 'A source failed.',
    },
  )
  const loop = async (source: Source) => {
    for await (const _ of every(source.everyMs, clock, scope.signal)) {
      try {
        for (const payload of await source.poll(scope.signal)) ship(payload)
      } catch (error) {
        if (scope.signal.aborted) return
        failed({
          source: source.name.split(' ', 1)[0] ?? '',
          name: source.name,
          reason: messageOf(error),
        })
      }
    }
  }
  for (const source of sources) {
    const running = loop(source)
    scope.add(source.name, () => running)
  }
}
