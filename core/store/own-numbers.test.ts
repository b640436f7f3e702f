import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import type { SeriesBlock } from '../api/batch.ts'
import { ownerOfPart } from '../model/parts.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { writeSeries } from './generic.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { readOwnNumbers, readTableSizes } from './own-numbers.ts'

const NOW = Math.floor(Date.now() / 60_000) * 60_000
const FROM = NOW - 3_600_000
const owner = ownerOfPart({ part: 'gateway', instance: 'gw-1' })

const block = (minute: number, cluster: string, refused: number, waiting: number): SeriesBlock => ({
  ...{ at: FROM + minute * 60_000, via: 'weir', cluster },
  series: [
    {
      metric: 'weir_intake_refused_total',
      type: 'counter',
      labels: { status: '401' },
      value: refused,
    },
    { metric: 'weir_ship_waiting_batches', type: 'gauge', labels: {}, value: waiting },
  ],
})

describe.skipIf(chdbMissing)('what parts of Weir tell of themselves', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  test('comes back newest value first seen, with what counters grew by through restarts', async () => {
    const young = ownerOfPart({ part: 'agent', instance: 'node/7' })
    await writeSeries(
      store,
      [
        // 10 → 14, a restart to 3, → 5: 4 + 3 + 2.
        ...[block(0, owner, 10, 7), block(1, owner, 14, 9), block(2, owner, 3, 2)],
        ...[block(3, owner, 5, 0), block(30, young, 6, 1), block(31, young, 8, 1)],
        block(0, 'a-flink-cluster', 99, 99),
      ],
      { token: 'own' },
    )
    const told = await readOwnNumbers(store, { from: FROM, to: NOW })
    expect(told).toEqual([
      {
        ...{ owner: 'weir/agent/node/7', metric: 'weir_intake_refused_total', type: 'counter' },
        ...{ labels: { status: '401' }, at: FROM + 31 * 60_000, value: 8, increase: 8 },
        spanMs: 60_000,
      },
      {
        ...{ owner: 'weir/agent/node/7', metric: 'weir_ship_waiting_batches', type: 'gauge' },
        ...{ labels: {}, at: FROM + 31 * 60_000, value: 1, increase: 0, spanMs: 60_000 },
      },
      {
        ...{ owner, metric: 'weir_intake_refused_total', type: 'counter' },
        ...{ labels: { status: '401' }, at: FROM + 3 * 60_000, value: 5, increase: 9 },
        spanMs: 180_000,
      },
      {
        ...{ owner, metric: 'weir_ship_waiting_batches', type: 'gauge' },
        ...{ labels: {}, at: FROM + 3 * 60_000, value: 0, increase: 0, spanMs: 180_000 },
      },
    ])
  })

  test('stands beside what the tables hold', async () => {
    const tables = await readTableSizes(store)
    expect(tables.find(({ table }) => table === 'samples')).toMatchObject({ rows: 14 })
  })
})
