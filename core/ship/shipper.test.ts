import { describe, expect, test } from 'vitest'
import { manualClock } from '../kit/clock.ts'
import { IntakeError, WeirError } from '../kit/errors.ts'
import { createLog } from '../kit/log.ts'
import { createScope } from '../kit/scope.ts'
import type { OutgoingBatch } from './outgoing.ts'
import { exceptionsOf, samplesOf } from './payloads.fixture.ts'
import { createShipper, type ShipperOptions } from './shipper.ts'

const startAt = 1_700_000_000_000

/** A gateway that answers as the test says: undefined acknowledges. */
function bench(options: Partial<ShipperOptions> = {}) {
  const clock = manualClock(startAt)
  const scope = createScope('test', clock)
  const lines: string[] = []
  const attempts: { seq: number; afterMs: number }[] = []
  const taken: OutgoingBatch[] = []
  let answer: (batch: OutgoingBatch) => Error | undefined = () => undefined
  const shipper = createShipper(
    {
      agent: 'lab-agent',
      epoch: 7,
      clock,
      log: createLog({ level: 'info', format: 'text', write: (line) => lines.push(line), clock }),
      random: () => 1,
      send: async (batch) => {
        attempts.push({ seq: batch.seq, afterMs: clock.now() - startAt })
        const refusal = answer(batch)
        if (refusal) throw refusal
        taken.push(batch)
        const { agent, epoch, lane, seq } = batch
        return { agent, epoch, lane, seq }
      },
      ...options,
    },
    scope,
  )
  return {
    ...{ clock, scope, shipper, attempts, taken, lines },
    answerWith: (next: typeof answer) => {
      answer = next
    },
    answerOnce: (...errors: Error[]) => {
      answer = () => errors.shift()
    },
  }
}

const busy = new IntakeError('behind', { status: 429, retryAfterMs: 5_000 })
const away = new WeirError('connection refused', { retriable: true })

