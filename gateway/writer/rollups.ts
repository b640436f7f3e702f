import { type Clock, every } from '../../core/kit/clock.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { Store } from '../../core/store/open.ts'
import { rollUp } from '../../core/store/rollups.ts'
import type { GatewayEvents } from '../events.ts'

export interface RollupsDeps {
  readonly store: Store
  readonly clock: Clock
  readonly events: GatewayEvents
}

const EVERY_MS = 60_000

/** Keeps the rollups up to date, minute by minute. A failure is told and tried again with the next. */
export function startRollups({ store, clock, events }: RollupsDeps, scope: Scope): void {
  const own = scope.child('rollups')
  const run = async () => {
    for await (const _ of every(EVERY_MS, clock, own.signal)) {
      try {
        const windows = await rollUp(store)
        if (windows > 0) events.windowsRolledUp({ count: windows })
      } catch (error) {
        if (own.signal.aborted) return
        events.rollupFailed({ error })
      }
    }
  }
  const running = run()
  own.add('rollups', () => running)
}
