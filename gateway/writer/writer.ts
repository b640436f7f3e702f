import type { Batch } from '../../core/api/batch.ts'
import { rowsOf } from '../../core/api/rows.ts'
import type { Bus, BusRecord, Topic } from '../../core/bus/bus.ts'
import { messageOf, StoreError } from '../../core/kit/errors.ts'
import type { Scope } from '../../core/kit/scope.ts'
import { park, readMarks } from '../../core/store/ledger.ts'
import type { Store } from '../../core/store/open.ts'
import { writeEvents, writeSamples } from '../../core/store/write.ts'
import type { GatewayEvents } from '../events.ts'
import { topicOf } from '../intake/intake.ts'
import { readBatch } from '../read-batch.ts'
import { type Marks, openMarks } from './marks.ts'
import { isAboutTheRows, isBug } from './store-refusal.ts'

export interface WriterDeps {
  readonly bus: Bus
  readonly store: Store
  readonly events: GatewayEvents
}

interface Read {
  readonly record: BusRecord
  readonly read: ReturnType<typeof readBatch>
}

/** The consumer group of all writers of one store. */
const group = 'weir-writer'

/** The tables remember the tokens of their last inserts only, so marks must not lag far behind. */
const recordsPerCommit = 50

/**
 * Carries the bus into the store, each batch exactly once as queries see it: a repeat is known by its mark
 * in the ledger; one whose mark was lost in a crash carries the token of the first time, so that the tables
 * know it. Batches are inserted one by one, as a token must name the same rows for ever, however the bus
 * groups them next time.
 * @throws StoreError, retriable, when the ledger cannot be read
 */
export async function startWriter(deps: WriterDeps, scope: Scope): Promise<void> {
  const { bus, store, events } = deps
  const { signal } = scope.child('writer')
  await readMarks(store, []).catch((cause: unknown) => {
    throw storeTrouble('read the ledger', cause)
  })

  const putAside = async (topic: Topic, { key, value }: BusRecord, reason: string) => {
    await park(store, { topic, agent: key, reason, body: value })
    events.recordParked({ topic, agent: key, reason, bytes: value.byteLength })
  }

  const takeOne = async (topic: Topic, { record, read }: Read, marks: Marks) => {
    if (!read.ok) return putAside(topic, record, read.because)
    const { batch } = read
    const { kind, agent, epoch, lane, seq } = batch
    if (marks.covers(batch)) return events.batchRepeated({ kind, agent, epoch, lane, seq })
    const token = tokenOf(batch)
    const reason = await insert(store, batch, token)
    if (reason !== undefined) await putAside(topic, record, `batch ${seq}: ${reason}`)
    else events.batchStored({ kind, agent, epoch, lane, seq })
    marks.note(batch, { token, parked: reason !== undefined })
  }

  const take = async (topic: Topic, records: readonly BusRecord[]) => {
    const reads = records.map((record) => ({ record, read: readRecord(topic, record) }))
    const agents = reads.flatMap(({ read }) => (read.ok ? [read.batch.agent] : []))
    const marks = await openMarks(store, agents)
    // Order matters within an agent only; side by side, one agent's insert fills the other's waits.
    const taken = await Promise.allSettled(
      [...groupByKey(reads).values()].map(async (ofAgent) => {
        for (const read of ofAgent) {
          signal.throwIfAborted()
          await takeOne(topic, read, marks)
        }
      }),
    )
    const failed = taken.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    await marks.commit()
  }

  const handle = (topic: Topic) => async (records: readonly BusRecord[]) => {
    for (let from = 0; from < records.length; from += recordsPerCommit) {
      await take(topic, records.slice(from, from + recordsPerCommit)).catch((cause: unknown) => {
        throw storeTrouble(`write ${topic}`, cause)
      })
    }
  }

  for (const topic of Object.values(topicOf)) await bus.subscribe(topic, group, handle(topic))
}

function groupByKey(reads: readonly Read[]): ReadonlyMap<string, readonly Read[]> {
  const groups = new Map<string, Read[]>()
  for (const read of reads) {
    const group = groups.get(read.record.key)
    if (group) group.push(read)
    else groups.set(read.record.key, [read])
  }
  return groups
}

/** Undefined when the rows are stored, else why they never will be. */
async function insert(store: Store, batch: Batch, token: string): Promise<string | undefined> {
  try {
    if (batch.kind === 'samples') await writeSamples(store, rowsOf(batch.blocks), { token })
    else await writeEvents(store, batch.events, { token })
    return undefined
  } catch (error) {
    if (isAboutTheRows(error) || isBug(error)) return messageOf(error)
    throw error
  }
}

/** Names the rows of a batch for ever; the tables recognise a repeat by it. */
function tokenOf({ agent, epoch, lane, kind, seq }: Batch): string {
  return [encodeURIComponent(agent), epoch, lane, kind, seq].join('/')
}

function readRecord(topic: Topic, { value }: BusRecord): ReturnType<typeof readBatch> {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(value).toString('utf8'))
  } catch (error) {
    return { ok: false, because: `The record is no JSON: ${messageOf(error)}` }
  }
  const read = readBatch(json)
  if (!read.ok || topicOf[read.batch.kind] === topic) return read
  return { ok: false, because: `A batch of ${read.batch.kind} does not belong on ${topic}.` }
}

/** Always retriable: nothing was marked, so the bus may hand over the same records again. */
function storeTrouble(what: string, cause: unknown): StoreError {
  return new StoreError(`The writer could not ${what}: ${messageOf(cause)}`, {
    code: 'store-writer',
    retriable: true,
    cause,
  })
}
