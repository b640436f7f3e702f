import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { type HttpAdapter, startHttpAdapter } from '../../test/store/http-adapter.ts'
import { ChdbPool } from './chdb/pool.ts'
import { chdbConfig, storeConfig, temporaryPath } from './config.ts'
import { openStore, type Store } from './open.ts'
import { storeContract } from './store.contract.ts'

describe.skipIf(chdbMissing)('over HTTP', () => {
  let pool: ChdbPool
  let adapter: HttpAdapter
  const open = (options: object = {}) =>
    openStore(
      storeConfig.parse({ kind: 'clickhouse', url: adapter.url, password: 'secret', ...options }),
    )

  beforeAll(async () => {
    pool = await ChdbPool.open(chdbConfig.parse({ kind: 'chdb', path: temporaryPath }))
    adapter = await startHttpAdapter({ pool, password: 'secret' })
  })
  afterAll(async () => {
    await adapter?.close()
    await pool?.close()
  })

  storeContract("ClickHouse's HTTP interface", () => open())

  describe('with compression', () => {
    let store: Store
    beforeAll(async () => {
      store = await open({ compression: true })
      await store.client.command({
        query: 'CREATE TABLE zipped (id UInt64, s String) ENGINE = MergeTree ORDER BY id',
      })
    })
    afterAll(() => store?.close())

    test('rows travel both ways', async () => {
      const values = Array.from({ length: 1000 }, (_, id) => ({ id, s: 'x'.repeat(100) }))
      await store.client.insert({ table: 'zipped', values, format: 'JSONEachRow' })
      const query = 'SELECT * FROM zipped ORDER BY id'
      const result = await store.client.query({ query, format: 'JSONEachRow' })
      expect(await result.json()).toEqual(values)
    })

    test('an error in the middle of a result arrives', async () => {
      const query = 'SELECT throwIf(number = 3000000) AS x FROM numbers(4000000)'
      const result = await store.client.query({ query, format: 'JSONEachRow' })
      await expect(result.json()).rejects.toMatchObject({ code: '395' })
    })
  })

  test('connections are used again, two hundred queries long', async () => {
    const store = await open({ maxConnections: 2 })
    for (let i = 0; i < 200; i++) {
      const result = await store.client.query({ query: `SELECT ${i} AS i`, format: 'JSONEachRow' })
      expect(await result.json()).toEqual([{ i }])
    }
    await store.close()
  })

  test('a query that takes longer than the request timeout is stopped in the engine', async () => {
    const store = await open({ requestTimeoutMs: 1000 })
    const query =
      'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) % 7 = 3 /* timeout */'
    await expect(store.client.query({ query })).rejects.toThrow('Timeout error.')
    const control = () =>
      pool.control("SELECT query FROM system.processes WHERE query LIKE '%/* time%out */'")
    await expect.poll(control, { timeout: 5000 }).toBe('')
    await store.close()
  })

  test.each([
    [
      'a wrong password',
      () => open({ password: 'no' }),
      {
        code: 'store-access',
        retriable: false,
        message: expect.stringMatching(
          /^ClickHouse at http:\S+ refused the user "default": .* Check store\.username, store\.password and the rights on database "weir"\.$/,
        ),
      },
    ],
    [
      'a server that is not there',
      () => open({ url: 'http://127.0.0.1:9' }),
      {
        code: 'store-unreachable',
        retriable: true,
        message: expect.stringMatching(
          /^ClickHouse at http:\/\/127\.0\.0\.1:9 does not answer \(.*ECONNREFUSED.*\)\. Check store\.url and that the server runs\.$/,
        ),
      },
    ],
  ])('%s is told in a sentence', async (_, attempt, expected) => {
    await expect(attempt()).rejects.toMatchObject(expected)
  })
})
