import { BATCH_VERSION, type Batch, type Payload } from '../api/batch.ts'
import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { backoffMs } from '../kit/retry.ts'
import type { Scope } from '../kit/scope.ts'
import { createGapList, type Gap, type GapReason } from './gaps.ts'
import { defaultShipLimits, type ShipLimits } from './limits.ts'
import type { Send } from './outgoing.ts'
import { leastWaitMs, reasonToGiveUp } from './refusals.ts'
import { splitPayload } from './split.ts'
import { keepInMemory, type Waiting } from './unacknowledged.ts'

export interface ShipperOptions {
  /** Names this agent for good; one name per running agent. */
  readonly agent: string
  /** When this process started, epoch ms; must grow from start to start, as numbers begin again at 1. */
  readonly epoch: number
  readonly lane?: Batch['lane']
  readonly send: Send
  readonly clock: Clock
  readonly log: Log
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
  /** Numbers the payload and sends it in the background, in order. Never throws, never waits. */
  ship(payload: Payload): void
  /** Resolves when nothing waits any more; rejects with the signal's reason when it aborts. */
  flush(signal: AbortSignal): Promise<void>
  stats(): ShipStats
}

/** Envelope of a batch as JSON, with a long agent name of escaped characters. */
const envelopeBytes = 1_500

/** Hands what sources measured to a gateway: in order, again and again until it is acknowledged. */
export function createShipper(options: ShipperOptions, scope: Scope): Shipper {
  const { agent, epoch, lane = 'live', send, clock, random = Math.random } = options
  const limits = { ...defaultShipLimits, ...options.limits }
  const log = options.log.child({ agent, lane })
  const queue = keepInMemory(limits.maxWaitingBytes)
  const gaps = createGapList()
  const lost = { cut: 0, refused: 0, failed: 0, 'too-large': 0, stopped: 0 }
  const stopping = new AbortController()
  const idle = new Set<() => void>()
  let seq = 0
  let acknowledged = 0
  let failures = 0
  let trouble: string | undefined
  let running: Promise<void> | undefined

  const giveUp = (reason: GapReason, payload: Payload) => {
    lost[reason]++
    gaps.add(reason, payload)
  }

  /** Sends the oldest until it is acknowledged, refused for good, or cut while it waited. */
  const deliver = async (batch: Waiting) => {
    const { payload } = batch
    const sentAt = clock.now()
    const envelope = { v: BATCH_VERSION, agent, epoch, lane, seq: batch.seq, sentAt } as const
    try {
      await send({ ...envelope, ...payload }, stopping.signal)
      queue.remove(batch)
      acknowledged++
      if (failures > 0) log.info('The gateway takes batches again.', { attempts: failures })
      failures = 0
      trouble = undefined
      gaps.end()
    } catch (error) {
      queue.release()
      if (stopping.signal.aborted) return
      failures++
      trouble = messageOf(error)
      const reason = reasonToGiveUp(error)
      if (reason === undefined) return waitAfter(error)
      queue.remove(batch)
      giveUp(reason, payload)
      failures = 0
      log.error('A batch was given up because it can never be taken.', {
        seq: batch.seq,
        kind: payload.kind,
        reason,
        error,
      })
    }
  }

  const waitAfter = async (error: unknown) => {
    const { minBackoffMs, maxBackoffMs } = limits
    const jitterMs = backoffMs(failures, { minMs: minBackoffMs, maxMs: maxBackoffMs, random })
    const waitMs = Math.max(leastWaitMs(error, maxBackoffMs), jitterMs)
    // Every doubling tells enough: a gateway that is away for a day must not fill the log.
    if ((failures & (failures - 1)) === 0) {
      log.warn('The gateway did not take a batch; it is kept and sent again.', {
        attempt: failures,
        waitMs,
        waiting: queue.batches(),
        error,
      })
    }
    await clock.sleep(waitMs, stopping.signal).catch(() => {})
  }

  const run = async () => {
    while (!stopping.signal.aborted) {
      const oldest = queue.hold()
      if (oldest === undefined) break
      await deliver(oldest)
    }
    running = undefined
    for (const wake of idle) wake()
  }

  const push = (batch: Waiting) => {
    const cut = queue.push(batch)
    for (const { payload } of cut) giveUp('cut', payload)
    if (cut.length === 0) return
    log.warn('The oldest batches were cut, as too many wait for the gateway; charts show a gap.', {
      batches: cut.length,
      firstSeq: cut[0]?.seq,
      lastSeq: cut.at(-1)?.seq,
      maxWaitingBytes: limits.maxWaitingBytes,
    })
  }

  const flush = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (running === undefined) return resolve()
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
    stopping.abort(new Error(`the shipper of ${agent} was stopped`))
    await running
    const left = queue.drain()
    for (const { payload } of left) giveUp('stopped', payload)
    if (left.length === 0) return
    log.error('Batches were lost, as the gateway did not take them before the end.', {
      batches: left.length,
      trouble,
    })
  })

  return {
    ship(payload) {
      const { parts, tooLarge } = splitPayload(payload, limits.maxBatchBytes - envelopeBytes)
      for (const { payload: fact, bytes } of tooLarge) {
        giveUp('too-large', fact)
        log.error('A single fact is larger than a batch may be and was left out.', {
          kind: fact.kind,
          bytes,
          maxBatchBytes: limits.maxBatchBytes,
        })
      }
      if (stopping.signal.aborted) {
        for (const part of parts) giveUp('stopped', part.payload)
        return
      }
      for (const part of parts) push({ seq: ++seq, ...part })
      if (queue.batches() > 0) running ??= run()
    },
    flush,
    stats: () => ({
      acknowledged,
      waiting: queue.batches(),
      waitingBytes: queue.bytes(),
      lost: { ...lost },
      gaps: gaps.all(),
      trouble,
    }),
  }
}
