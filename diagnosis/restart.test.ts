import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Fleet } from '../core/api/public.ts'
import { manualClock } from '../core/kit/clock.ts'
import { silentLog } from '../core/kit/log.ts'
import { createScope, type Scope } from '../core/kit/scope.ts'
import { storeConfig, temporaryPath } from '../core/store/config.ts'
import { migrate } from '../core/store/migrate.ts'
import { openStore, type Store } from '../core/store/open.ts'
import { chdbMissing } from '../test/store/chdb-missing.ts'
import { diagnosisConfig } from './config.ts'
import { memoryFacts } from './facts/memory.ts'
import { storedRecords } from './records.ts'
import { exampleRun } from './rounds/diagnoses.fixture.ts'
import { startDiagnosis } from './start.ts'

const START = Date.UTC(2026, 10, 20, 9, 30)
const jobs = ['prod/shop/orders', 'prod/shop/prices', 'prod/shop/stock']

describe.skipIf(chdbMissing)('a new process over the store of the last one', () => {
  let store: Store
  let scope: Scope | undefined
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(async () => {
    await scope?.close(5_000)
    await store?.close()
  })

  /** A process that begins at a moment at which the first so many jobs have failed, and its first round. */
  async function process(at: number, failed: number) {
    await scope?.close(5_000)
    scope = createScope('test')
    const facts = memoryFacts()
    const events = jobs.map((job, index) => {
      const state = index < failed ? ('FAILED' as const) : ('RUNNING' as const)
      return exampleRun(job, at - 30_000, { state, startedAt: START - 600_000 })
    })
    facts.accept({ kind: 'events', events })
    const records = { ...storedRecords(store), facts }
    const clock = manualClock(at)
    const kit = { log: silentLog, registry: new Registry() }
    const part = await startDiagnosis(
      diagnosisConfig.parse({ port: 0 }),
      { records, clock, ...kit },
      scope,
    )
    let rounds = 0
    part.rounds.onRound(() => rounds++)
    await clock.advance(0)
    // The store takes real time.
    await vi.waitFor(() => expect(rounds).toBe(1), 20_000)
    // The route says that it answers with this.
    const fleet = (await (await fetch(`${part.url}/api/v1/fleet`)).json()) as Fleet
    return fleet.troubles.map(({ thing, causes, jobs: count, sharing, since }) => {
      return { thing: `${thing.kind} ${thing.name}`, causes, of: `${count}/${sharing}`, since }
    })
  }

  test('a trouble of a shared thing goes on, though it would not begin any more', async () => {
    const trouble = { thing: 'cluster prod', causes: ['job-failed'], since: START }
    expect(await process(START, 3)).toEqual([{ ...trouble, of: '3/3' }])
    expect(await process(START + 60_000, 2)).toEqual([{ ...trouble, of: '2/3' }])
  })
})
