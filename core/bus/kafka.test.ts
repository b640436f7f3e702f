import { createServer } from 'node:net'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../kit/clock.ts'
import { createLog, silentLog } from '../kit/log.ts'
import { busContract } from './bus.contract.ts'
import { KafkaBusConfig } from './config.ts'
import { openKafka } from './kafka.ts'

// biome-ignore lint/style/noProcessEnv: the only way to tell a test run about a broker.
const broker = process.env.WEIR_TEST_KAFKA
const signal = new AbortController().signal
const run = `test-${process.pid}-${Date.now()}`

if (broker) {
  busContract({
    name: 'the Kafka',
    durable: true,
    open: async (instance) => {
      const config = {
        kind: 'kafka',
        brokers: [broker],
        prefix: `${run}-${instance}`,
        partitions: 3,
      }
      return openKafka(KafkaBusConfig.parse({ ...config, replicationFactor: 1 }), {
        log: silentLog,
        clock: systemClock,
        signal,
      })
    },
  })
} else {
  test.skip('the Kafka bus keeps its contract (skipped: WEIR_TEST_KAFKA=host:port names no broker)', () => {})
}

/** A port at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('without a broker the bus opens, tries again, says so, and refuses as worth coming again', async () => {
  const lines: string[] = []
  const log = createLog({ level: 'warn', format: 'json', write: (line) => void lines.push(line) })
  const brokers = [`127.0.0.1:${await closedPort()}`]
  const bus = openKafka(KafkaBusConfig.parse({ kind: 'kafka', brokers }), {
    log,
    clock: systemClock,
    signal,
  })
  await bus.subscribe('weir.samples', 'writer', async () => {})
  await expect(
    bus.publish('weir.samples', [{ key: 'a', value: Uint8Array.of(1) }]),
  ).rejects.toMatchObject({
    code: 'bus-unreachable',
    retriable: true,
    message: `Kafka at ${brokers[0]} is out of reach; the records were not taken.`,
  })
  await vi.waitFor(() => expect(lines.length).toBeGreaterThan(0), { timeout: 20_000 })
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    message: 'Kafka is not ready yet and is tried again.',
    attempt: 1,
  })
  await bus.close()
})
