import { assertRecordSizes, type Bus, type BusDeps, busClosed } from './bus.ts'
import type { KafkaBusConfig } from './config.ts'
import { createClient } from './kafka-client.ts'
import { consume } from './kafka-consumer.ts'
import { openSender } from './kafka-sender.ts'

/**
 * The bus over Apache Kafka. Opens at once and connects in the background, trying until the bus closes:
 * until then publishes are rejected as retriable and subscriptions wait.
 */
export function openKafka(config: KafkaBusConfig, deps: BusDeps): Bus {
  const closing = new AbortController()
  const signal = AbortSignal.any([deps.signal, closing.signal])
  const kafka = createClient(config, deps.log)
  const sender = openSender(kafka, config, { ...deps, signal })
  const consumers: Promise<void>[] = []

  return {
    async publish(topic, records) {
      if (closing.signal.aborted) throw busClosed()
      assertRecordSizes(topic, records)
      await sender.send(topic, records)
    },
    async subscribe(topic, group, handle) {
      if (closing.signal.aborted) throw busClosed()
      const consumer = { topic, group, handle, connected: sender.connected }
      consumers.push(consume(kafka, config, consumer, { ...deps, signal }))
    },
    async close() {
      closing.abort(busClosed())
      await Promise.all([...consumers, sender.close()])
    },
  }
}
