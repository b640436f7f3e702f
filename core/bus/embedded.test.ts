import { expect, test } from 'vitest'
import { manualClock, systemClock } from '../kit/clock.ts'
import { silentLog } from '../kit/log.ts'
import { busContract } from './bus.contract.ts'
import type { BusRecord } from './bus.ts'
import { EmbeddedBusConfig } from './config.ts'
import { openEmbedded } from './embedded.ts'

const make = (settings: object = {}) => {
  const clock = manualClock(0)
  const stopping = new AbortController()
  const config = EmbeddedBusConfig.parse({ kind: 'embedded', ...settings })
  const bus = openEmbedded(config, { log: silentLog, clock, signal: stopping.signal })
  return { bus, clock, stopping }
}
const record = (text: string, key = 'a'): BusRecord => ({ key, value: Buffer.from(text) })
const textOf = ({ value }: BusRecord) => Buffer.from(value).toString()
const outcome = (publish: Promise<void>) =>
  publish.then(
    () => 'taken',
    ({ code, retriable }) => `${code}${retriable ? ', retriable' : ''}`,
  )
const away = Object.assign(new Error('store away'), { retriable: true })
const never = () => new Promise<void>(() => {})

busContract({
  name: 'the embedded',
  durable: {
    not: 'publish resolves only after the store has committed, so there is nothing to keep',
  },
  open: async () =>
    openEmbedded(EmbeddedBusConfig.parse({ kind: 'embedded' }), {
      log: silentLog,
      clock: systemClock,
      signal: new AbortController().signal,
    }),
})

test('publish resolves only when the handlers of all groups are through', async () => {
  const { bus, clock } = make()
  const steps: string[] = []
  for (const [group, ms] of [
    ['fast', 10],
    ['slow', 50],
  ] as const) {
    await bus.subscribe('weir.samples', group, async () => {
      await clock.sleep(ms)
      steps.push(group)
    })
  }
  const published = bus.publish('weir.samples', [record('x')]).then(() => steps.push('taken'))
  await clock.advance(100)
  await published
  expect(steps).toEqual(['fast', 'slow', 'taken'])
})

test('what comes while a handler runs goes together in the next call', async () => {
  const { bus, clock } = make()
  const calls: string[][] = []
  await bus.subscribe('weir.samples', 'writer', async (records) => {
    calls.push(records.map(textOf))
    await clock.sleep(10)
  })
  const all = ['1', '2', '3'].map((text) => bus.publish('weir.samples', [record(text)]))
  await clock.advance(100)
  await Promise.all(all)
  expect(calls).toEqual([['1'], ['2', '3']])
})

test('a handler that stays away is called five times; then all who wait are told to come again', async () => {
  const { bus, clock } = make()
  let calls = 0
  await bus.subscribe('weir.samples', 'writer', async () => {
    calls++
    throw away
  })
  const outcomes = Promise.all(
    ['1', '2'].map((text) => outcome(bus.publish('weir.samples', [record(text)]))),
  )
  await clock.advance(60_000)
  expect(await outcomes).toEqual(['bus-handler, retriable', 'bus-handler, retriable'])
  expect(calls).toBe(5)
})

test('a record that the handler refuses for good fails alone', async () => {
  const { bus, clock } = make()
  const done: string[] = []
  await bus.subscribe('weir.samples', 'writer', async (records) => {
    await clock.sleep(10)
    if (records.some((one) => textOf(one) === 'bad')) throw new Error('cannot be read')
    done.push(...records.map(textOf))
  })
  const outcomes = Promise.all(
    ['first', 'good', 'bad', 'fine'].map((text) =>
      outcome(bus.publish('weir.samples', [record(text)])),
    ),
  )
  await clock.advance(1000)
  expect(await outcomes).toEqual(['taken', 'taken', 'bus-handler', 'taken'])
  expect(done).toEqual(['first', 'good', 'fine'])
})

test('a full bus refuses when told so', async () => {
  const { bus } = make({ capacity: 2, whenFull: 'refuse' })
  await bus.subscribe('weir.samples', 'writer', never)
  void bus.publish('weir.samples', [record('1'), record('2')]).catch(() => {})
  expect(await outcome(bus.publish('weir.samples', [record('3')]))).toBe('bus-full, retriable')
})

test('a bus is full by bytes, too', async () => {
  const { bus } = make({ capacityBytes: 1_000_000, whenFull: 'refuse' })
  await bus.subscribe('weir.samples', 'writer', never)
  const large = { key: 'a', value: new Uint8Array(600_000) }
  void bus.publish('weir.samples', [large]).catch(() => {})
  expect(await outcome(bus.publish('weir.samples', [large]))).toBe('bus-full, retriable')
})

test('a full bus lets senders wait when told so, and keeps their order', async () => {
  const { bus, clock } = make({ capacity: 1, whenFull: 'wait' })
  const calls: string[][] = []
  await bus.subscribe('weir.samples', 'writer', async (records) => {
    calls.push(records.map(textOf))
    await clock.sleep(10)
  })
  const outcomes = Promise.all(
    [['1'], ['2', '3'], ['4']].map((texts) =>
      outcome(
        bus.publish(
          'weir.samples',
          texts.map((text) => record(text)),
        ),
      ),
    ),
  )
  await clock.advance(100)
  expect(await outcomes).toEqual(['taken', 'taken', 'taken'])
  expect(calls).toEqual([['1'], ['2', '3'], ['4']])
})

test('those who wait for room do not overtake one that failed', async () => {
  const { bus, clock } = make({ capacity: 1, whenFull: 'wait' })
  let calls = 0
  await bus.subscribe('weir.samples', 'writer', async () => {
    if (++calls <= 5) throw away
  })
  const outcomes = Promise.all(
    ['1', '2'].map((text) => outcome(bus.publish('weir.samples', [record(text)]))),
  )
  await clock.advance(60_000)
  expect(await outcomes).toEqual(['bus-handler, retriable', 'bus-handler, retriable'])
})

test('without any subscriber records wait for half a minute, and their room is free again', async () => {
  const { bus, clock } = make({ capacity: 1, whenFull: 'refuse' })
  const early = outcome(bus.publish('weir.samples', [record('1')]))
  await clock.advance(30_000)
  expect(await early).toBe('bus-no-subscriber, retriable')
  const late = outcome(bus.publish('weir.samples', [record('2')]))
  await clock.advance(29_000)
  await bus.subscribe('weir.samples', 'writer', async () => {})
  expect(await late).toBe('taken')
})

test('a group subscribes once to a topic', async () => {
  const { bus } = make()
  await bus.subscribe('weir.samples', 'writer', async () => {})
  await expect(bus.subscribe('weir.samples', 'writer', async () => {})).rejects.toThrow(
    'The group writer already takes weir.samples; each may subscribe once.',
  )
})

test('closing rejects those who wait as worth coming again', async () => {
  const { bus } = make()
  const waiting = outcome(bus.publish('weir.logs', [record('1')]))
  await bus.close()
  expect(await waiting).toBe('bus-closed, retriable')
})

test('the signal ends the retries of a handler, not the first call', async () => {
  const { bus, stopping } = make()
  let calls = 0
  await bus.subscribe('weir.samples', 'writer', async () => {
    if (++calls === 2) throw away
  })
  stopping.abort()
  expect(await outcome(bus.publish('weir.samples', [record('1')]))).toBe('taken')
  expect(await outcome(bus.publish('weir.samples', [record('2')]))).toBe('bus-handler, retriable')
  expect(calls).toBe(2)
})
