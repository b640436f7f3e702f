import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { processMetrics, taskMetrics } from '../model/metrics.ts'
import type { TaskSample } from '../model/samples.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { rollUp } from './rollups.ts'
import { readTaskSamples } from './samples.ts'
import { writeSamples } from './write.ts'

/** The tables forget by the real clock, and only closed windows are computed. */
const HOUR = 3_600_000
const NOW = Math.floor(Date.now() / 300_000) * 300_000
const BEGIN = NOW - 10 * HOUR

const sample = (job: string, at: number, values: TaskSample['values']): TaskSample => ({
  ...{ job, run: 'r1', vertex: 'v0', subtask: 0, attempt: 0, via: 'flink-rest', at },
  values,
})

describe.skipIf(chdbMissing)('rollups', () => {
  let store: Store
  let tokens = 0
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  const write = (tasks: readonly TaskSample[]) =>
    writeSamples(store, { tasks: [...tasks], processes: [], jobs: [] }, { token: `t${tokens++}` })
  const rows = async (query: string) =>
    (await store.client.query({ query, format: 'JSONEachRow' })).json<Record<string, unknown>>()
  const minutes = (job: string) =>
    rows(
      `SELECT toUnixTimestamp(window) * 1000 - ${BEGIN} AS begin, toUnixTimestamp64Milli(at) - ${BEGIN} AS at,
              recordsIn, inPoolUsage, inPoolUsageMin, inPoolUsageMax, inPoolUsageSum, inPoolUsageCount
       FROM task_minutes FINAL WHERE job = '${job}' ORDER BY window`,
    )

  test.each([
    ['task_minutes', taskMetrics],
    ['task_five_minutes', taskMetrics],
    ['process_minutes', processMetrics],
    ['process_five_minutes', processMetrics],
  ])('%s has all metrics of the catalogue, gauges with their spread', async (table, metrics) => {
    const columns = await rows(
      `SELECT name FROM system.columns WHERE database = '${store.database}' AND table = '${table}'
       AND NOT is_in_sorting_key AND name NOT IN ('at', 'computedAt') ORDER BY name`,
    )
    const expected = Object.entries(metrics).flatMap(([name, { kind }]) =>
      kind === 'gauge' ? [name, `${name}Min`, `${name}Max`, `${name}Sum`, `${name}Count`] : [name],
    )
    expect(columns.map(({ name }) => name)).toEqual(expected.sort())
  })

  test('hold the last value of a window, the spread of gauges, and nothing where there was nothing', async () => {
    await write([
      sample('a', BEGIN + 1_000, { recordsIn: 10, inPoolUsage: 0.5 }),
      sample('a', BEGIN + 31_000, { recordsIn: 20, inPoolUsage: 0.25 }),
      sample('a', BEGIN + 125_000, { recordsIn: 90 }),
    ])
    await rollUp(store)
    const none = {
      inPoolUsage: null,
      inPoolUsageMin: null,
      inPoolUsageMax: null,
      inPoolUsageSum: null,
    }
    expect(await minutes('a')).toEqual([
      {
        ...{ begin: 0, at: 31_000, recordsIn: 20, inPoolUsage: 0.25 },
        ...{ inPoolUsageMin: 0.25, inPoolUsageMax: 0.5, inPoolUsageSum: 0.75, inPoolUsageCount: 2 },
      },
      { begin: 120_000, at: 125_000, recordsIn: 90, ...none, inPoolUsageCount: 0 },
    ])
  })

  test('stay exact under late and repeated samples', async () => {
    const early = [1, 2, 3].map((n) =>
      sample('b', BEGIN + n * 10_000, { recordsIn: n, inPoolUsage: n }),
    )
    await write(early)
    await rollUp(store)
    const late = sample('b', BEGIN + 45_000, { recordsIn: 4, inPoolUsage: 10 })
    await write([late])
    await write([late, ...early])
    await rollUp(store)
    expect(await minutes('b')).toEqual([
      {
        ...{ begin: 0, at: 45_000, recordsIn: 4, inPoolUsage: 10 },
        ...{ inPoolUsageMin: 1, inPoolUsageMax: 10, inPoolUsageSum: 16, inPoolUsageCount: 4 },
      },
    ])
  })

  test('of a window that is still open wait for its end', async () => {
    await write([sample('c', NOW, { recordsIn: 1 })])
    await rollUp(store)
    expect(await minutes('c')).toEqual([])
  })

  test('are what long spans are read from, with the newest half hour from the raw samples', async () => {
    const at = (minute: number) => BEGIN + minute * 60_000
    const all = Array.from({ length: 600 }, (_, minute) => [
      sample('d', at(minute), { recordsIn: 2 * minute }),
      sample('d', at(minute) + 30_000, { recordsIn: 2 * minute + 1 }),
    ]).flat()
    await write(all)
    await rollUp(store)
    const read = await readTaskSamples(store, { jobs: ['d'], from: BEGIN, to: NOW })
    const tail = NOW - HOUR / 2
    expect(read.filter((one) => one.at >= tail).length).toBe(60)
    expect(read.filter((one) => one.at < tail).map((one) => one.values.recordsIn)).toEqual(
      Array.from({ length: 570 }, (_, minute) => 2 * minute + 1),
    )
    const short = await readTaskSamples(store, { jobs: ['d'], from: BEGIN, to: BEGIN + HOUR })
    expect(short.length).toBe(121)
  })
})
