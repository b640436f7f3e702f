import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import type { Finding } from '../model/finding.ts'
import type { PlatformTrouble } from '../model/platform.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { readTroubles, writeTroubles } from './troubles.ts'

const T0 = 1_790_000_000_000

function trouble(jobs: readonly string[], over: Partial<Finding> = {}): PlatformTrouble {
  const thing = { kind: 'broker', name: 'kafka:9092' } as const
  return {
    ...{ thing, jobs, sharing: 12, causes: ['broker-unreachable'] },
    finding: {
      ...{ key: 'platform-wide@broker:kafka:9092', rule: 'platform-wide', title: 'Trouble' },
      ...{ category: 'failures', stage: 'stable', severity: 'crit', state: 'open', cause: true },
      subject: {
        subject: { kind: 'shared', what: 'broker', name: thing.name },
        name: thing.name,
      },
      ...{ since: T0, seenAt: T0, points: 0, confidence: { value: 1, parts: [] } },
      message: { id: 'shared', params: { jobs: jobs.length }, text: '3 of 12 jobs' },
      ...{ evidence: [], toldApart: [], suggestions: [] },
      ...over,
    },
  }
}

describe.skipIf(chdbMissing)('troubles of shared things', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  test('each comes back as it was written last, with its jobs', async () => {
    const begun = trouble(['prod/a/x', 'prod/a/y', 'prod/b/z%2F1'])
    const grown = trouble(['prod/a/w', ...begun.jobs], { seenAt: T0 + 60_000 })
    const over = trouble(begun.jobs, {
      ...{ since: T0 - 3_600_000, state: 'resolved', resolvedAt: T0 - 1_800_000 },
    })
    await writeTroubles(store, [begun, over], T0)
    await writeTroubles(store, [grown], T0 + 60_000)
    const read = (from: number, to: number) => readTroubles(store, { from, to })
    expect(await read(T0, T0 + 60_000)).toEqual([grown])
    expect(await read(T0 - 3_600_000, T0)).toEqual([grown, over])
    expect(await read(T0 - 3_600_000, T0 - 3_000_000)).toEqual([over])
    expect(await read(T0 - 1_700_000, T0 - 1)).toEqual([])
  })
})
