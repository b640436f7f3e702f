import { rowsOf } from '../../core/api/rows.ts'
import type { StoreConfig } from '../../core/store/config.ts'
import { writeLogs } from '../../core/store/logs.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore } from '../../core/store/open.ts'
import { writeEvents, writeSamples } from '../../core/store/write.ts'
import type { FactsUnderTest } from './facts.contract.ts'
import { storedFacts } from './stored.ts'

/** Facts over a store that payloads get into as the writer would put them there. */
export async function factsOver(
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
        else if (payload.kind === 'samples')
          await writeSamples(store, rowsOf(payload.blocks), { token })
        else if (payload.kind === 'logs') await writeLogs(store, payload.blocks, { token })
      }
    },
    async close() {
      await store.close()
      await closeServer()
    },
  }
}
