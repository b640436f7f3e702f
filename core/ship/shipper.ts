import type { Payload } from '../api/batch.ts'
import type { Clock } from '../kit/clock.ts'
import type { Log } from '../kit/log.ts'
import type { Scope } from '../kit/scope.ts'
import { createGapList, type Gap, type GapReason } from './gaps.ts'
import { type Keep, keepInMemory, type Waiting } from './keep.ts'
import { createLane, type Lane } from './lane.ts'
import { defaultShipLimits, type ShipLimits } from './limits.ts'
import { type Send, spanOf } from './outgoing.ts'
import { splitPayload } from './split.ts'

export interface ShipperOptions {
  /** Names this agent for good; one name per running agent. */
  readonly agent: string
  /** When this process started, epoch ms; must grow from start to start, as numbers begin again at 1. */
  readonly epoch: number
  readonly send: Send
  readonly clock: Clock
  readonly log: Log
  /** Where batches wait; in memory unless another is given. Closed with the shipper. */
  readonly keep?: Keep
  readonly limits?: Partial<ShipLimits>
  /** From 0 to 1, for the jitter between attempts. */
  readonly random?: () => number
}

export interface ShipStats {
  /** Batches that a gateway acknowledged. */
  readonly acknowledged: number
  readonly waiting: number
  readonly waitingBytes: number
  /** Batches (or single oversized facts) that were given up, by reason. */
  readonly lost: Readonly<Record<GapReason, number>>
  /** The newest stretches that were given up, oldest first. */
  readonly gaps: readonly Gap[]
  /** Why the newest attempt failed; undefined while the gateway acknowledges. */
  readonly trouble: string | undefined
}

export interface Shipper {
  /** Sends the payload in the background. Never throws, never waits. */
  ship(payload: Payload): void
  /** Resolves when nothing waits any more; rejects with the signal's reason when it aborts. */
  flush(signal: AbortSignal): Promise<void>
  stats(): ShipStats
}

/** Envelope of a batch as JSON, with a long agent name of escaped characters. */
const envelopeBytes = 1_500

/** After an outage of this length what is fresh overtakes what has waited. */
const OVERTAKE_AFTER_MS = 10_000

/**
 * Hands what sources measured to a gateway, again and again until it is acknowledged, in two lanes: `live`
 * in order, and `backlog` for what waited through an outage or a restart, so that fresh facts need not
 * queue behind it. A payload belongs to a lane, and has its number, from its first attempt on.
 */
export function createShipper(options: ShipperOptions, scope: Scope): Shipper {
  const { agent, epoch, send, clock, random = Math.random } = options
  const limits = { ...defaultShipLimits, ...options.limits }
  const keep = options.keep ?? keepInMemory(limits.maxWaitingBytes)
  const log = options.log.child({ agent })
  const gaps = createGapList()
  const lost = { cut: 0, refused: 0, failed: 0, 'too-large': 0, stopped: 0, damaged: keep.damaged }
  const stopping = new AbortController()
  const idle = new Set<() => void>()
  let acknowledged = 0

  const giveUp = (reason: GapReason, facts: Pick<Waiting, 'kind' | 'fromAt' | 'toAt'>) => {
    lost[reason]++
    gaps.add(reason, facts)
  }
  const laneOf = (lane: 'live' | 'backlog'): Lane =>
    createLane({
      ...{ agent, epoch, lane, keep, send, clock, limits, random, signal: stopping.signal },
      log: log.child({ lane }),
      onAcknowledged() {
        acknowledged++
        gaps.end()
        for (const other of lanes) other.wake()
      },
      onGivenUp: giveUp,
      onIdle() {
        if (lanes.every((one) => one.waiting() === 0)) for (const wake of idle) wake()
      },
    })
  const live = laneOf('live')
  const backlog = laneOf('backlog')
  const lanes = [live, backlog]

  const waitingBytes = () => live.waitingBytes() + backlog.waitingBytes()

  /** Oldest first, until all that waits is within the cap. */
  const cutAboveCap = () => {
    let cut = 0
    while (waitingBytes() > keep.capBytes()) {
      const lane = backlog.oldest() ? backlog : live
      const oldest = lane.oldest()
      if (!oldest) break
      lane.cut(oldest)
      cut++
    }
    if (cut === 0) return
    log.warn('The oldest batches were cut, as too many wait for the gateway; charts show a gap.', {
      batches: cut,
      capBytes: keep.capBytes(),
    })
  }

  /** In an outage all but the freshest changes over, so that the gateway's return is seen at once. */
  const letFreshOvertake = () => {
    const since = live.failingSince()
    if (since === undefined || clock.now() - since < OVERTAKE_AFTER_MS) return
    for (const waiting of live.takeUnsent()) backlog.push(waiting)
  }

  const flush = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (lanes.every((lane) => lane.waiting() === 0)) return resolve()
      if (signal.aborted) return reject(signal.reason)
      const abort = () => {
        idle.delete(wake)
        reject(signal.reason)
      }
      const wake = () => {
        idle.delete(wake)
        signal.removeEventListener('abort', abort)
        resolve()
      }
      idle.add(wake)
      signal.addEventListener('abort', abort, { once: true })
    })

  scope.add(`shipper ${agent}`, async () => {
    const flushed = new AbortController()
    const late = clock.sleep(limits.closeWithinMs, flushed.signal).catch(() => {})
    await Promise.race([flush(flushed.signal).catch(() => {}), late])
    flushed.abort()
    const trouble = live.trouble() ?? backlog.trouble()
    stopping.abort(new Error(`the shipper of ${agent} was stopped`))
    await Promise.all(lanes.map((lane) => lane.settled()))
    const left = lanes.flatMap((lane) => lane.drain())
    keep.close()
    if (left.length === 0) return
    if (keep.lasting) {
      log.info('Batches wait on disk for the next start.', { batches: left.length, trouble })
      return
    }
    for (const waiting of left) giveUp('stopped', waiting)
    log.error('Batches were lost, as the gateway did not take them before the end.', {
      batches: left.length,
      trouble,
    })
  })

  for (const waiting of keep.leftovers) backlog.push(waiting)
  cutAboveCap()

  return {
    ship(payload) {
      const { parts, tooLarge } = splitPayload(payload, limits.maxBatchBytes - envelopeBytes)
      for (const { payload: fact, bytes } of tooLarge) {
        giveUp('too-large', { kind: fact.kind, ...spanOf(fact) })
        log.error('A single fact is larger than a batch may be and was left out.', {
          kind: fact.kind,
          bytes,
          maxBatchBytes: limits.maxBatchBytes,
        })
      }
      for (const part of parts) {
        if (stopping.signal.aborted) {
          giveUp('stopped', { kind: part.payload.kind, ...spanOf(part.payload) })
          continue
        }
        live.push(keep.push(part))
      }
      letFreshOvertake()
      cutAboveCap()
    },
    flush,
    stats: () => ({
      acknowledged,
      waiting: live.waiting() + backlog.waiting(),
      waitingBytes: waitingBytes(),
      lost: { ...lost },
      gaps: gaps.all(),
      trouble: live.trouble() ?? backlog.trouble(),
    }),
  }
}
