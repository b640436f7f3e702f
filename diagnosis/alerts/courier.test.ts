import { Registry } from 'prom-client'
import { afterEach, describe, expect, test } from 'vitest'
import { type ManualClock, manualClock } from '../../core/kit/clock.ts'
import { StoreError } from '../../core/kit/errors.ts'
import { silentLog } from '../../core/kit/log.ts'
import { createScope, type Scope } from '../../core/kit/scope.ts'
import type { DeliveryAttempt } from '../../core/store/outbox.ts'
import { type Courier, startCourier } from './courier.ts'
import { alertEvents } from './happenings.ts'
import type { Notice } from './notice.ts'
import type { Outcome } from './send/outcome.ts'

const T0 = Date.UTC(2026, 10, 20, 9, 30)

const notice = (id: string, over: Partial<Notice> = {}): Notice => ({
  ...{ id, at: T0, route: 'all', target: 'chat', group: 'g', status: 'firing', reason: 'new' },
  ...{ labels: {}, wide: null, alerts: [], firing: 1, resolved: 0 },
  ...over,
})

let scope: Scope | undefined
afterEach(async () => {
  await scope?.close(1_000)
})

interface Post {
  readonly clock: ManualClock
  readonly courier: Courier
  /** `12s chat a`: seconds since T0, target, id. */
  readonly sent: readonly string[]
  readonly marks: readonly DeliveryAttempt[]
}

/** A courier whose targets answer what the test says; the wait is always the longest. */
function started(
  answer: (id: string, n: number) => Outcome | 'hangs',
  mark: (attempt: DeliveryAttempt) => Promise<void> = async () => {},
): Post {
  const clock = manualClock(T0)
  const sent: string[] = []
  const marks: DeliveryAttempt[] = []
  const tries = new Map<string, number>()
  scope = createScope('test', clock)
  const courier = startCourier(
    {
      targetOf: (name) =>
        name === 'gone'
          ? undefined
          : {
              ...{ name, kind: 'webhook' },
              async send({ id }, _at, signal) {
                sent.push(`${(clock.now() - T0) / 1000}s ${name} ${id}`)
                tries.set(id, (tries.get(id) ?? 0) + 1)
                const outcome = answer(id, tries.get(id) ?? 0)
                if (outcome !== 'hangs') return outcome
                return new Promise((_, reject) => {
                  signal.addEventListener('abort', () => reject(signal.reason))
                })
              },
            },
      async mark(attempt) {
        marks.push(attempt)
        await mark(attempt)
      },
      clock,
      events: alertEvents({ log: silentLog, registry: new Registry(), clock }),
      random: () => 1,
    },
    scope,
  )
  return { clock, courier, sent, marks }
}

const delivered: Outcome = { kind: 'delivered', detail: 'It answered 200.' }
const failed: Outcome = { kind: 'failed', detail: 'It answered 500.' }
const fresh = (...notices: Notice[]) => notices.map((one) => ({ notice: one, attempts: 0 }))

