import { BATCH_VERSION, type Batch, type Payload } from '../api/batch.ts'
import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { backoffMs } from '../kit/retry.ts'
import type { GapReason } from './gaps.ts'
import type { Identity, Keep, Waiting } from './keep.ts'
import type { ShipLimits } from './limits.ts'
import type { Send } from './outgoing.ts'
import { leastWaitMs, reasonToGiveUp } from './refusals.ts'

export interface LaneDeps {
  readonly agent: string
  readonly epoch: number
  readonly lane: Batch['lane']
  readonly keep: Keep
  readonly send: Send
  readonly clock: Clock
  readonly log: Log
  readonly limits: ShipLimits
  readonly random: () => number
  readonly signal: AbortSignal
  readonly onAcknowledged: () => void
  readonly onGivenUp: (reason: GapReason, waiting: Waiting) => void
  /** Nothing waits any more. */
  readonly onIdle: () => void
}

/** One sequence of batches to the gateway: in order, one under way, again and again until it is taken. */
export interface Lane {
  push(waiting: Waiting): void
  /** Takes out what was never sent, the newest left. */
  takeUnsent(): readonly Waiting[]
  /** The oldest, unless it is under way at this moment. */
  oldest(): Waiting | undefined
  /** Gives up the oldest, whose number becomes a hole that the gateway's ledger shows. */
  cut(waiting: Waiting): void
  drain(): readonly Waiting[]
  /** Tries at once, as the gateway is known to be back. */
  wake(): void
  /** Since when it fails; undefined while the gateway takes batches. */
  failingSince(): number | undefined
  trouble(): string | undefined
  waiting(): number
  waitingBytes(): number
  /** Resolves when the batch that is under way has come to an end. */
  settled(): Promise<void>
}

export function createLane(deps: LaneDeps): Lane {
  const { agent, epoch, lane, keep, send, clock, log, limits, random, signal } = deps
  const queue: Waiting[] = []
  const names = new Map<number, Identity>()
  let seq = 0
  let bytes = 0
  let underWay: Waiting | undefined
  let failures = 0
  let failingSince: number | undefined
  let trouble: string | undefined
  let running: Promise<void> | undefined
  let pause = new AbortController()

  const remove = (waiting: Waiting) => {
    const index = queue.indexOf(waiting)
    if (index < 0) return
    queue.splice(index, 1)
    bytes -= waiting.bytes
    names.delete(waiting.id)
  }

  /** The first attempt gives the name, and the keep knows it before the gateway can. */
  const nameOf = (waiting: Waiting): Identity => {
    const known = names.get(waiting.id) ?? waiting.identity
    if (known) return known
    const identity = { epoch, lane, seq: ++seq }
    names.set(waiting.id, identity)
    keep.name(waiting, identity)
    return identity
  }

  const giveUp = (reason: GapReason, waiting: Waiting) => {
    remove(waiting)
    keep.done(waiting)
    deps.onGivenUp(reason, waiting)
  }

  /** Sends the oldest until it is acknowledged, refused for good, or cut while it waited. */
  const deliver = async (waiting: Waiting) => {
    const payload = keep.read(waiting)
    if (payload === undefined) {
      log.error('A batch was lost: what was kept of it cannot be read any more.', {
        fromAt: waiting.fromAt,
        toAt: waiting.toAt,
      })
      return giveUp('damaged', waiting)
    }
    const identity = nameOf(waiting)
    underWay = waiting
    try {
      const sentAt = clock.now()
      await send({ v: BATCH_VERSION, agent, ...identity, sentAt, ...payload }, signal)
      remove(waiting)
      keep.done(waiting)
      if (failures > 0) log.info('The gateway takes batches again.', { attempts: failures })
      failures = 0
      failingSince = undefined
      trouble = undefined
      deps.onAcknowledged()
    } catch (error) {
      await failed(waiting, identity, payload, error)
    } finally {
      underWay = undefined
    }
  }

  const failed = async (
    waiting: Waiting,
    identity: Identity,
    payload: Payload,
    error: unknown,
  ): Promise<void> => {
    underWay = undefined
    if (signal.aborted) return
    failures++
    failingSince ??= clock.now()
    trouble = messageOf(error)
    const reason = reasonToGiveUp(error)
    if (reason === undefined) return waitAfter(error)
    giveUp(reason, waiting)
    failures = 0
    failingSince = undefined
    log.error('A batch was given up because it can never be taken.', {
      seq: identity.seq,
      kind: payload.kind,
      reason,
      error,
    })
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
        waiting: queue.length,
        error,
      })
    }
    pause = new AbortController()
    await clock.sleep(waitMs, AbortSignal.any([signal, pause.signal])).catch(() => {})
  }

  const run = async () => {
    while (!signal.aborted) {
      const oldest = queue[0]
      if (oldest === undefined) break
      await deliver(oldest)
    }
    running = undefined
    deps.onIdle()
  }

  return {
    push(waiting) {
      queue.push(waiting)
      bytes += waiting.bytes
      if (!signal.aborted) running ??= run()
    },
    takeUnsent() {
      const isUnsent = ({ id, identity }: Waiting) => identity === undefined && !names.has(id)
      const taken = queue.slice(0, -1).filter(isUnsent)
      for (const waiting of taken) remove(waiting)
      return taken
    },
    oldest: () => queue.find((waiting) => waiting !== underWay),
    cut(waiting) {
      // One that never had a number takes one now.
      if (waiting.identity === undefined && !names.has(waiting.id)) seq++
      giveUp('cut', waiting)
    },
    drain() {
      const left = [...queue]
      for (const waiting of left) remove(waiting)
      return left
    },
    wake: () => pause.abort(),
    failingSince: () => failingSince,
    trouble: () => trouble,
    waiting: () => queue.length,
    waitingBytes: () => bytes,
    settled: async () => running,
  }
}
