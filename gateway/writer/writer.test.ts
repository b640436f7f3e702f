import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storeConfig, temporaryPath } from '../../core/store/config.ts'
import { readMissing } from '../../core/store/ledger.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { blockOf, eventsBatch, type Numbered, samplesBatch } from '../batches.fixture.ts'
import { failing, type Gateway, openGateway, recordOf } from './bench.fixture.ts'

/** The tables forget by the real clock, so what is written is of today. */
const today = Math.floor(Date.now() / 60_000) * 60_000
const at = (seq: number) => today - 600_000 + seq * 1_000
const samples = (seq: number, values: readonly (number | null)[], more: Numbered = {}) =>
  samplesBatch(values, { seq, at: at(seq), ...more })
const events = (seq: number, ...messages: string[]) => eventsBatch(messages, { seq, at: at(seq) })

describe.skipIf(chdbMissing)('the writer', () => {
  let store: Store
  const gateways: Gateway[] = []

  beforeEach(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.close()
    await store.close()
  })

  const open = async (over: Store = store) => {
    const gateway = await openGateway(over)
    gateways.push(gateway)
    return gateway
  }
  const select = async <T>(query: string): Promise<T[]> =>
    (await store.client.query({ query, format: 'JSONEachRow' })).json<T>()
  /** Without FINAL: what is there twice is seen twice. */
  const storedValues = async () =>
    (
      await select<{ recordsIn: number | null }>(
        'SELECT recordsIn FROM task_samples ORDER BY recordsIn',
      )
    ).map(({ recordsIn }) => recordsIn)
  const storedMessages = async () =>
    (
      await select<{ message: string }>(
        "SELECT JSONExtractString(body, 'message') AS message FROM events ORDER BY message",
      )
    ).map(({ message }) => message)

  test('what was acknowledged is in the store; absent is not zero', async () => {
    const { accept } = await open()
    await accept(samples(1, [10, null, 0]))
    await accept(events(2, 'boom', "'; DROP TABLE ledger; --\u0000\u001b[31m"))
    expect(await storedValues()).toEqual([0, 10, null])
    expect(await storedMessages()).toEqual(["'; DROP TABLE ledger; --\u0000\u001b[31m", 'boom'])
    expect(await readMissing(store)).toEqual([])
  })

  test('a batch that its agent sends again is acknowledged and skipped', async () => {
    const { accept, counted } = await open()
    for (const batch of [samples(1, [1]), events(2, 'a'), samples(3, [3]), samples(4, [4])]) {
      expect(await accept(batch)).toMatchObject({ seq: batch.seq })
      expect(await accept(batch)).toMatchObject({ seq: batch.seq })
    }
    expect(await accept(samples(1, [1]))).toMatchObject({ seq: 1 })
    expect(await storedValues()).toEqual([1, 3, 4])
    expect(await storedMessages()).toEqual(['a'])
    expect(await counted('weir_writer_stored_total')).toBe(4)
    expect(await counted('weir_writer_repeated_total')).toBe(5)
  })

  test('events that come after samples of a higher number are not taken for repeats', async () => {
    const { redeliver } = await open()
    await redeliver('weir.samples', [recordOf(samples(1, [1])), recordOf(samples(3, [3]))])
    await redeliver('weir.events', [recordOf(events(2, 'late'))])
    expect(await storedMessages()).toEqual(['late'])
    expect(await readMissing(store)).toEqual([])
  })

  test('epochs, agents and lanes are sequences of their own', async () => {
    const { accept } = await open()
    await accept(samples(1, [1]))
    await accept(samples(1, [2], { epoch: 8, at: at(2) }))
    await accept(samples(1, [3], { agent: 'another', at: at(3) }))
    await accept({ ...samples(1, [4], { at: at(4) }), lane: 'backlog' })
    expect(await storedValues()).toEqual([1, 2, 3, 4])
  })

  test('records that the bus hands over again, grouped otherwise, are stored once', async () => {
    const { redeliver } = await open()
    const [one, two, three] = [1, 2, 3].map((seq) => recordOf(samples(seq, [seq])))
    if (!one || !two || !three) throw new Error('unreachable')
    await redeliver('weir.samples', [one, two])
    await redeliver('weir.samples', [two, three, three])
    await redeliver('weir.samples', [one])
    expect(await storedValues()).toEqual([1, 2, 3])
  })

  test('a new writer over the same store goes on from the ledger', async () => {
    await (await open()).accept(samples(1, [1]))
    const { accept, counted } = await open()
    await accept(samples(1, [1]))
    await accept(samples(2, [2]))
    expect(await storedValues()).toEqual([1, 2])
    expect(await counted('weir_writer_repeated_total')).toBe(1)
  })

  test.each<[string, string, 'before' | 'after']>([
    ['between the insert and the ledger', 'ledger', 'before'],
    ['after the ledger, before anybody knew', 'ledger', 'after'],
    ['before the insert', 'task_samples', 'before'],
    ['after the insert, before anybody knew', 'task_samples', 'after'],
  ])('a crash %s stores each batch once', async (_, table, when) => {
    const crashing = await open(failing(store, table, { times: 1, when }))
    const records = [1, 2, 3].map((seq) => recordOf(samples(seq, [seq, seq + 0.5])))
    await expect(crashing.redeliver('weir.samples', records)).rejects.toMatchObject({
      name: 'StoreError',
      retriable: true,
      message: 'The writer could not write weir.samples: connection reset',
    })
    const next = await open()
    // Another process may get the same records in other groups.
    await next.redeliver('weir.samples', records.slice(0, 2))
    await next.redeliver('weir.samples', records.slice(1))
    expect(await storedValues()).toEqual([1, 1.5, 2, 2.5, 3, 3.5])
    expect(await readMissing(store)).toEqual([])
  })

  test('a store that fails for a moment only delays the acknowledgement', async () => {
    const { accept } = await open(failing(store, 'ledger', { times: 2, when: 'after' }))
    await accept(samples(1, [1]))
    await accept(samples(2, [2]))
    expect(await storedValues()).toEqual([1, 2])
  })

  test('records that cannot be read are put aside and hold up nobody', async () => {
    const { redeliver, counted } = await open()
    const bad = (value: string) => ({ key: 'old-agent', value: Buffer.from(value) })
    await redeliver('weir.samples', [
      recordOf(samples(1, [1])),
      bad('{"half'),
      bad(JSON.stringify({ ...samples(2, [2]), v: 7 })),
      recordOf(events(2, 'lost its way')),
      recordOf(samples(3, [3])),
    ])
    expect(await storedValues()).toEqual([1, 3])
    expect(await counted('weir_writer_parked_total')).toBe(3)
    const parked = await select<{ agent: string; reason: string }>(
      'SELECT agent, reason FROM parked FINAL ORDER BY reason',
    )
    expect(parked).toEqual([
      { agent: 'lab-agent', reason: 'A batch of events does not belong on weir.samples.' },
      {
        agent: 'old-agent',
        reason:
          'Agent "lab-agent" speaks batch version 7; this gateway speaks 1: upgrade this gateway.',
      },
      { agent: 'old-agent', reason: expect.stringMatching(/^The record is no JSON: /) },
    ])
  })

  test('a batch that the store will never take is put aside and holds up nobody', async () => {
    const { accept, counted } = await open()
    const days = Array.from({ length: 120 }, (_, day) => blockOf([1], today - day * 86_400_000))
    await accept({ ...samples(1, [1]), kind: 'samples', blocks: days })
    await accept(samples(2, [2]))
    expect(await counted('weir_writer_parked_total')).toBe(1)
    const parked = await select<{ reason: string; body: string }>('SELECT reason, body FROM parked')
    expect(parked.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^batch 1: Too many partitions for single INSERT block/),
    ])
    expect(parked.map(({ body }) => JSON.parse(body))).toMatchObject([{ seq: 1, blocks: days }])
    expect(await storedValues()).toEqual([2])
    expect(await readMissing(store)).toEqual([])
  })

  test('what an agent cut is missing, as its numbers tell', async () => {
    const { accept } = await open()
    await accept(samples(1, [1]))
    await accept(samples(5, [5]))
    expect(await readMissing(store)).toEqual([
      { agent: 'lab-agent', epoch: 7, lane: 'live', batches: 3 },
    ])
  })
})
