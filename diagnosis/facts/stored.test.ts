import { describe, expect, test } from 'vitest'
import { ChdbPool } from '../../core/store/chdb/pool.ts'
import { chdbConfig, storeConfig, temporaryPath } from '../../core/store/config.ts'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { startHttpAdapter } from '../../test/store/http-adapter.ts'
import { factsContract } from './facts.contract.ts'
import { memoryFacts } from './memory.ts'
import { jobNamed, NOW } from './payloads.fixture.ts'
import { payloadsAtRandom } from './payloads-at-random.fixture.ts'
import { factsOver } from './stored.fixture.ts'

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

  test.each([1, 2, 3])('and in memory are the same, whatever was told (seed %i)', async (seed) => {
    const stored = await factsOver(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    try {
      const memory = memoryFacts()
      const jobs = ['a', 'b'].map((name) => jobNamed(name)).concat(jobNamed('c', 'other'))
      const payloads = payloadsAtRandom(seed, jobs)
      await stored.give(...payloads)
      for (const payload of payloads.toReversed()) memory.accept(payload)
      for (const agoMs of [8_000_000, 3_600_000, 90_000, 1, 0]) {
        const at = NOW - agoMs
        expect(await stored.facts.jobs(at)).toEqual(await memory.jobs(at))
        expect(await stored.facts.read(jobs, at)).toEqual(await memory.read(jobs, at))
      }
      const all = await stored.facts.read(jobs, NOW)
      const [facts] = all
      const lists = [facts?.tasks, facts?.placements, facts?.exceptions, facts?.checkpoints]
      expect(lists.map((list) => (list?.length ?? 0) > 5)).toEqual([true, true, true, true])
      expect(all.flatMap(({ logs }) => logs?.lines ?? []).length).toBeGreaterThan(2)
    } finally {
      await stored.close()
    }
  })
})
