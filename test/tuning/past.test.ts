import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../core/model/finding.ts'
import type { TaskSample } from '../../core/model/samples.ts'
import { storeConfig, temporaryPath } from '../../core/store/config.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { rollUp } from '../../core/store/rollups.ts'
import { writeSamples } from '../../core/store/write.ts'
import { storedPast } from '../../diagnosis/facts/past.ts'
import { viewOf } from '../../diagnosis/signals/view.ts'
import { adviseOn } from '../../diagnosis/tuning/advise.ts'
import { finding } from '../rules/finding.ts'
import { BEGIN, factsOf, until } from '../rules/situation.ts'
import { chdbMissing } from '../store/chdb-missing.ts'

const HOUR = 3_600_000
const WINDOW = 300_000
/** Tables forget by the real clock. */
const NOW = Math.floor(Date.now() / HOUR) * HOUR

/** Eight sources send 800 records/s together now, and 8 subtasks of Enrich are 20 % busy with them. */
const calm = viewOf(
  until(
    factsOf({
      graph: 'Orders/8 -rebalance-> Enrich/8',
      tasks: {
        Orders: { busy: '0.05x23', rate: '100x23' },
        Enrich: { busy: '0.2x23', rate: '100x23' },
      },
    }),
    BEGIN + 110_000,
  ),
)
const wide: Finding = { ...finding('over-provisioned', 'info'), seenAt: BEGIN + 110_000 }

/** What the sources counted in the hours before now, each at its rate. */
function counted(job: string, rates: readonly number[]): readonly TaskSample[] {
  const begin = NOW - rates.length * HOUR
  return Array.from({ length: 8 }, (_, subtask) => {
    let recordsOut = 0
    return rates.flatMap((perSecond, hour) =>
      Array.from({ length: 12 }, (__, window): TaskSample => {
        recordsOut += (perSecond / 8) * (WINDOW / 1000)
        return {
          ...{ job, run: 'r1', vertex: 'Orders', subtask, attempt: 0, via: 'flink-rest' },
          at: begin + hour * HOUR + window * WINDOW + 1_000,
          values: { recordsOut },
        }
      }),
    )
  }).flat()
}

const hours = (count: number, of: (hour: number) => number) =>
  Array.from({ length: count }, (_, hour) => of(hour))

/** Records a second, hour by hour until now. */
const jobs = {
  'lab/-/hours': hours(9, () => 800),
  'lab/-/day': hours(25, (hour) => (hour === 12 ? 1600 : 800)),
  'lab/-/peak': hours(25, (hour) => (hour === 3 ? 3000 : 200)),
}

describe.skipIf(chdbMissing)('what is taken away, from samples to advice', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
    const tasks = Object.entries(jobs).flatMap(([job, hours]) => counted(job, hours))
    await writeSamples(store, { tasks, processes: [], jobs: [] }, { token: 'days' })
    await rollUp(store)
  }, 120_000)
  afterAll(() => store?.close())

  const advised = async (job: keyof typeof jobs) => {
    const past = await storedPast(store)({
      ...{ job, cluster: 'lab', sources: ['Orders'], subtasks: 16, at: NOW + HOUR },
    })
    const { advice, abstained } = adviseOn(calm, [wide], past)
    return {
      sizes: advice.map(({ target, from, to }) => `${target.name} ${from} → ${to}`),
      warnings: [...new Set(advice.flatMap(({ warnings }) => warnings))],
      reasons: abstained.map(({ reason }) => reason),
    }
  }

  test('a working day is no day', async () => {
    expect(await advised('lab/-/hours')).toEqual({
      sizes: [],
      warnings: [],
      reasons: [
        'subtasks are taken away only after a whole day was seen, its peak included; 9 h were',
      ],
    })
  })

  test('after a day its peak is what is sized for, and that it was no week is said', async () => {
    expect(await advised('lab/-/day')).toEqual({
      sizes: ['Orders 8 → 2', 'Enrich 8 → 5'],
      warnings: [expect.stringMatching(/^Less than a week was seen \(1\.0 days\)/)],
      reasons: [],
    })
  })

  test('a peak that needs them leaves them', async () => {
    expect((await advised('lab/-/peak')).reasons).toEqual([
      'fewer subtasks would free no slot: the widest vertex of the job needs them',
    ])
  })
})