describe('createShipper', () => {
  test('numbers batches from 1 and sends what was shipped', async () => {
    const { clock, shipper, taken } = bench()
    shipper.ship(samplesOf(2))
    shipper.ship(exceptionsOf('boom'))
    await clock.advance(0)
    const envelope = { v: 1, agent: 'lab-agent', epoch: 7, lane: 'live', sentAt: startAt }
    expect(taken).toEqual([
      { ...envelope, seq: 1, ...samplesOf(2) },
      { ...envelope, seq: 2, ...exceptionsOf('boom') },
    ])
    expect(shipper.stats()).toEqual({
      acknowledged: 2,
      waiting: 0,
      waitingBytes: 0,
      lost: { cut: 0, refused: 0, failed: 0, 'too-large': 0, stopped: 0, damaged: 0 },
      gaps: [],
      trouble: undefined,
    })
  })

  test('splits a payload into batches with numbers of their own', async () => {
    const { clock, shipper, taken } = bench({ limits: { maxBatchBytes: 6_000 } })
    shipper.ship(samplesOf(20))
    await clock.advance(0)
    expect(taken.map(({ seq }) => seq)).toEqual([1, 2])
    for (const batch of taken) {
      expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThanOrEqual(6_000)
    }
  })

  const unreachable = [away, away, away, away]
  test.each<[string, Error[], { seq: number; afterMs: number }[]]>([
    [
      '429: waits as long as the gateway wishes, then goes on in order',
      [busy],
      [
        { seq: 1, afterMs: 0 },
        { seq: 1, afterMs: 5_000 },
        { seq: 2, afterMs: 5_000 },
      ],
    ],
    [
      '503 without a wish: waits by itself',
      [new IntakeError('closing', { status: 503 })],
      [
        { seq: 1, afterMs: 0 },
        { seq: 1, afterMs: 500 },
        { seq: 2, afterMs: 500 },
      ],
    ],
    [
      'out of reach: waits twice as long each time, up to the limit',
      unreachable,
      [
        { seq: 1, afterMs: 0 },
        { seq: 1, afterMs: 500 },
        { seq: 1, afterMs: 1_500 },
        { seq: 1, afterMs: 3_500 },
        { seq: 1, afterMs: 5_500 },
        { seq: 2, afterMs: 5_500 },
      ],
    ],
    [
      'a wrong token: keeps the batch and waits as long as it may',
      [new IntakeError('wrong token', { status: 401 })],
      [
        { seq: 1, afterMs: 0 },
        { seq: 1, afterMs: 2_000 },
        { seq: 2, afterMs: 2_000 },
      ],
    ],
    [
      '400: gives that batch up and goes on with the next',
      [new IntakeError('version 7', { status: 400 })],
      [
        { seq: 1, afterMs: 0 },
        { seq: 2, afterMs: 0 },
      ],
    ],
    [
      '413: the same',
      [new IntakeError('too large', { status: 413 })],
      [
        { seq: 1, afterMs: 0 },
        { seq: 2, afterMs: 0 },
      ],
    ],
    [
      'a bug: the same, as it would only come again',
      [new TypeError('x is not a function')],
      [
        { seq: 1, afterMs: 0 },
        { seq: 2, afterMs: 0 },
      ],
    ],
  ])('%s', async (_, errors, expected) => {
    const { clock, shipper, attempts, answerOnce } = bench({ limits: { maxBackoffMs: 2_000 } })
    answerOnce(...errors)
    shipper.ship(samplesOf(1))
    shipper.ship(samplesOf(1))
    await clock.advance(60_000)
    expect(attempts).toEqual(expected)
    expect(shipper.stats().waiting).toBe(0)
  })

  test('says why a batch was given up, counts it and remembers the gap', async () => {
    const { clock, shipper, answerOnce, lines } = bench()
    answerOnce(new IntakeError('Agent speaks version 7.', { status: 400 }))
    shipper.ship(samplesOf(1, startAt + 10))
    shipper.ship(samplesOf(1, startAt + 20))
    await clock.advance(0)
    expect(shipper.stats()).toMatchObject({ acknowledged: 1, lost: { refused: 1 } })
    expect(shipper.stats().gaps).toEqual([
      {
        reason: 'refused',
        kind: 'samples',
        fromAt: startAt + 10,
        toAt: startAt + 10,
        batches: 1,
      },
    ])
    expect(lines.join('')).toContain('Agent speaks version 7.')
  })

  test('above the cap the oldest are cut: counted, logged and remembered as one gap', async () => {
    const bytes = Buffer.byteLength(JSON.stringify(samplesOf(1)))
    const { clock, shipper, answerWith, taken, lines } = bench({
      limits: { maxWaitingBytes: 3 * bytes },
    })
    answerWith(() => away)
    for (let index = 0; index < 5; index++) {
      shipper.ship(samplesOf(1, startAt + index * 10))
      await clock.advance(10)
    }
    expect(shipper.stats()).toEqual({
      acknowledged: 0,
      waiting: 3,
      waitingBytes: 3 * bytes,
      lost: { cut: 2, refused: 0, failed: 0, 'too-large': 0, stopped: 0, damaged: 0 },
      gaps: [{ reason: 'cut', kind: 'samples', fromAt: startAt, toAt: startAt + 10, batches: 2 }],
      trouble: 'connection refused',
    })
    answerWith(() => undefined)
    await clock.advance(60_000)
    // The holes in the numbers tell the store what is missing.
    expect(taken.map(({ seq }) => seq)).toEqual([3, 4, 5])
    expect(lines.filter((line) => line.includes('oldest batches were cut'))).toHaveLength(2)
  })

  test('the batch that is under way is not cut, as the gateway may be taking it', async () => {
    const bytes = Buffer.byteLength(JSON.stringify(samplesOf(1)))
    const acknowledge: (() => void)[] = []
    const { clock, shipper } = bench({
      limits: { maxWaitingBytes: 2 * bytes },
      send: ({ agent, epoch, lane, seq }) =>
        new Promise((resolve) => {
          acknowledge.push(() => resolve({ agent, epoch, lane, seq }))
        }),
    })
    for (let index = 0; index < 4; index++) shipper.ship(samplesOf(1))
    acknowledge[0]?.()
    await clock.advance(0)
    acknowledge[1]?.()
    await clock.advance(0)
    expect(shipper.stats()).toMatchObject({ acknowledged: 2, waiting: 0, lost: { cut: 2 } })
  })

  test('flush resolves when all is acknowledged and rejects when its signal aborts', async () => {
    const { clock, shipper, answerOnce } = bench()
    const never = new AbortController().signal
    await shipper.flush(never)
    answerOnce(busy)
    shipper.ship(samplesOf(1))
    const impatient = new AbortController()
    const rejected = expect(shipper.flush(impatient.signal)).rejects.toThrow('no time')
    impatient.abort(new Error('no time'))
    await rejected
    let flushed = false
    const flushing = shipper.flush(never).then(() => {
      flushed = true
    })
    await clock.advance(4_999)
    expect(flushed).toBe(false)
    await clock.advance(1)
    await flushing
  })

  test('closing sends what waits', async () => {
    const { scope, shipper, taken } = bench()
    shipper.ship(samplesOf(1))
    shipper.ship(samplesOf(1))
    expect(await scope.close(10_000)).toEqual([])
    expect(taken.map(({ seq }) => seq)).toEqual([1, 2])
  })

  test('closing gives up in time, and counts what is lost', async () => {
    const { clock, scope, shipper, answerWith, lines } = bench()
    answerWith(() => away)
    shipper.ship(samplesOf(1))
    shipper.ship(samplesOf(1))
    const closing = scope.close(10_000)
    await clock.advance(3_000)
    expect(await closing).toEqual([])
    shipper.ship(samplesOf(1))
    expect(shipper.stats()).toMatchObject({ waiting: 0, lost: { stopped: 3 } })
    expect(lines.join('')).toContain('Batches were lost')
  })

  test('after an outage what is fresh overtakes what has waited, each lane in its own order', async () => {
    const { clock, shipper, answerWith, taken } = bench({ limits: { maxBackoffMs: 2_000 } })
    answerWith(() => away)
    for (let index = 1; index <= 6; index++) {
      shipper.ship(samplesOf(1, startAt + index))
      await clock.advance(4_000)
    }
    answerWith(() => undefined)
    await clock.advance(10_000)
    const told = taken.map((batch) => {
      const at = batch.kind === 'samples' ? (batch.blocks[0]?.at ?? 0) - startAt : 0
      return `${batch.lane} ${batch.seq}: ${at}`
    })
    expect(told.filter((one) => one.startsWith('live'))).toEqual(['live 1: 1', 'live 2: 6'])
    expect(told.filter((one) => one.startsWith('backlog'))).toEqual(
      [2, 3, 4, 5].map((at, index) => `backlog ${index + 1}: ${at}`),
    )
    expect(shipper.stats()).toMatchObject({ acknowledged: 6, waiting: 0 })
  })

  test('a batch whose acknowledgement was lost comes again as the same batch', async () => {
    const { clock, shipper, taken } = bench({
      send: async (batch) => {
        taken.push(batch)
        if (taken.length === 1) throw away
        const { agent, epoch, lane, seq } = batch
        return { agent, epoch, lane, seq }
      },
    })
    shipper.ship(samplesOf(2))
    await clock.advance(1_000)
    const [first, second] = taken.map(({ sentAt: _, ...batch }) => batch)
    expect(taken).toHaveLength(2)
    expect(second).toEqual(first)
  })
})
