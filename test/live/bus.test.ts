import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { busContract } from '../../core/bus/bus.contract.ts'
import { KafkaBusConfig } from '../../core/bus/config.ts'
import { openKafka } from '../../core/bus/kafka.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { createLog, silentLog } from '../../core/kit/log.ts'
import { kafkaDown, kafkaUp, missingTools, setup } from '../lab/index.mjs'

const reason = missingTools()
if (reason !== undefined) process.stdout.write(`The bus is not tested over Kafka: ${reason}\n`)

describe.skipIf(reason !== undefined)('over a real Kafka', () => {
  let broker = ''
  const run = `test-${process.pid}-${Date.now()}`
  const signal = new AbortController().signal
  const configOf = (prefix: string) =>
    KafkaBusConfig.parse({
      ...{ kind: 'kafka', brokers: [broker], prefix, partitions: 3, replicationFactor: 1 },
    })
  beforeAll(async () => {
    await setup()
    broker = await kafkaUp('1.20', { keep: true })
  }, 240_000)
  afterAll(() => kafkaDown('1.20'), 60_000)

  busContract({
    name: 'the Kafka',
    durable: true,
    open: async (instance) =>
      openKafka(configOf(`${run}-${instance}`), { log: silentLog, clock: systemClock, signal }),
  })

  test('says what is unsafe about a topic that somebody else has made', async () => {
    const prefix = `${run}-unsafe`
    const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic: `${prefix}.weir.samples`,
          ...{ numPartitions: 3, replicationFactor: 1 },
          configEntries: [
            { name: 'retention.ms', value: '60000' },
            { name: 'retention.bytes', value: '1000000' },
          ],
        },
      ],
    })
    await admin.disconnect()
    const lines: string[] = []
    const log = createLog({ level: 'warn', format: 'json', write: (line) => void lines.push(line) })
    const bus = openKafka(configOf(prefix), { log, clock: systemClock, signal })
    await bus.publish('weir.samples', [{ key: 'a', value: Uint8Array.of(1) }])
    await bus.close()
    expect(lines.map((line) => JSON.parse(line)).find(({ risks }) => risks)).toMatchObject({
      message: 'A topic is not as safe as it should be.',
      topic: `${prefix}.weir.samples`,
      risks: [
        expect.stringMatching(/^It has 1 replica/),
        expect.stringMatching(/^retention\.ms is 60000, less than bus\.retentionMs/),
        expect.stringMatching(/^retention\.bytes is 1000000/),
      ],
    })
  }, 60_000)
})