describe('the courier', () => {
  test('notes what came of each attempt and tries again, ever more slowly, under the same id', async () => {
    const { clock, courier, sent, marks } = started((_, n) => (n < 4 ? failed : delivered))
    courier.add(fresh(notice('a')))
    await clock.advance(60_000)
    expect(sent).toEqual(['0s chat a', '1s chat a', '3s chat a', '7s chat a'])
    const note = { id: 'a', target: 'chat', tookMs: 0 }
    expect(marks).toEqual([
      { ...note, attempt: 1, at: T0, outcome: 'failed', detail: 'It answered 500.' },
      { ...note, attempt: 2, at: T0 + 1_000, outcome: 'failed', detail: 'It answered 500.' },
      { ...note, attempt: 3, at: T0 + 3_000, outcome: 'failed', detail: 'It answered 500.' },
      { ...note, attempt: 4, at: T0 + 7_000, outcome: 'delivered', detail: 'It answered 200.' },
    ])
    expect(courier.waiting()).toBe(0)
  })

  test('messages of one group go in order; no other group waits for them', async () => {
    const { clock, courier, sent } = started((id, n) => (id === 'a1' && n < 3 ? failed : delivered))
    courier.add(fresh(notice('a1'), notice('a2'), notice('b1', { group: 'b' })))
    await clock.advance(10_000)
    expect(sent).toEqual([
      ...['0s chat a1', '0s chat b1', '1s chat a1'],
      ...['3s chat a1', '3s chat a2'],
    ])
  })

  test('a target that hangs keeps no other target waiting', async () => {
    const { clock, courier, sent } = started((id) => (id === 'a' ? 'hangs' : delivered))
    courier.add(fresh(notice('a'), notice('b', { target: 'oncall' })))
    await clock.advance(1_000)
    expect(sent).toEqual(['0s chat a', '0s oncall b'])
    expect(courier.waiting()).toBe(1)
  })

  test('a receiver that asks for time gets it, for all of its messages', async () => {
    const { clock, courier, sent } = started((_, n) =>
      n === 1 ? { kind: 'failed', detail: 'It answered 429.', afterMs: 30_000 } : delivered,
    )
    courier.add(fresh(notice('a'), notice('b', { group: 'b' })))
    await clock.advance(29_000)
    expect(sent).toEqual(['0s chat a'])
    await clock.advance(32_000)
    expect(sent.slice(1)).toEqual(['30s chat b', '60s chat a', '60s chat b'])
  })

  test('what is refused for good lets the next one pass', async () => {
    const { clock, courier, sent, marks } = started((id) =>
      id === 'a' ? { kind: 'refused', detail: 'It answered 400.' } : delivered,
    )
    courier.add(fresh(notice('a'), notice('b')))
    await clock.advance(0)
    expect(sent).toEqual(['0s chat a', '0s chat b'])
    expect(marks.map(({ outcome }) => outcome)).toEqual(['refused', 'delivered'])
  })

  test('what nobody took for a day is given up', async () => {
    const { clock, courier, marks } = started(() => failed)
    courier.add(fresh(notice('a')))
    await clock.advance(25 * 3_600_000)
    expect(courier.waiting()).toBe(0)
    expect(marks.at(-1)).toMatchObject({ outcome: 'expired', detail: 'It answered 500.' })
    expect(marks.at(-1)?.at).toBeLessThan(T0 + 24 * 3_600_000 + 300_001)
    expect(marks.length).toBeLessThan(310)
  })

  test('a target that is no longer configured refuses', async () => {
    const { clock, courier, marks } = started(() => delivered)
    courier.add(fresh(notice('a', { target: 'gone' })))
    await clock.advance(0)
    expect(marks).toMatchObject([
      { outcome: 'refused', detail: 'There is no such target any more.' },
    ])
  })

  test('a sender that throws has failed; an attempt that cannot be noted was one nevertheless', async () => {
    const { clock, courier, sent } = started(
      (_, n) => {
        if (n === 1) throw new TypeError('a bug')
        return delivered
      },
      async () => {
        throw new StoreError('down')
      },
    )
    courier.add(fresh(notice('a')))
    await clock.advance(10_000)
    expect(sent).toEqual(['0s chat a', '1s chat a'])
    expect(courier.waiting()).toBe(0)
  })

  test('the number of attempts goes on after a restart', async () => {
    const { clock, courier, marks } = started(() => delivered)
    courier.add([{ notice: notice('a'), attempts: 7 }])
    await clock.advance(0)
    expect(marks).toMatchObject([{ attempt: 8 }])
  })

  test('ends with its scope, whatever hangs', async () => {
    const { clock, courier } = started(() => failed)
    courier.add(fresh(notice('a')))
    await clock.advance(500)
    expect(await scope?.close(1_000)).toEqual([])
    courier.add(fresh(notice('b')))
    expect(courier.waiting()).toBe(1)
  })
})
