import { createHash } from 'node:crypto'
import type { Ack, Payload } from '../api/batch.ts'
import type { Store } from './open.ts'
import { insertRows, selectRows } from './rows.ts'

/** One sequence of batches on one topic. */
export type LedgerKey = Omit<Ack, 'seq'> & { readonly kind: Payload['kind'] }

/** How far the writer has come with a sequence. */
export interface Mark extends LedgerKey {
  /** All batches of the key up to here are in the store, are parked, or were never sent. */
  readonly seq: number
  /** Deduplication token of the insert that the mark was committed with. */
  readonly token: string
  /** Batches stored and parked since the beginning of the key. */
  readonly batches: number
  readonly parked: number
}

/** Reads the marks of these agents. Errors are the client's. */
export async function readMarks(store: Store, agents: readonly string[]): Promise<Mark[]> {
  const result = await store.client.query({
    query: `SELECT agent, epoch, lane, kind, seq, token, batches, parked
      FROM ledger FINAL
      WHERE agent IN {agents:Array(String)}
      ORDER BY agent, epoch, lane, kind`,
    query_params: { agents },
    format: 'JSONEachRow',
  })
  return result.json<Mark>()
}

/** Commits marks, all of them or none. Of several for one key the highest `seq` counts. */
export async function writeMarks(store: Store, marks: readonly Mark[]): Promise<void> {
  if (marks.length === 0) return
  await store.client.insert({
    table: 'ledger',
    columns: ['agent', 'epoch', 'lane', 'kind', 'seq', 'token', 'batches', 'parked'],
    values: [...marks],
    format: 'JSONEachRow',
  })
}

/** Up to which number the batches of a sequence may be in the store, marked or not. */
export interface Attempt extends LedgerKey {
  readonly seq: number
}

/** Reads the attempts of these agents. Errors are the client's. */
export function readAttempts(store: Store, agents: readonly string[]): Promise<Attempt[]> {
  return selectRows<Attempt>(
    store,
    `SELECT agent, epoch, lane, kind, max(seq) AS seq FROM attempts
     WHERE agent IN {agents:Array(String)}
     GROUP BY agent, epoch, lane, kind`,
    { agents },
  )
}

/** Notes what is about to be inserted; until then nothing of it is. */
export function writeAttempts(store: Store, attempts: readonly Attempt[]): Promise<void> {
  return insertRows(
    store,
    'attempts',
    ['agent', 'epoch', 'lane', 'kind', 'seq'],
    attempts.map(({ agent, epoch, lane, kind, seq }) => [agent, epoch, lane, kind, seq]),
    {},
  )
}

/** Batches of one sequence that the sender numbered and the store never got. */
export interface Missing extends Omit<Ack, 'seq'> {
  readonly batches: number
}

/**
 * What senders cut or were refused, seen from the holes in their numbers. A batch that is on its way right
 * now may count for a moment, so only what stays is a gap.
 */
export async function readMissing(store: Store): Promise<Missing[]> {
  const result = await store.client.query({
    query: `SELECT agent, epoch, lane, toInt64(max(seq)) - toInt64(sum(ledger.batches + parked)) AS batches
      FROM ledger FINAL
      GROUP BY agent, epoch, lane
      HAVING batches > 0
      ORDER BY agent, epoch, lane`,
    format: 'JSONEachRow',
  })
  return result.json<Missing>()
}

export interface ParkedRecord {
  readonly topic: string
  readonly agent: string
  /** Why it could not be written. */
  readonly reason: string
  readonly body: Uint8Array
}

/** Puts a record aside that can never be written, so that those behind it can. */
export async function park(store: Store, record: ParkedRecord): Promise<void> {
  const { topic, agent, reason } = record
  const hash = createHash('sha256').update(record.body).digest('hex')
  const body = Buffer.from(record.body).toString('utf8')
  await store.client.insert({
    table: 'parked',
    columns: ['topic', 'agent', 'hash', 'reason', 'body'],
    values: [{ topic, agent, hash, reason, body }],
    format: 'JSONEachRow',
  })
}
