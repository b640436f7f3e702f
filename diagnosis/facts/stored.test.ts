import { describe } from 'vitest'
import { rowsOf } from '../../core/api/rows.ts'
import { ChdbPool } from '../../core/store/chdb/pool.ts'
import {
  chdbConfig,
  type StoreConfig,
  storeConfig,
  temporaryPath,
} from '../../core/store/config.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore } from '../../core/store/open.ts'
import { writeEvents, writeSamples } from '../../core/store/write.ts'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { startHttpAdapter } from '../../test/store/http-adapter.ts'
import { type FactsUnderTest, factsContract } from './facts.contract.ts'
import { storedFacts } from './stored.ts'

async function factsOver(
  config: StoreConfig,
  closeServer: () => Promise<void> = async () => {},
): Promise<FactsUnderTest> {
  const store = await openStore(config)
  await migrate(store)
  let given = 0
  return {
    facts: storedFacts(store),
    async give(...payloads) {
      for (const payload of payloads) {
        given += 1
        const token = `test/${given}`
        if (payload.kind === 'events') await writeEvents(store, payload.events, { token })
        else await writeSamples(store, rowsOf(payload.blocks), { token })
      }
    },
    async close() {
      await store.close()
      await closeServer()
    },
  }
}

describe.skipIf(chdbMissing)('stored', () => {
  factsContract('the embedded store', () =>
    factsOver(storeConfig.parse({ kind: 'chdb', path: temporaryPath })),
  )

  factsContract('a store over HTTP', async () => {
    const pool = await ChdbPool.open(chdbConfig.parse({ kind: 'chdb', path: temporaryPath }))
    const adapter = await startHttpAdapter({ pool, password: '' })
    return factsOver(storeConfig.parse({ kind: 'clickhouse', url: adapter.url }), async () => {
      await adapter.close()
      await pool.close()
    })
  })
})
