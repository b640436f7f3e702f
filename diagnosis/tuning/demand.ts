import type { MeasuredVertex } from './measure.ts'

/** What arrives at a vertex. Censored: it is held up somewhere, so at least this much arrives. */
export interface Demand {
  readonly perSecond: number
  readonly censored: boolean
  /** Counted with the backlog in front of the sources, not estimated from rates. */
  readonly counted: boolean
  readonly basis: string
}

const SATURATED = 0.85
const HELD_BACK = 0.1
/** A demand this near to what is taken is no more than what is taken. */
const NOTICEABLE = 1.05

/**
 * What arrives at each vertex: at sources from their backlog, event time or what they carried before; below them by
 * the records that each of theirs becomes. `peak` is the demand of sources at the same hours of earlier days.
 */
export function demandsOf(
  measured: readonly MeasuredVertex[],
  peak: Readonly<Record<string, number>> = {},
): ReadonlyMap<string, Demand> {
  const demands = new Map<string, Demand>()
  for (const one of measured) {
    const own = ownDemand(one)
    const arriving = one.source ? peakOf(own, peak[one.vertex.id]) : propagated(one, demands)
    const best = better(one, own, arriving)
    if (best) demands.set(one.vertex.id, best)
  }
  return demands
}

/**
 * What a vertex shows by itself: with its backlog known, what it takes and by how much that grows; else the rate it
 * carried before it was held up, or what event time says (it advances at taken ÷ arriving); else a lower bound.
 */
export function ownDemand(one: MeasuredVertex): Demand | undefined {
  const { takenPerSecond: taken, lagGrowthPerSecond: growth } = one
  if (taken === undefined) return undefined
  if (growth !== undefined) {
    return {
      perSecond: Math.max(0, taken + growth),
      censored: false,
      counted: true,
      basis: 'the rate taken and the growth of the backlog',
    }
  }
  const { eventTimeSpeed: speed, carriedPerSecond: carried = 0 } = one
  const byEventTime = speed !== undefined && speed > 0.2 && speed < 0.98 ? taken / speed : 0
  const most = Math.max(taken, carried, byEventTime)
  if (most <= taken * NOTICEABLE) {
    return isHeldUp(one)
      ? estimate(taken, 'at least what it takes now; more may wait behind it', true)
      : estimate(taken, 'the rate it takes while nothing holds it up')
  }
  return carried >= byEventTime
    ? estimate(carried, 'the rate it carried before it was saturated')
    : estimate(byEventTime, 'the rate taken ÷ the speed of event time')
}

const estimate = (perSecond: number, basis: string, censored = false): Demand => ({
  ...{ perSecond, censored, basis },
  counted: false,
})

/** A peak of earlier days was counted then; a demand that has passed it is what counts now. */
function peakOf(own: Demand | undefined, peak: number | undefined): Demand | undefined {
  if (peak === undefined || (own && own.perSecond >= peak)) return undefined
  return { ...estimate(peak, 'the peak of the same hours on earlier days'), counted: true }
}

/** Σ over the inputs of demand × records per record; not known as soon as one of them is not. */
function propagated(one: MeasuredVertex, demands: ReadonlyMap<string, Demand>): Demand | undefined {
  if (one.inputs.length === 0) return undefined
  let [perSecond, censored, counted] = [0, false, true]
  for (const { from, perRecord } of one.inputs) {
    const demand = demands.get(from)
    if (!demand || perRecord === undefined) return undefined
    perSecond += demand.perSecond * perRecord
    censored ||= demand.censored
    counted &&= demand.counted
  }
  const basis = 'what its sources get, by the records each becomes'
  return { perSecond, censored, counted, basis }
}

/**
 * What was counted wins; then what a vertex shows by itself while it is the one that is held up. One that is not
 * takes what those above let through, which is less than what will come.
 */
function better(
  one: MeasuredVertex,
  own: Demand | undefined,
  arriving: Demand | undefined,
): Demand | undefined {
  if (!own || !arriving) return own ?? arriving
  if (one.source) return arriving
  if (own.counted !== arriving.counted) return own.counted ? own : arriving
  if (!isHeldUp(one)) return arriving
  return own.censored && !arriving.censored ? arriving : own
}

/** A vertex this busy has no time left; one this backpressured waits for others. */
function isHeldUp({ load }: MeasuredVertex): boolean {
  return (load.maxBusy ?? 1) >= SATURATED || (load.maxBackpressured ?? 0) >= HELD_BACK
}
