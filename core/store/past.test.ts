import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import type { TaskSample } from '../model/samples.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { readHours, readPeakLiveHeap, readSent, readSizes } from './past.ts'
import { rollUp } from './rollups.ts'
import { writeSamples } from './write.ts'

const HOUR = 3_600_000
const WINDOW = 300_000
/** Whole hours of yesterday, by the real clock: tables forget by it. */
const BEGIN = Math.floor(Date.now() / HOUR) * HOUR - 26 * HOUR
const span = { from: BEGIN - HOUR, to: BEGIN + 30 * HOUR }

/** One subtask over windows: at each, what it has counted by then. */
function subtask(
  name: { readonly job: string; readonly vertex: string; readonly subtask: number },
  windows: number,
  of: (window: number) => TaskSample['values'],
  over: Partial<TaskSample> = {},
): readonly TaskSample[] {
  return Array.from({ length: windows }, (_, index) => ({
    ...{ run: 'r1', attempt: 0, via: 'flink-rest' as const, ...name, ...over },
    at: (over.at ?? BEGIN) + index * WINDOW + 1_000,
    values: of(index),
  }))
}

describe.skipIf(chdbMissing)('the past of a job', () => {
  let store: Store
  let tokens = 0
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  const write = async (tasks: readonly TaskSample[]) => {
    await writeSamples(
      store,
      { tasks: [...tasks], processes: [], jobs: [] },
      { token: `t${tokens++}` },
    )
    await rollUp(store)
  }

  test('an hour is what arrived in it: sent on, and left in the backlog', async () => {
    const job = 'lab/-/hours'
    const own = (index: number, lagRecords: number) => ({
      busyMs: index * 30_000,
      recordsOut: index * 30_000,
      lagRecords,
    })
    await write([
      ...subtask({ job, vertex: 's', subtask: 0 }, 25, (index) => own(index, index * 15_000)),
      ...subtask({ job, vertex: 's', subtask: 1 }, 25, (index) => own(index, 0)),
    ])
    const hour = new Date(BEGIN).getUTCHours()
    // 100 a second from each subtask, and 50 a second more stay behind.
    expect(await readHours(store, { job, vertices: ['s'], ...span })).toEqual([
      { vertex: 's', hour, perSecond: 250, windows: 11 },
      { vertex: 's', hour: (hour + 1) % 24, perSecond: 250, windows: 12 },
      { vertex: 's', hour: (hour + 2) % 24, perSecond: 250, windows: 1 },
    ])
  })

  test('a window of which one subtask is not measured, and a counter that fell, say nothing', async () => {
    const job = 'lab/-/holes'
    await write([
      ...subtask({ job, vertex: 's', subtask: 0 }, 2, (index) => ({ recordsOut: index * 300 })),
      ...subtask({ job, vertex: 's', subtask: 1 }, 3, (index) => ({ recordsOut: index * 300 })),
      ...subtask({ job, vertex: 'f', subtask: 0 }, 3, (index) => ({ recordsOut: 900 - index })),
    ])
    expect(await readHours(store, { job, vertices: ['s', 'f'], ...span })).toEqual([
      { vertex: 's', hour: new Date(BEGIN).getUTCHours(), perSecond: 2, windows: 1 },
    ])
  })

  test('of two that measured the same, one counts', async () => {
    const job = 'lab/-/twice'
    const of = (index: number) => ({ recordsOut: index * 300 })
    await write([
      ...subtask({ job, vertex: 's', subtask: 0 }, 3, of),
      ...subtask({ job, vertex: 's', subtask: 0 }, 3, of, { via: 'flink-prometheus' }),
    ])
    const [hour] = await readHours(store, { job, vertices: ['s'], ...span })
    expect([hour?.perSecond, hour?.windows]).toEqual([1, 2])
  })

  test('sizes are what all subtasks could take, by how many there were', async () => {
    const job = 'lab/-/sizes'
    const life = (run: string, begin: number, parallelism: number, perBusySecond: number) =>
      Array.from({ length: parallelism }, (_, index) =>
        subtask(
          { job, vertex: 'm', subtask: index },
          6,
          (window) => ({ busyMs: window * 100_000, recordsIn: window * 100 * perBusySecond }),
          { run, at: begin },
        ),
      ).flat()
    await write([
      ...life('r1', BEGIN, 1, 100),
      ...life('r2', BEGIN + HOUR, 2, 95),
      ...life('r3', BEGIN + 2 * HOUR, 4, 90),
    ])
    expect(await readSizes(store, { job, vertices: ['m'], sources: [], ...span })).toEqual([
      { vertex: 'm', parallelism: 1, perSecond: 100 },
      { vertex: 'm', parallelism: 2, perSecond: 190 },
      { vertex: 'm', parallelism: 4, perSecond: 360 },
    ])
    expect(await readSizes(store, { job, vertices: ['x'], sources: [], ...span })).toEqual([])
  })

  test('what a run sent is the end of its counters, over all attempts', async () => {
    const job = 'lab/-/runs'
    const own = (subtask_: number, over: Partial<TaskSample>) =>
      subtask(
        { job, vertex: 's', subtask: subtask_ },
        3,
        (index) => ({ recordsOut: 100 * index }),
        over,
      )
    await write([
      ...own(0, { run: 'r1' }),
      ...own(1, { run: 'r1' }),
      ...own(1, { run: 'r1', attempt: 1, at: BEGIN + HOUR }),
      ...own(0, { run: 'r1', via: 'flink-prometheus' }),
      ...own(0, { run: 'r2', at: BEGIN + 2 * HOUR }),
    ])
    const sent = (run: string) => readSent(store, { job, run, vertices: ['s', 'x'] })
    expect(await sent('r1')).toEqual(new Map([['s', 600]]))
    expect(await sent('r3')).toEqual(new Map())
  })

  test('the live heap is the highest low of five minutes, of TaskManagers, from several readings', async () => {
    const cluster = 'heaps'
    const heap = (process: string, window: number, used: readonly number[]) =>
      used.map((heapUsedBytes, index) => ({
        ...{ cluster, process, via: 'flink-rest' as const, values: { heapUsedBytes } },
        at: BEGIN + window * WINDOW + index * 10_000,
      }))
    await writeSamples(
      store,
      {
        ...{ tasks: [], jobs: [] },
        processes: [
          ...heap('tm-1', 0, [900, 300, 700, 500]),
          ...heap('tm-1', 1, [900, 400, 700, 500]),
          ...heap('tm-2', 1, [800, 800]),
          ...heap('jobmanager', 1, [990, 990, 990, 990]),
        ],
      },
      { token: 'heaps' },
    )
    await rollUp(store)
    expect(await readPeakLiveHeap(store, { cluster, ...span })).toBe(400)
    expect(await readPeakLiveHeap(store, { cluster: 'none', ...span })).toBeUndefined()
  })
})
