import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeConfig, temporaryPath } from '../../core/store/config.ts'
import { writeEvents } from '../../core/store/events.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import type { HourOfDay } from '../../core/store/past.ts'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { exampleRun } from '../rounds/diagnoses.fixture.ts'
import { seenOf, storedPast } from './past.ts'

const HOUR = 3_600_000

const hours = (count: number, of: (hour: number) => Partial<HourOfDay> = () => ({})) =>
  Array.from({ length: count }, (_, hour) => ({
    ...{ vertex: 's', hour, perSecond: 100, windows: 12 },
    ...of(hour),
  }))

test.each<[string, readonly HourOfDay[], ReturnType<typeof seenOf>]>([
  ['nothing', [], { observedMs: 0 }],
  ['a working day', hours(9), { observedMs: 9 * HOUR }],
  [
    'an hour that is half missing',
    hours(24, (hour) => (hour === 3 ? { windows: 5 } : {})),
    { observedMs: 23 * HOUR },
  ],
  [
    'a whole day',
    hours(24, (hour) => (hour === 20 ? { perSecond: 900 } : {})),
    { observedMs: 24 * HOUR, peakDemand: { s: 900 } },
  ],
  [
    'a week, however often an hour of it came',
    hours(24, () => ({ windows: 84 })),
    { observedMs: 7 * 24 * HOUR, peakDemand: { s: 100 } },
  ],
])('of %s so much was seen', (_, seen, expected) => {
  expect(seenOf(seen, ['s'])).toEqual(expected)
})

test('the source that is known least says how much was seen of a job', () => {
  const other = hours(2).map((hour) => ({ ...hour, vertex: 't' }))
  expect(seenOf([...hours(24), ...other], ['s', 't'])).toEqual({ observedMs: 2 * HOUR })
  expect(seenOf(hours(24), [])).toEqual({ observedMs: 0 })
})

describe.skipIf(chdbMissing)('the stored past', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  test('a restart usually took what the one in the middle took, over all runs', async () => {
    const job = 'lab/-/restarts'
    const at = Date.now() - 48 * HOUR
    const word = (run: string, after: number, state: 'RUNNING' | 'RESTARTING') =>
      exampleRun(job, at + after, { run, state, since: at + after })
    await writeEvents(
      store,
      [
        word('r1', 0, 'RUNNING'),
        word('r1', 100_000, 'RESTARTING'),
        word('r1', 112_000, 'RUNNING'),
        word('r2', 200_000, 'RUNNING'),
        word('r2', 300_000, 'RESTARTING'),
        word('r2', 7_500_000, 'RUNNING'),
        word('r2', 8_000_000, 'RESTARTING'),
        word('r2', 8_020_000, 'RUNNING'),
      ],
      { token: 'runs' },
    )
    const past = await storedPast(store)({
      ...{ job, cluster: 'lab', sources: ['s'], subtasks: 1 },
      at: Date.now(),
    })
    expect(past).toEqual({ observedMs: 0, sizes: {}, usualRestartMs: 20_000 })
  })
})
