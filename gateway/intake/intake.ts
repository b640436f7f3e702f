import type { Ack, Batch } from '../../core/api/batch.ts'
import { packBatch } from '../../core/api/log-columns.ts'
import type { Bus, Topic } from '../../core/bus/bus.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { IntakeError, WeirError } from '../../core/kit/errors.ts'
import { isRetriable } from '../../core/kit/retry.ts'
import type { GatewayToken, IntakeLimits } from '../config.ts'
import type { GatewayEvents } from '../events.ts'
import { readBatch, rememberRead } from '../read-batch.ts'
import { type CardinalityGuard, createCardinalityGuard } from './cardinality.ts'
import { objectionTo, tooLarge, withLinesInTime } from './limits.ts'
import { foreignTo } from './scope.ts'

export interface IntakeDeps {
  readonly bus: Bus
  readonly clock: Clock
  readonly limits: IntakeLimits
  readonly events: GatewayEvents
  /** Shared with the foreign doors. */
  readonly guard?: CardinalityGuard
}

export interface Intake {
  /**
   * Takes one batch: resolves once the bus has it, so that the sender may forget it. `text` is the JSON that
   * the batch was read from, where there was one.
   * @throws IntakeError 400 when it is no batch, 403 when it is not for this token, 413 above the limits, 429 while the bus is full, 503 while
   * it cannot take anything
   */
  accept(batch: unknown, by?: GatewayToken, text?: Buffer): Promise<Ack>
}

export const topicOf = {
  samples: 'weir.samples',
  series: 'weir.samples',
  events: 'weir.events',
  logs: 'weir.logs',
} as const satisfies Record<Batch['kind'], Topic>

/** The one way in, whether a batch came over HTTP or from an agent in this process. */
export function createIntake({ bus, clock, limits, events, ...deps }: IntakeDeps): Intake {
  const guard = deps.guard ?? createCardinalityGuard(limits.maxSeriesPerOwner)

  /** Without what may not pass; the batch is acknowledged, as coming again would not help. */
  const admitted = (batch: Batch): Batch => {
    if (batch.kind === 'logs') return withLinesInTime(batch, limits, clock.now())
    if (batch.kind !== 'series') return batch
    const { blocks, refused } = guard.admit(batch.blocks, clock.now())
    if (refused > 0)
      events.samplesRefused({ reason: 'cardinality', count: refused, agent: batch.agent })
    return { ...batch, blocks }
  }

  const check = (
    value: unknown,
    by?: GatewayToken,
    text?: Buffer,
  ): { batch: Batch; json: Buffer } => {
    const read = readBatch(value)
    if (!read.ok) throw new IntakeError(read.because, { status: 400 })
    const foreign = by && foreignTo(by, read.batch)
    if (foreign) throw new IntakeError(foreign, { status: 403, code: 'intake-foreign' })
    const batch = admitted(read.batch)
    const json =
      text && batch === read.batch && !mayHoldHalves(text)
        ? text
        : Buffer.from(wellFormed(JSON.stringify(packBatch(batch))))
    const objection =
      tooLarge(json.byteLength, limits) ?? objectionTo(read.batch, limits, clock.now())
    if (objection) throw new IntakeError(objection.because, { status: objection.status })
    return { batch, json }
  }

  return {
    async accept(value, by, text) {
      try {
        const { batch, json } = check(value, by, text)
        const { agent, epoch, lane, seq, kind } = batch
        rememberRead(json, batch)
        await bus.publish(topicOf[kind], [{ key: agent, value: json }])
        events.batchAccepted({ kind, agent, epoch, lane, seq, bytes: json.byteLength })
        return { agent, epoch, lane, seq }
      } catch (error) {
        const refusal = asRefusal(error, limits.retryAfterMs)
        const status = refusal instanceof IntakeError ? String(refusal.status) : '500'
        events.batchRefused({ status, error: refusal })
        throw refusal
      }
    },
  }
}

/** Escapes of surrogates, whole pairs too: rare enough to be written anew. */
function mayHoldHalves(json: Buffer): boolean {
  return json.includes('\\ud') || json.includes('\\uD')
}

/** Half a surrogate pair is legal in JSON and nowhere else; the store would refuse the whole batch. */
function wellFormed(json: string): string {
  if (!/\\ud[89a-f]/.test(json)) return json
  return json.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (sequence) =>
    sequence === '\\\\' ? sequence : '\ufffd',
  )
}

function asRefusal(error: unknown, retryAfterMs: number): unknown {
  if (error instanceof IntakeError || !(error instanceof WeirError)) return error
  if (error.code === 'bus-record-too-large') {
    return new IntakeError(error.message, { status: 413, cause: error })
  }
  if (!isRetriable(error)) return error
  const behind = error.code === 'bus-full'
  return new IntakeError(
    behind
      ? 'The gateway is behind and takes nothing more for a moment; keep the batch and send it again.'
      : 'The gateway cannot pass batches on for a moment; keep the batch and send it again.',
    { status: behind ? 429 : 503, retryAfterMs, cause: error },
  )
}
