import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import type { Clock } from '../kit/clock.ts'
import { every } from '../kit/clock.ts'
import { BusError, messageOf } from '../kit/errors.ts'
import { backoffMs } from '../kit/retry.ts'
import type { BusDeps, BusRecord, Handler, Topic } from './bus.ts'
import type { KafkaBusConfig } from './config.ts'
import { groupName, topicName } from './kafka-client.ts'

const reopening = { minMs: 1_000, maxMs: 30_000 }
const handlerPause = { minMs: 500, maxMs: 30_000 }
/** Without any sign of life for so long the connection is half dead and kafkajs does not notice. */
const silenceMs = 60_000
/** While the group settles, nothing is heard for as long as its slowest member takes. */
const rebalanceMs = 120_000
const beatMs = 3_000

export interface Subscription {
  readonly topic: Topic
  readonly group: string
  readonly handle: Handler
  /** Resolves when the topics exist. */
  readonly connected: Promise<void>
}

/**
 * Holds a subscription until the signal aborts; resolves when the last handler is through. When the
 * consumer breaks or falls silent, it is closed and opened anew, after its handlers have ended.
 */
export async function consume(
  kafka: Kafka,
  config: KafkaBusConfig,
  subscription: Subscription,
  { log: parentLog, clock, signal }: BusDeps,
): Promise<void> {
  const { topic, group } = subscription
  const log = parentLog.child({ topic, group })
  let failures = 0

  const session = async (): Promise<Error | undefined> => {
    const running = new Set<Promise<void>>()
    const consumer = kafka.consumer({
      groupId: groupName(config, topic, group),
      sessionTimeout: 45_000,
      heartbeatInterval: beatMs,
      rebalanceTimeout: rebalanceMs,
      maxBytesPerPartition: 4 * 1024 * 1024,
      maxBytes: 16 * 1024 * 1024,
      maxWaitTimeInMs: 1_000,
      allowAutoTopicCreation: false,
      // One way back for all breaks: ours, below.
      retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
    })
    const over = new AbortController()
    const ended = endOf(consumer, clock, AbortSignal.any([signal, over.signal]), () => {
      failures = 0
    })
    const take = takeBatch(subscription, { log, clock, signal })
    try {
      await consumer.connect()
      // Without it, whatever was published before the group's first start would be skipped.
      await consumer.subscribe({ topics: [topicName(config, topic)], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: config.partitions,
        eachBatch: (payload) => {
          const taking = take(payload).finally(() => running.delete(taking))
          running.add(taking)
          return taking
        },
      })
      return await ended
    } finally {
      over.abort()
      // A half dead connection may never say goodbye; the handlers must end in any case, for order's sake.
      await within(10_000, consumer.disconnect(), clock)
      await Promise.allSettled(running)
    }
  }

  await subscription.connected.catch(() => {})
  while (!signal.aborted) {
    const error = await session().catch((thrown: unknown) => thrown)
    if (signal.aborted) return
    failures++
    const waitMs = Math.max(reopening.minMs, backoffMs(failures, reopening))
    log.warn('The consumer broke and is opened anew.', { waitMs, error: messageOf(error) })
    await clock.sleep(waitMs, signal).catch(() => {})
  }
}

/** Resolves when a consumer crashed or fell silent (with the reason), or when the signal aborts. */
function endOf(
  consumer: Consumer,
  clock: Clock,
  signal: AbortSignal,
  onJoin: () => void,
): Promise<Error | undefined> {
  const { CRASH, GROUP_JOIN, HEARTBEAT, FETCH, REBALANCING } = consumer.events
  let silentAt = clock.now() + silenceMs + rebalanceMs
  const alive = () => {
    silentAt = clock.now() + silenceMs
  }
  consumer.on(HEARTBEAT, alive)
  consumer.on(FETCH, alive)
  consumer.on(GROUP_JOIN, () => {
    alive()
    onJoin()
  })
  consumer.on(REBALANCING, () => {
    silentAt = clock.now() + silenceMs + rebalanceMs
  })
  const crash = new Promise<Error>((resolve) => {
    consumer.on(CRASH, ({ payload }) => resolve(payload.error))
  })
  const silence = async () => {
    for await (const at of every(5_000, clock, signal)) {
      if (at > silentAt) return new BusError('Nothing was heard from Kafka.', { retriable: true })
    }
    return undefined
  }
  return Promise.race([crash, silence()])
}

/** Handles batches of one session: handler, then commit; a failed handler pauses its partition. */
function takeBatch(
  { topic, group, handle }: Subscription,
  { log, clock, signal }: BusDeps,
): (payload: EachBatchPayload) => Promise<void> {
  const failuresOf = new Map<number, number>()
  return async ({ batch, heartbeat, pause, resolveOffset, commitOffsetsIfNecessary, ...now }) => {
    const { partition } = batch
    const last = batch.messages.at(-1)
    if (!last || !now.isRunning() || now.isStale()) return
    try {
      await whileBeating(heartbeat, clock, () => handle(batch.messages.map(recordOf)))
    } catch (error) {
      // Nothing is skipped, whatever the handler says of its error: what was acknowledged must get through.
      const failures = (failuresOf.get(partition) ?? 0) + 1
      failuresOf.set(partition, failures)
      const waitMs = Math.max(handlerPause.minMs, backoffMs(failures, handlerPause))
      log.warn('A handler failed; its partition pauses and the same records come again.', {
        partition,
        offset: batch.firstOffset(),
        failures,
        waitMs,
        error,
      })
      const resume = pause()
      clock.sleep(waitMs, signal).then(resume, () => {})
      return
    }
    failuresOf.delete(partition)
    resolveOffset(last.offset)
    const offset = String(BigInt(batch.lastOffset()) + 1n)
    await commitOffsetsIfNecessary({
      topics: [{ topic: batch.topic, partitions: [{ partition, offset }] }],
    })
    log.debug('Records were handled.', { topic, group, partition, offset })
  }
}

/** Keeps the group's place while a handler takes its time. */
async function whileBeating(
  heartbeat: () => Promise<void>,
  clock: Clock,
  work: () => Promise<void>,
): Promise<void> {
  const done = new AbortController()
  const beat = async () => {
    for await (const _ of every(beatMs, clock, done.signal)) {
      // A refused heartbeat means a rebalance; the commit after the handler meets it, too, and tells.
      await heartbeat().catch(() => {})
    }
  }
  void beat()
  try {
    await work()
  } finally {
    done.abort()
  }
}

function recordOf({ key, value, headers = {} }: KafkaMessage): BusRecord {
  const texts = Object.entries(headers).flatMap(([name, header]) =>
    header === undefined ? [] : [[name, String(Array.isArray(header) ? header[0] : header)]],
  )
  return {
    key: key?.toString() ?? '',
    value: value ?? new Uint8Array(),
    headers: Object.fromEntries(texts),
  }
}

async function within(ms: number, work: Promise<void>, clock: Clock): Promise<void> {
  const done = new AbortController()
  const late = clock.sleep(ms, done.signal).catch(() => {})
  await Promise.race([work.catch(() => {}), late])
  done.abort()
}
