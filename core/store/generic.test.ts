import { double, sample } from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import type { SeriesBlock } from '../api/batch.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { readGenericSeries, readMetricNames, writeSeries } from './generic.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'

/** The tables forget by the real clock, so what is written is of today. */
const NOW = Math.floor(Date.now() / 60_000) * 60_000
const at = (seconds: number) => NOW - 600_000 + seconds * 1_000

type Sample = SeriesBlock['series'][number]
const one = (metric: string, value: number, over: Partial<Sample> = {}): Sample => ({
  ...{ metric, type: 'gauge', labels: { pod: 'a' }, value },
  ...over,
})
const block = (seconds: number, ...series: Sample[]): SeriesBlock => ({
  ...{ at: at(seconds), via: 'remote-write', cluster: 'lab', series },
})

describe.skipIf(chdbMissing)('any series', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  const read = (metric: string, over: object = {}) =>
    readGenericSeries(store, {
      ...{ owner: 'lab', metric, from: at(0), to: at(50), stepMs: 10_000 },
      ...over,
    })

  test('comes back by owner and name, each with its labels, gaps as gaps', async () => {
    const job = 'lab/-/订单'
    await writeSeries(
      store,
      [
        block(0, one('queue', 1), one('queue', 7, { labels: { pod: '"b"\n' } })),
        block(12, one('queue', 2), one('queue', 9, { job, type: 'counter' })),
        block(41, one('queue', 3), one('queue', 8, { labels: { pod: '"b"\n' } })),
      ],
      { token: 'a' },
    )
    const steps = [0, 10, 20, 30, 40, 50].map(at)
    const points = (...values: (number | null)[]) =>
      values.map((value, index) => [steps[index], value])
    const own = await read('queue')
    expect(own.sort((a, b) => Number(a.points[0]?.[1]) - Number(b.points[0]?.[1]))).toEqual([
      { type: 'gauge', labels: { pod: 'a' }, points: points(1, 2, null, null, 3, null) },
      { type: 'gauge', labels: { pod: '"b"\n' }, points: points(7, null, null, null, 8, null) },
    ])
    expect(await read('queue', { owner: job })).toEqual([
      { type: 'counter', labels: { pod: 'a' }, points: points(null, 9, null, null, null, null) },
    ])
    expect(await read('other')).toEqual([])
    expect(await readMetricNames(store, { owner: job, from: at(0) })).toEqual(['queue'])
  })

  test('any double comes back as the very same', async () => {
    const values = sample(double({ noNaN: true, noDefaultInfinity: true }), {
      numRuns: 2_000,
      seed: 4,
    })
    const series = values.map((value, index) =>
      one('doubles', value, { labels: { i: String(index) } }),
    )
    await writeSeries(store, [block(0, ...series)], { token: 'doubles' })
    const result = await store.client.query({
      query: `SELECT labels['i'] AS i, value FROM samples INNER JOIN series USING (owner, metric, sid)
              WHERE metric = 'doubles'`,
      format: 'JSONCompactEachRow',
    })
    const rows = await result.json<[string, number]>()
    const stored = new Map(rows.map(([i, value]) => [Number(i), value]))
    const changed = values.flatMap((value, i) =>
      Object.is(stored.get(i), value) || (value === 0 && stored.get(i) === 0)
        ? []
        : [[value, stored.get(i)]],
    )
    expect(changed).toEqual([])
  })

  test('a repeat changes nothing', async () => {
    const blocks = [block(0, one('again', 5)), block(10, one('again', 6))]
    await writeSeries(store, blocks, { token: 'again' })
    await writeSeries(store, blocks, { token: 'again' })
    await writeSeries(store, blocks, { token: 'another' })
    const [series, ...others] = await read('again')
    expect(others).toEqual([])
    expect(series?.points.slice(0, 2).map(([, value]) => value)).toEqual([5, 6])
  })

  test('a long span is read in longer steps', async () => {
    await writeSeries(store, [block(0, one('long', 5))], { token: 'long' })
    const [series] = await read('long', { from: at(0) - 86_400_000, to: at(1), stepMs: 1 })
    expect(series?.points.length).toBeLessThanOrEqual(2_002)
  })
})
