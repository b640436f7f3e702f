import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import type { FollowUp } from '../model/follow-up.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { readFollowUps, writeFollowUps } from './follow-ups.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'

const NOW = Date.now()

const one = (over: Partial<FollowUp> = {}): FollowUp => ({
  ...{ job: 'lab/-/orders', run: 'r1', at: NOW, advisedAt: NOW - 3_000, appliedAt: NOW - 2_000 },
  ...{ kind: 'parallelism', cause: 'under-provisioned@x', from: 2, to: 4, applied: 4 },
  target: {
    subject: { kind: 'vertex', job: 'lab/-/orders', run: 'r1', vertex: 'v1' },
    name: 'Map "1"\n',
  },
  ...{ predicted: { value: 0.7, low: 0.6, high: 0.8 }, observed: 0.72, outcome: 'held' },
  because: '72 % busy where 70 % were predicted',
  ...over,
})

describe.skipIf(chdbMissing)('follow-ups', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  test('come back as they were, newest first, and one judged twice is one', async () => {
    const later = one({ at: NOW + 1_000, appliedAt: NOW - 1_000, outcome: 'missed' })
    await writeFollowUps(store, [one(), later])
    await writeFollowUps(store, [one(), one({ job: 'lab/-/prices' })])
    await writeFollowUps(store, [])
    const read = (limit: number) => readFollowUps(store, { job: 'lab/-/orders', limit })
    expect(await read(10)).toEqual([later, one()])
    expect(await read(1)).toEqual([later])
  })
})
