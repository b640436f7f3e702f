import { expect, test } from 'vitest'
import { systemClock } from '../kit/clock.ts'
import { loadConfig } from '../kit/config.ts'
import { silentLog } from '../kit/log.ts'
import { BusConfig } from './config.ts'
import { openBus } from './open.ts'

type Settings = Record<string, unknown>

const minimal = { kind: 'kafka', brokers: ['b1:9092', '[::1]:9092'] }

test.each<[string, Settings, object]>([
  [
    'an embedded bus',
    { kind: 'embedded' },
    { kind: 'embedded', capacity: 10_000, capacityBytes: 67_108_864, whenFull: 'refuse' },
  ],
  [
    'a Kafka bus',
    minimal,
    {
      ...minimal,
      prefix: '',
      ssl: false,
      partitions: 12,
      replicationFactor: 3,
      retentionMs: 259_200_000,
      compression: 'gzip',
      capacityBytes: 67_108_864,
    },
  ],
])('%s needs little', (_, given, expected) => {
  expect(loadConfig(BusConfig, { overrides: given })).toEqual(expected)
})

test.each<[string, Settings, string]>([
  ['another kind', { kind: 'rabbit' }, 'kind: must be one of "embedded", "kafka"'],
  ['a broker as URL', { kind: 'kafka', brokers: ['kafka://b:1'] }, 'brokers.0: must be host:port'],
  ['no broker', { kind: 'kafka', brokers: [] }, 'brokers: too small'],
  [
    'half a login',
    { ...minimal, sasl: { mechanism: 'plain', username: 'u' } },
    'sasl.password: is missing',
  ],
  ['a foreign option', { kind: 'embedded', brokers: ['b:1'] }, 'brokers: is not a known setting'],
])('%s is refused', (_, given, expected) => {
  expect(() => loadConfig(BusConfig, { overrides: given })).toThrow(expected)
})

test('the bus that the configuration names is opened', async () => {
  const signal = new AbortController().signal
  const config = BusConfig.parse({ kind: 'embedded' })
  const bus = await openBus(config, { log: silentLog, clock: systemClock, signal })
  const taken: string[] = []
  await bus.subscribe('weir.events', 'writer', async (records) => {
    taken.push(...records.map(({ key }) => key))
  })
  await bus.publish('weir.events', [{ key: 'agent', value: Uint8Array.of(1) }])
  await bus.close()
  expect(taken).toEqual(['agent'])
})
