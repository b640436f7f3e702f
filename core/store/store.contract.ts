import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failureContract } from './contract/failures.ts'
import { insertContract } from './contract/inserts.ts'
import { resultContract } from './contract/results.ts'
import { subject } from './contract/subject.ts'
import { valueContract } from './contract/values.ts'
import type { Store } from './open.ts'

/** What the rest of Weir expects of a store, whatever engine is below. */
export function storeContract(engine: string, open: () => Promise<Store>): void {
  describe(`the store over ${engine}`, () => {
    let store: Store
    const words = subject(() => store)

    beforeAll(async () => {
      store = await open()
      await words.command(
        `CREATE TABLE item (id UInt64, text String, copy String DEFAULT concat('d', text))
         ENGINE = MergeTree ORDER BY id`,
      )
    })
    afterAll(() => store?.close())
    beforeEach(() => words.command('TRUNCATE TABLE item'))

    test.each([{ select: false as const }, { select: true as const }])(
      'ping %o succeeds',
      async (how) => {
        expect(await store.client.ping(how)).toEqual({ success: true })
      },
    )

    test('statements run in a database of our own, which is Atomic', async () => {
      const query = 'SELECT name, engine FROM system.databases WHERE name = currentDatabase()'
      expect(await words.rows(query)).toEqual([{ name: store.database, engine: 'Atomic' }])
    })

    insertContract(words)
    valueContract(words)
    failureContract(words)
    resultContract(words)
  })
}
