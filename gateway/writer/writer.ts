import type { Batch } from '../../core/api/batch.ts'
import type { Bus, BusRecord, Topic } from '../../core/bus/bus.ts'
import { messageOf, StoreError } from '../../core/kit/errors.ts'
import type { Scope } from '../../core/kit/scope.ts'
import { park, readMarks } from '../../core/store/ledger.ts'
import type { Store } from '../../core/store/open.ts'
import type { GatewayEvents } from '../events.ts'
import { topicOf } from '../intake/intake.ts'
import { type ReadBatch, readBatch, rememberedRead } from '../read-batch.ts'
import { type BatchRows, batchRows, insertLoad, missingRows, tokenOf } from './load.ts'
import { type Marks, openMarks } from './marks.ts'
import { isAboutTheRows, isBug } from './store-refusal.ts'

export interface WriterDeps {
  readonly bus: Bus
  readonly store: Store
  readonly events: GatewayEvents
}

interface Read {
  readonly record: BusRecord
  readonly read: ReadBatch
}

/** A batch that is not marked yet, and what of it is to be inserted. */
interface Pending {
  readonly record: BusRecord
  readonly batch: Batch
  readonly rows: BatchRows
}

/** The consumer group of all writers of one store. */
const group = 'weir-writer'

/** Records that travel to the store together; more would only hold longer in memory. */
const recordsPerLoad = 200

/**
 * Carries the bus into the store, each batch exactly once as queries see it. What is about to be inserted
 * is noted in the ledger, inserted together with what came at the same time, and marked. A repeat is known
 * by its mark; a batch that was noted but not marked, as after a crash, is looked for in the tables and only
 * what is not there is inserted. Row keys are the net below: what slips through all this folds in a merge.
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

  /** Leaves out what is marked, and of what was attempted all that the store has. */
  const pendingOf = async (reads: readonly Read[], marks: Marks): Promise<readonly Pending[]> => {
    const pending: Pending[] = []
    const taken = new Set<string>()
    for (const { record, read } of reads) {
      if (!read.ok) continue
      const { batch } = read
      const standing = marks.standingOf(batch)
      const token = tokenOf([batch])
      if (standing === 'done' || taken.has(token)) {
        const { kind, agent, epoch, lane, seq } = batch
        events.batchRepeated({ kind, agent, epoch, lane, seq })
        continue
      }
      taken.add(token)
      const rows = standing === 'attempted' ? await missingRows(store, batch) : batchRows(batch)
      pending.push({ record, batch, rows })
    }
    return pending
  }

  const stored = ({ batch }: Pending, token: string, marks: Marks) => {
    const { kind, agent, epoch, lane, seq } = batch
    events.batchStored({ kind, agent, epoch, lane, seq })
    marks.note(batch, { token, parked: false })
  }

  /** One by one, to find the batch that the store refuses and to spare the others. */
  const insertEach = async (topic: Topic, pending: readonly Pending[], marks: Marks) => {
    for (const one of pending) {
      signal.throwIfAborted()
      const token = tokenOf([one.batch])
      // The load as a whole may have got into some of its tables.
      const rows = await missingRows(store, one.batch)
      const reason = await refusal(() => insertLoad(store, [rows], token))
      if (reason === undefined) stored(one, token, marks)
      else {
        await putAside(topic, one.record, `batch ${one.batch.seq}: ${reason}`)
        marks.note(one.batch, { token, parked: true })
      }
    }
  }

  const insertAll = async (topic: Topic, pending: readonly Pending[], marks: Marks) => {
    const batches = pending.map(({ batch }) => batch)
    await marks.attempt(batches)
    signal.throwIfAborted()
    const token = tokenOf(batches)
    const rows = pending.map((one) => one.rows)
    const reason = await refusal(() => insertLoad(store, rows, token))
    if (reason === undefined) for (const one of pending) stored(one, token, marks)
    else await insertEach(topic, pending, marks)
  }

  const take = async (topic: Topic, records: readonly BusRecord[]) => {
    const reads = records.map((record) => ({ record, read: readRecord(topic, record) }))
    for (const { record, read } of reads) {
      if (!read.ok) await putAside(topic, record, read.because)
    }
    const agents = reads.flatMap(({ read }) => (read.ok ? [read.batch.agent] : []))
    const marks = await openMarks(store, agents)
    const pending = await pendingOf(reads, marks)
    if (pending.length === 0) return
    await insertAll(topic, pending, marks)
    await marks.commit()
  }

  const handle = (topic: Topic) => async (records: readonly BusRecord[]) => {
    for (let from = 0; from < records.length; from += recordsPerLoad) {
      await take(topic, records.slice(from, from + recordsPerLoad)).catch((cause: unknown) => {
        throw storeTrouble(`write ${topic}`, cause)
      })
    }
  }

  for (const topic of new Set(Object.values(topicOf)))
    await bus.subscribe(topic, group, handle(topic))
}

/** Undefined when the rows are stored, else why they never will be. */
async function refusal(insert: () => Promise<void>): Promise<string | undefined> {
  try {
    await insert()
    return undefined
  } catch (error) {
    if (isAboutTheRows(error) || isBug(error)) return messageOf(error)
    throw error
  }
}

function readRecord(topic: Topic, { value }: BusRecord): ReadBatch {
  const known = rememberedRead(value)
  if (known) return topicMatch(topic, { ok: true, batch: known })
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(value).toString('utf8'))
  } catch (error) {
    return { ok: false, because: `The record is no JSON: ${messageOf(error)}` }
  }
  return topicMatch(topic, readBatch(json))
}

function topicMatch(topic: Topic, read: ReadBatch): ReadBatch {
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
