import { expect, test } from 'vitest'
import { manualClock } from '../kit/clock.ts'
import { IntakeError } from '../kit/errors.ts'
import { silentLog } from '../kit/log.ts'
import { createAcknowledgedSender } from './acknowledged.ts'
import type { OutgoingBatch } from './outgoing.ts'
import { exceptionsOf } from './payloads.fixture.ts'

const away = () => new IntakeError('away', { status: 503 })
const refused = () => new IntakeError('no batch', { status: 400 })

/** A sender to a gateway that answers each attempt with the next of these, and then takes everything. */
function world(answers: readonly (() => Error)[] = [], limits = {}) {
  const clock = manualClock(1_000_000)
  const stopping = new AbortController()
  const attempts: string[] = []
  let givenUp = 0
  const waiting = [...answers]
  const send = createAcknowledgedSender({
    ...{ agent: 'node-1', epoch: 7, clock, log: silentLog, signal: stopping.signal, limits },
    random: () => 0.5,
    async send(batch) {
      attempts.push(`${batch.seq}: ${messagesOf(batch)}`)
      const answer = waiting.shift()
      if (answer) throw answer()
      const { agent, epoch, lane, seq } = batch
      return { agent, epoch, lane, seq }
    },
    onGivenUp: (facts) => {
      givenUp += facts
    },
  })
  return { clock, send, attempts, stop: () => stopping.abort(), givenUp: () => givenUp }
}

const messagesOf = (batch: OutgoingBatch) =>
  batch.kind === 'events'
    ? batch.events.map((event) => ('message' in event ? event.message : '')).join(',')
    : batch.kind

test('one after the other, each resolved once it is acknowledged', async () => {
  const { send, attempts } = world()
  const done: string[] = []
  await Promise.all([
    send(exceptionsOf('a')).then(() => done.push('a')),
    send(exceptionsOf('b')).then(() => done.push('b')),
  ])
  expect([attempts, done]).toEqual([
    ['1: a', '2: b'],
    ['a', 'b'],
  ])
})

test('comes again under the same number until it is taken, and what follows waits', async () => {
  const { clock, send, attempts } = world([away, away])
  const all = Promise.all([send(exceptionsOf('a')), send(exceptionsOf('b'))])
  await clock.advance(120_000)
  await all
  expect(attempts).toEqual(['1: a', '1: a', '1: a', '2: b'])
})

test('what can never be taken is counted and does not stand in the way', async () => {
  const { send, attempts, givenUp } = world([refused])
  await Promise.all([send(exceptionsOf('bad')), send(exceptionsOf('good'))])
  expect([attempts, givenUp()]).toEqual([['1: bad', '2: good'], 1])
})

test('what is too large is parted, and acknowledged when its last part is', async () => {
  const { send, attempts, givenUp } = world([], { maxBatchBytes: 500 })
  await send(exceptionsOf('a', 'b', 'c', 'x'.repeat(900)))
  expect(attempts.map((attempt) => attempt.split(': ')[1])).toEqual(['a,b', 'c'])
  expect(givenUp()).toBe(1)
})

test('an abort ends the waiting with its reason, for all', async () => {
  const { send, stop } = world([away])
  const waiting = [send(exceptionsOf('a')), send(exceptionsOf('b'))]
  stop()
  const settled = await Promise.allSettled(waiting)
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
