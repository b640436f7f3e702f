import {
  CompressionTypes,
  type ICustomPartitioner,
  type Kafka,
  type Message,
  Partitioners,
} from 'kafkajs'
import { BusError, messageOf } from '../kit/errors.ts'
import { retry } from '../kit/retry.ts'
import {
  type BusDeps,
  type BusRecord,
  busClosed,
  busFull,
  maxRecordBytes,
  sizeOf,
  type Topic,
} from './bus.ts'
import type { KafkaBusConfig } from './config.ts'
import { createConvoy } from './convoy.ts'
import { topicName } from './kafka-client.ts'
import { prepareTopics } from './kafka-topics.ts'

/** How long publishes wait for the first connection before they are refused. */
const patienceMs = 5_000
const backoff = { minMs: 500, maxMs: 30_000 }

export interface Sender {
  /** Resolves when topics and producer are ready; rejects when the signal ends the attempts before. */
  readonly connected: Promise<void>
  send(topic: Topic, records: readonly BusRecord[]): Promise<void>
  close(): Promise<void>
}

interface Parcel {
  readonly topic: Topic
  readonly record: BusRecord
}

/**
 * Sends one request at a time to all in-sync replicas; what comes meanwhile travels in the next one, up to
 * the size that a broker takes as one batch. Not with Kafka's idempotence: after a send that failed,
 * kafkajs reuses its sequence numbers, and the broker would take the next batch for the lost one and drop
 * it with a friendly acknowledgement. A repeat is harmless here, as the ledger knows it; a loss is not.
 */
export function openSender(
  kafka: Kafka,
  config: KafkaBusConfig,
  { log, clock, signal }: BusDeps,
): Sender {
  const used = new Set<string>()
  const producer = kafka.producer({
    createPartitioner: remembering(used),
    allowAutoTopicCreation: false,
    idempotent: false,
    maxInFlightRequests: 1,
  })
  const refuseFromAt = clock.now() + patienceMs
  let ready = false
  let heldBytes = 0

  const connect = async () => {
    try {
      await prepareTopics(kafka, config, log)
      await producer.connect()
    } catch (cause) {
      throw unreachable(config, cause)
    }
    ready = true
    log.info('Kafka is connected.', { brokers: config.brokers })
  }
  const connected = retry(connect, {
    clock,
    signal,
    attempts: Number.POSITIVE_INFINITY,
    ...backoff,
    onRetry: (error, attempt, waitMs) =>
      log.warn('Kafka is not ready yet and is tried again.', { attempt, waitMs, error }),
  })
  // Those who need the connection look at it themselves; without them its end is no accident.
  connected.catch(() => {})

  const sendBatch = async (parcels: readonly Parcel[]) => {
    for (let attempt = 1; ; attempt++) {
      used.clear()
      try {
        return await producer.sendBatch({
          acks: -1,
          timeout: 10_000,
          compression:
            config.compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None,
          topicMessages: byTopic(parcels, config),
        })
      } catch (cause) {
        if (attempt === NEW_TOPIC_ATTEMPTS || !says(cause, unknownTopic)) throw cause
        await clock.sleep(NEW_TOPIC_WAIT_MS, signal)
      }
    }
  }

  const carry = async (parcels: readonly Parcel[]) => {
    if (!ready) await waitForConnection()
    try {
      const answers = await sendBatch(parcels)
      for (const { topicName: topic, partition } of answers) used.delete(`${topic}/${partition}`)
    } catch (cause) {
      throw sendError(config, cause)
    }
    // When a leader moves between two attempts, kafkajs may leave out what went to it and report success.
    if (used.size > 0) {
      throw new BusError(`Kafka did not confirm ${[...used].join(', ')}.`, {
        code: 'bus-unconfirmed',
        retriable: true,
      })
    }
  }

  const waitForConnection = async () => {
    const enough = new AbortController()
    const patience = clock.sleep(Math.max(0, refuseFromAt - clock.now()), enough.signal)
    await Promise.race([connected, patience]).catch(() => {})
    enough.abort()
    patience.catch(() => {})
    if (!ready) throw unreachable(config, undefined)
  }

  const convoy = createConvoy<Parcel>({
    carry,
    sizeOf: ({ record }) => sizeOf(record),
    maxItems: 500,
    maxBytes: maxRecordBytes,
  })

  return {
    connected,
    async send(topic, records) {
      const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0)
      if (heldBytes > 0 && heldBytes + bytes > config.capacityBytes) {
        throw busFull(`${heldBytes} bytes wait for Kafka`)
      }
      heldBytes += bytes
      const outcomes = await Promise.allSettled(
        records.map((record) => convoy.push([{ topic, record }])),
      )
      heldBytes -= bytes
      const failure = outcomes.find((outcome) => outcome.status === 'rejected')
      if (failure) throw failure.reason
    },
    async close() {
      await convoy.close(busClosed())
      await producer.disconnect()
    },
  }
}

/** Kafka's usual partitioner (a hash of the key), noting the partitions that a send uses. */
function remembering(used: Set<string>): ICustomPartitioner {
  return () => {
    const choose = Partitioners.DefaultPartitioner()
    return (args) => {
      const partition = choose(args)
      used.add(`${args.topic}/${partition}`)
      return partition
    }
  }
}

function byTopic(parcels: readonly Parcel[], config: KafkaBusConfig) {
  const messages = new Map<string, Message[]>()
  for (const { topic, record } of parcels) {
    const name = topicName(config, topic)
    const { buffer, byteOffset, byteLength } = record.value
    const message = {
      key: record.key,
      value: Buffer.from(buffer, byteOffset, byteLength),
      headers: { ...record.headers },
    }
    const known = messages.get(name)
    if (known) known.push(message)
    else messages.set(name, [message])
  }
  return [...messages].map(([topic, list]) => ({ topic, messages: list }))
}

const unreachable = ({ brokers }: KafkaBusConfig, cause: unknown) =>
  new BusError(`Kafka at ${brokers.join(', ')} is out of reach; the records were not taken.`, {
    code: 'bus-unreachable',
    retriable: true,
    cause,
  })

const refusals = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'])

/** A broker may not have heard yet of a topic that was made a moment ago; nothing was sent then. */
const unknownTopic = new Set(['UNKNOWN_TOPIC_OR_PARTITION'])
const NEW_TOPIC_ATTEMPTS = 8
const NEW_TOPIC_WAIT_MS = 500

/** The error, or one that caused it, that a broker gave one of these names. */
function says(cause: unknown, types: ReadonlySet<string>): Error | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ('type' in error && typeof error.type === 'string' && types.has(error.type)) return error
  }
  return undefined
}

/** Only what a broker says about the record itself is final; the sender keeps the rest and comes again. */
function sendError(config: KafkaBusConfig, cause: unknown): BusError {
  const refusal = says(cause, refusals)
  if (!refusal) return unreachable(config, cause)
  return new BusError(`Kafka refused a record: ${messageOf(refusal)}`, {
    code: 'bus-record-refused',
    cause,
  })
}
