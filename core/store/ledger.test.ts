import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { type Mark, park, readMarks, readMissing, writeMarks } from './ledger.ts'
import { openStore, type Store } from './open.ts'
import { shippedSchema } from './schema-files.ts'
import { splitStatements } from './sql.ts'

const key = { agent: 'lab/代理 "1"\n', epoch: 1_700_000_000_123, lane: 'live' } as const
const mark = (kind: Mark['kind'], seq: number, batches: number, parked = 0): Mark => ({
  ...key,
  ...{ kind, seq, batches, parked, token: `token ${seq}` },
})

describe.skipIf(chdbMissing)('the ledger', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    const script = readFileSync(join(shippedSchema(), '002-ledger.sql'), 'utf8')
    for (const query of splitStatements(script)) await store.client.command({ query })
  })
  afterAll(() => store.close())

  test('of several marks the highest number counts, in one insert and over several', async () => {
    await writeMarks(store, [mark('samples', 4, 4), mark('events', 2, 1)])
    await writeMarks(store, [])
    await writeMarks(store, [mark('samples', 9, 6), mark('samples', 8, 5)])
    await writeMarks(store, [mark('samples', 3, 3)])
    await writeMarks(store, [{ ...mark('samples', 1, 1), agent: 'another' }])
    expect(await readMarks(store, [key.agent])).toEqual([
      mark('events', 2, 1),
      mark('samples', 9, 6),
    ])
    expect(await readMarks(store, [])).toEqual([])
  })

  test('holes in the numbers are missing batches; what was parked is not missing', async () => {
    const sequence = { agent: 'gaps', epoch: 2 }
    await writeMarks(store, [
      { ...mark('samples', 9, 5, 1), ...sequence },
      { ...mark('events', 10, 2), ...sequence },
      { ...mark('events', 3, 3), agent: 'whole' },
    ])
    const missing = await readMissing(store)
    expect(missing.filter(({ agent }) => agent === 'gaps')).toEqual([
      { ...sequence, lane: 'live', batches: 2 },
    ])
    expect(missing.filter(({ agent }) => agent === 'whole')).toEqual([])
  })

  test('a record is parked once, however often it comes', async () => {
    const record = { topic: 'weir.samples', agent: 'a', reason: 'no JSON', body: Buffer.from('{"') }
    await park(store, record)
    await park(store, record)
    await park(store, { ...record, body: Buffer.from([0xff, 0]) })
    const result = await store.client.query({
      query: 'SELECT topic, agent, reason, body FROM parked FINAL ORDER BY body',
      format: 'JSONEachRow',
    })
    expect(await result.json()).toEqual([
      { topic: 'weir.samples', agent: 'a', reason: 'no JSON', body: '{"' },
      { topic: 'weir.samples', agent: 'a', reason: 'no JSON', body: '\ufffd\u0000' },
    ])
  })
})
