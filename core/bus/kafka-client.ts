import { Kafka, type LogEntry, logLevel } from 'kafkajs'
import type { Log } from '../kit/log.ts'
import type { Topic } from './bus.ts'
import type { KafkaBusConfig } from './config.ts'

/** A kafkajs client that speaks through our log. Our own lines tell what its troubles mean for us. */
export function createClient(
  { brokers, ssl, sasl }: Pick<KafkaBusConfig, 'brokers' | 'ssl' | 'sasl'>,
  log: Log,
): Kafka {
  return new Kafka({
    clientId: 'weir',
    brokers: [...brokers],
    ssl,
    ...(sasl ? { sasl } : {}),
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 15_000,
    // With a broker that hangs, a publish ends after three requests, within a minute.
    retry: { retries: 2, initialRetryTime: 300, maxRetryTime: 2_000 },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => tell(log, entry),
  })
}

function tell(log: Log, { namespace, log: entry }: LogEntry): void {
  const { message, timestamp: _at, logger: _name, stack: _stack, ...facts } = entry
  // A broker that is away makes ten lines a second of them, all "error", and kafkajs retries by itself.
  log.debug('The Kafka client reports.', { ...facts, says: message, client: namespace })
}

/** A topic's name in the cluster. */
export function topicName({ prefix }: KafkaBusConfig, topic: Topic): string {
  return prefix === '' ? topic : `${prefix}.${topic}`
}

/** A group's name in the cluster. One per topic: Kafka shares a group's work over all its members. */
export function groupName(config: KafkaBusConfig, topic: Topic, group: string): string {
  return `${topicName(config, topic)}.${group}`
}
