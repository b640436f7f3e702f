import type { Clock } from '../kit/clock.ts'
import { BusError } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'

/** What kind of batch a record holds. */
export type Topic = 'weir.samples' | 'weir.events' | 'weir.logs'

export const topics = ['weir.samples', 'weir.events', 'weir.logs'] as const satisfies Topic[]

/** One batch of an agent, as it crossed the wire. */
export interface BusRecord {
  /** The agent's name: records of one key keep their order. */
  readonly key: string
  readonly value: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Takes records in the order of their keys. Resolving means that they are safe; rejecting means that they
 * come again, so every handler must bear repeats. A handler that wants to step over a record returns.
 */
export type Handler = (records: readonly BusRecord[]) => Promise<void>

/** Carries batches from the gateway's doors to whoever stores them. */
export interface Bus {
  /**
   * Resolves when the records are safe: in all in-sync replicas (Kafka), or through the handlers of all
   * subscribers (embedded). Publishes of one key keep the order of the calls; when one fails for the bus'
   * own reasons, those waiting behind it fail with it. A call made after that may go through before the
   * failed one comes again, so a sender to whom order matters awaits each publish before the next.
   * @throws BusError. `retriable`: full, closed, or out of reach; the sender keeps the records and comes
   * again. Not `retriable`: a record was refused for what it is and will always be.
   */
  publish(topic: Topic, records: readonly BusRecord[]): Promise<void>
  /**
   * Hands the topic's records to a group, from now until the bus closes. Each group gets every record.
   * Resolves once the subscription is noted: a broker that cannot be reached yet is waited for.
   */
  subscribe(topic: Topic, group: string, handle: Handler): Promise<void>
  /** Waits for running handlers; publishes that wait are rejected as retriable. */
  close(): Promise<void>
}

export interface BusDeps {
  readonly log: Log
  readonly clock: Clock
  /** Ends waiting and retrying when it aborts; `close` is still to be called. */
  readonly signal: AbortSignal
}

/** Key, value and headers of one record; Kafka's own limit is 1 MiB for a whole batch. */
export const maxRecordBytes = 900_000

export function sizeOf({ key, value, headers = {} }: BusRecord): number {
  const text = Object.entries(headers).flat().concat(key)
  return value.byteLength + text.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0)
}

/** @throws BusError, not retriable, with code `bus-record-too-large` */
export function assertRecordSizes(topic: Topic, records: readonly BusRecord[]): void {
  for (const record of records) {
    const bytes = sizeOf(record)
    if (bytes <= maxRecordBytes) continue
    throw new BusError(
      `A record of ${record.key} for ${topic} has ${bytes} bytes; at most ${maxRecordBytes} are taken, so the batch must be split.`,
      { code: 'bus-record-too-large' },
    )
  }
}

export const busClosed = () =>
  new BusError('The bus is closed; the records were not taken.', {
    code: 'bus-closed',
    retriable: true,
  })

export const busFull = (what: string) =>
  new BusError(`The bus is full: ${what}; the records were not taken.`, {
    code: 'bus-full',
    retriable: true,
  })
