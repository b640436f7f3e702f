import { BATCH_VERSION, type Payload } from '../api/batch.ts'
import type { Clock } from '../kit/clock.ts'
import type { Log } from '../kit/log.ts'
import { backoffMs } from '../kit/retry.ts'
import { defaultShipLimits, type ShipLimits } from './limits.ts'
import type { Send } from './outgoing.ts'
import { leastWaitMs, reasonToGiveUp } from './refusals.ts'
import { splitPayload } from './split.ts'

export interface AcknowledgedOptions {
  /** Names this sequence for good; one name per running process. */
  readonly agent: string
  /** When this process started, epoch ms; must grow from start to start. */
  readonly epoch: number
  readonly send: Send
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  readonly limits?: Partial<ShipLimits>
  /** From 0 to 1, for the jitter between attempts. */
  readonly random?: () => number
  /** Something that can never be taken, as the gateway or its own size says; `facts` are its blocks or events. */
  readonly onGivenUp?: (facts: number) => void
}

/**
 * Sends for whoever keeps what it sends elsewhere, as the log service does in its files: one payload after the
 * other, each resolved once the gateway has taken responsibility for all of it (or can never take some of it,
 * which is counted). Nothing waits here beyond what callers wait for.
 * @throws (the function) the signal's reason when it aborts before
 */
export function createAcknowledgedSender(
  options: AcknowledgedOptions,
): (payload: Payload) => Promise<void> {
  const { agent, epoch, send, clock, log, signal, random = Math.random } = options
  const limits = { ...defaultShipLimits, ...options.limits }
  let seq = 0
  let last: Promise<void> = Promise.resolve()

  const giveUp = (payload: Payload, why: string, error?: unknown) => {
    const facts = payload.kind === 'events' ? payload.events.length : payload.blocks.length
    log.error('A batch was given up because it can never be taken.', {
      ...{ kind: payload.kind, facts, why },
      ...(error !== undefined && { error }),
    })
    options.onGivenUp?.(facts)
  }

  const deliver = async (payload: Payload): Promise<void> => {
    const identity = { v: BATCH_VERSION, agent, epoch, lane: 'live', seq: ++seq } as const
    for (let failures = 1; ; failures++) {
      signal.throwIfAborted()
      try {
        await send({ ...identity, sentAt: clock.now(), ...payload }, signal)
        return
      } catch (error) {
        signal.throwIfAborted()
        const reason = reasonToGiveUp(error)
        if (reason !== undefined) return giveUp(payload, reason, error)
        const { minBackoffMs, maxBackoffMs } = limits
        const jitterMs = backoffMs(failures, { minMs: minBackoffMs, maxMs: maxBackoffMs, random })
        const waitMs = Math.max(leastWaitMs(error, maxBackoffMs), jitterMs)
        // Every doubling tells enough: a gateway that is away for a day must not fill the log.
        if ((failures & (failures - 1)) === 0) {
          log.warn('The gateway did not take a batch; it is sent again.', {
            ...{ attempt: failures, waitMs, error },
          })
        }
        await clock.sleep(waitMs, signal)
      }
    }
  }

  const deliverAll = async (payload: Payload): Promise<void> => {
    const { parts, tooLarge } = splitPayload(payload, limits.maxBatchBytes)
    for (const part of parts) await deliver(part.payload)
    for (const part of tooLarge) giveUp(part.payload, 'too-large')
  }

  return (payload) => {
    const mine = last.then(() => deliverAll(payload))
    last = mine.catch(() => {})
    return mine
  }
}
