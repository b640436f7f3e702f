import type { Need } from '../engine/rule.ts'
import type { Backlog } from '../signals/sources.ts'
import { type Stall, stallsOf } from '../signals/stalls.ts'

export const stalls: Need<readonly Stall[]> = {
  missing: 'watermarks of sources and of what they feed (Prometheus reporter)',
  read: stallsOf,
}

/** This share of what waited is gone, and it was worth more than a look: a backlog that is worked off. */
const DRAINED = 0.1
const WORTH_SECONDS = 10
/** Less is under way between broker and source at any time: then it is done. */
const LEFT_SECONDS = 1

/** Whether a backlog is more than what was under way, and steadily gets less. */
export function isDraining(backlog: Backlog | undefined): boolean {
  if (!backlog) return false
  const { trend, readPerSecond } = backlog
  return (
    trend.isSteady &&
    trend.perSecond < 0 &&
    trend.from >= WORTH_SECONDS * readPerSecond &&
    trend.to <= trend.from * (1 - DRAINED) &&
    trend.to >= LEFT_SECONDS * readPerSecond
  )
}
