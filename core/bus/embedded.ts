import { BusError, messageOf } from '../kit/errors.ts'
import { isRetriable, retry } from '../kit/retry.ts'
import {
  assertRecordSizes,
  type Bus,
  type BusDeps,
  type BusRecord,
  busClosed,
  type Handler,
  sizeOf,
  type Topic,
} from './bus.ts'
import type { EmbeddedBusConfig } from './config.ts'
import { type Convoy, createConvoy } from './convoy.ts'
import { createHandOff, type HandOff } from './hand-off.ts'

const attempts = 5
const backoff = { minMs: 100, maxMs: 2_000 }
const maxRecordsAtOnce = 1_000
const maxBytesAtOnce = 8 * 1024 * 1024

/** The bus inside one process: it keeps nothing, it hands over. One handler per topic and group. */
export function openEmbedded(config: EmbeddedBusConfig, deps: BusDeps): Bus {
  const handOffs = new Map<Topic, HandOff>()
  let closed = false

  const handOffOf = (topic: Topic): HandOff => {
    const known = handOffs.get(topic)
    if (known) return known
    const made = createHandOff(topic, config, deps)
    handOffs.set(topic, made)
    return made
  }

  return {
    async publish(topic, records) {
      if (closed) throw busClosed()
      assertRecordSizes(topic, records)
      if (records.length > 0) await handOffOf(topic).offer(records)
    },
    async subscribe(topic, group, handle) {
      if (closed) throw busClosed()
      handOffOf(topic).addLane(group, createLane(topic, group, handle, deps))
    },
    async close() {
      closed = true
      await Promise.all([...handOffs.values()].map((handOff) => handOff.close()))
    },
  }
}

/** The way to one handler: one call at a time, what comes meanwhile goes together in the next call. */
function createLane(
  topic: Topic,
  group: string,
  handle: Handler,
  { log, clock, signal }: BusDeps,
): Convoy<BusRecord> {
  const carry = (records: readonly BusRecord[]) =>
    retry(() => handle(records), {
      clock,
      signal,
      attempts,
      ...backoff,
      onRetry: (error, attempt, waitMs) =>
        log.warn('A handler failed and is called again.', { topic, group, attempt, waitMs, error }),
    }).catch((cause: unknown) => {
      throw new BusError(`The ${group} could not take ${topic}: ${messageOf(cause)}`, {
        code: 'bus-handler',
        retriable: isRetriable(cause),
        cause,
      })
    })
  return createConvoy({ carry, sizeOf, maxItems: maxRecordsAtOnce, maxBytes: maxBytesAtOnce })
}
