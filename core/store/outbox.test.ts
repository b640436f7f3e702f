import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import {
  type OutboxEntry,
  readFired,
  readGroups,
  readMessages,
  readUnsent,
  writeDelivery,
  writeOutbox,
} from './outbox.ts'
import { readJournal, readSettings, writeJournal, writeSetting } from './settings.ts'

/** The tables forget by the real clock, so what is written is of today. */
const NOW = Math.floor(Date.now() / 60_000) * 60_000

const entry = (group: string, sequence: number, over: Partial<OutboxEntry> = {}): OutboxEntry => ({
  ...{ route: 'all', group, sequence, at: NOW + sequence },
  messages: ['chat', 'oncall'].map((target) => ({
    ...{
      id: `${group}-${sequence}-${target}`,
      target,
      status: 'firing',
      body: { group, 订: '"\n' },
    },
  })),
  state: { live: 1, body: { group, sequence } },
  ...over,
})

const attempt = (id: string, n: number, outcome: 'delivered' | 'failed' | 'refused' | 'again') => ({
  ...{ id, at: NOW + n * 10, attempt: n, target: 'chat', outcome, tookMs: 1.6, detail: `try ${n}` },
})

describe.skipIf(chdbMissing)('the outbox', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  test('a group is remembered as it was told last, however often that is written', async () => {
    await writeOutbox(store, [entry('a', 1), entry('b', 1)])
    await writeOutbox(store, [entry('a', 2)])
    await writeOutbox(store, [entry('a', 2)])
    expect(await readGroups(store, NOW + 1_000)).toEqual([
      { group: 'a', sequence: 2 },
      { group: 'b', sequence: 1 },
    ])
    expect(await readMessages(store, { limit: 100 })).toHaveLength(6)
    expect(await readFired(store, NOW)).toEqual([
      { route: 'all', at: NOW + 1 },
      { route: 'all', at: NOW + 1 },
      { route: 'all', at: NOW + 2 },
    ])
  })

  test('a group in which nothing fires any more is forgotten after a while', async () => {
    await writeOutbox(store, [entry('b', 2, { state: { live: 0, body: 'over' }, messages: [] })])
    expect(await readGroups(store, NOW + 3)).toEqual([{ group: 'a', sequence: 2 }])
    expect(await readGroups(store, NOW + 2)).toContain('over')
  })

  test('what has not come to an end is sent again, in the order of its decisions', async () => {
    await writeDelivery(store, attempt('a-1-chat', 1, 'delivered'))
    await writeDelivery(store, attempt('a-1-oncall', 1, 'failed'))
    await writeDelivery(store, attempt('a-2-chat', 1, 'failed'))
    await writeDelivery(store, attempt('a-2-chat', 2, 'refused'))
    await writeDelivery(store, attempt('b-1-chat', 1, 'refused'))
    await writeDelivery(store, attempt('b-1-chat', 2, 'again'))
    const unsent = await readUnsent(store, NOW - 1_000)
    expect(unsent.map(({ id, attempts, outcome }) => [id, attempts, outcome])).toEqual([
      ['a-1-oncall', 1, 'failed'],
      ['b-1-chat', 2, 'again'],
      ['b-1-oncall', 0, null],
      ['a-2-oncall', 0, null],
    ])
    expect(unsent[0]).toEqual({
      ...{ id: 'a-1-oncall', target: 'oncall', at: NOW + 1, body: { group: 'a', 订: '"\n' } },
      ...{ attempts: 1, outcome: 'failed', detail: 'try 1', triedAt: NOW + 10 },
    })
    expect(await readUnsent(store, NOW + 3)).toEqual([])
  })

  test('messages are told newest first, or one by its id', async () => {
    const told: string[] = []
    for (let page = await readMessages(store, { limit: 4 }); page.length > 0; ) {
      told.push(...page.map(({ id }) => id))
      page = await readMessages(store, { after: page.at(-1), limit: 4 })
    }
    expect(told).toEqual([
      ...['a-2-oncall', 'a-2-chat', 'b-1-oncall', 'b-1-chat', 'a-1-oncall', 'a-1-chat'],
    ])
    const [one] = await readMessages(store, { limit: 1, id: 'a-2-chat' })
    expect(one).toMatchObject({ id: 'a-2-chat', attempts: 2, outcome: 'refused', detail: 'try 2' })
    const dead = await readMessages(store, { limit: 100, onlyDead: true })
    expect(dead.map(({ id }) => id)).toEqual(['a-2-chat'])
  })

  test('decisions beyond one insert are all kept', async () => {
    const many = Array.from({ length: 1_500 }, (_, index) => entry(`many-${index}`, 7))
    await writeOutbox(store, many)
    const groups = await readGroups(store, NOW + 7)
    expect(groups.filter((one) => JSON.stringify(one).includes('many-'))).toHaveLength(1_500)
  })

  test('of a setting the newest word counts, and it can be taken back', async () => {
    await writeSetting(store, { kind: 'silence', id: 's1', at: NOW, body: { endsAt: 1 } })
    await writeSetting(store, { kind: 'silence', id: 's1', at: NOW + 1, body: { endsAt: 2 } })
    await writeSetting(store, { kind: 'target', id: 't', at: NOW, body: { url: 'x' } })
    await writeSetting(store, { kind: 'target', id: 't', at: NOW + 1, body: undefined })
    expect(await readSettings(store)).toEqual([
      { kind: 'silence', id: 's1', at: NOW + 1, body: { endsAt: 2 } },
    ])
  })

  test('the journal is told newest first', async () => {
    const did = (id: string, at: number) => ({
      ...{ at, id, who: 'ann', role: 'admin', action: 'silence-made', subject: 's1' },
      details: { until: at },
    })
    await writeJournal(store, did('1', NOW))
    await writeJournal(store, did('2', NOW + 1))
    expect(await readJournal(store, { limit: 1 })).toEqual([did('2', NOW + 1)])
    expect(await readJournal(store, { after: did('2', NOW + 1), limit: 9 })).toEqual([
      did('1', NOW),
    ])
  })
})
