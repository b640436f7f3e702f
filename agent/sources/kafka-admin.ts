import kafkajs from 'kafkajs'
import { createClient } from '../../core/bus/kafka-client.ts'
import type { Log } from '../../core/kit/log.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { KafkaSourceConfig } from '../config.ts'
import type { TopicOffsets } from './kafka-offsets.ts'

/** A topic's offsets by Kafka's admin protocol. Connects when first asked, and again after a failure. */
export function kafkaTopicOffsets(
  config: Pick<KafkaSourceConfig, 'brokers' | 'ssl' | 'sasl'>,
  log: Log,
  scope: Scope,
): TopicOffsets {
  const admin = createClient(config, log).admin()
  let connected: Promise<void> | undefined
  scope.add('kafka-offsets', () => admin.disconnect())
  return {
    async of(topic) {
      connected ??= admin.connect()
      try {
        await connected
        const partitions = await admin.fetchTopicOffsets(topic)
        return partitions.map(({ partition, low, high }) => {
          return { partition, begin: Number(low), end: Number(high) }
        })
      } catch (error) {
        if (
          error instanceof kafkajs.KafkaJSProtocolError &&
          error.type === 'UNKNOWN_TOPIC_OR_PARTITION'
        ) {
          return undefined
        }
        connected = undefined
        throw error
      }
    },
  }
}
