import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import type { ProcessSample } from '../model/samples.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { rollUp } from './rollups.ts'
import { readUse } from './use.ts'
import { writeSamples } from './write.ts'

const WINDOW = 300_000
/** The tables forget by the real clock, and only closed windows are computed. */
const BEGIN = Math.floor(Date.now() / WINDOW) * WINDOW - 30 * WINDOW

/** Four readings a window, the last of which counts `cpuMs`. */
function process(
  about: Pick<ProcessSample, 'cluster' | 'process' | 'via'>,
  windows: number,
  of: (window: number, reading: number) => ProcessSample['values'],
): readonly ProcessSample[] {
  return Array.from({ length: windows }, (_, window) =>
    [0, 1, 2, 3].map((reading) => ({
      ...about,
      at: BEGIN + window * WINDOW + reading * 10_000,
      values: of(window, reading),
    })),
  ).flat()
}

describe.skipIf(chdbMissing)('what clusters use', () => {
  let store: Store
  let tokens = 0
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  const used = async (cluster: string, processes: readonly ProcessSample[]) => {
    await writeSamples(
      store,
      { tasks: [], jobs: [], processes: [...processes] },
      { token: `t${tokens++}` },
    )
    await rollUp(store)
    return readUse(store, { clusters: [cluster], from: BEGIN - WINDOW, to: BEGIN + 30 * WINDOW })
  }

  test('is the sum over its TaskManagers, CPU by differences, heap by its lows', async () => {
    const own = (process_: string, cores: number) =>
      process(
        { cluster: 'sum', process: process_, via: 'flink-prometheus' },
        11,
        (window, reading) => ({
          cpuMs: window * WINDOW * cores,
          heapUsedBytes: reading === 2 ? 100 : 700,
          heapMaxBytes: 1000,
          cpuQuotaCores: 2,
        }),
      )
    expect(
      await used('sum', [...own('tm-1', 0.5), ...own('tm-2', 0.25), ...own('jobmanager', 9)]),
    ).toEqual([
      {
        ...{ cluster: 'sum', windows: 11, meanCores: 0.75, peakCores: 0.75, quotaCores: 4 },
        ...{ meanLiveHeapBytes: 200, peakLiveHeapBytes: 200, heapBytes: 2000 },
      },
    ])
  })

  test('is seen once where two look, and by the one that saw the whole container', async () => {
    const rows = await used('both', [
      ...process({ cluster: 'both', process: 'tm-1', via: 'flink-rest' }, 3, (window) => ({
        cpuMs: window * WINDOW * 0.5,
      })),
      ...process({ cluster: 'both', process: 'tm_1', via: 'cgroup' }, 3, (window) => ({
        cgroupCpuMs: window * WINDOW * 0.6,
        cpuQuotaCores: 1,
      })),
    ])
    expect(rows.map(({ meanCores, quotaCores }) => [meanCores, quotaCores])).toEqual([[0.6, 1]])
  })

  test('is not known while a TaskManager is not measured; a limit that one lacks is none', async () => {
    const rows = await used('holes', [
      ...process({ cluster: 'holes', process: 'tm-1', via: 'flink-rest' }, 3, (window) => ({
        cpuMs: window * WINDOW,
        cpuQuotaCores: 1,
      })),
      ...process({ cluster: 'holes', process: 'tm-2', via: 'flink-rest' }, 3, () => ({
        threads: 40,
      })),
    ])
    expect(rows).toEqual([
      {
        ...{ cluster: 'holes', windows: 3, meanCores: null, peakCores: null, quotaCores: null },
        ...{ meanLiveHeapBytes: null, peakLiveHeapBytes: null, heapBytes: null },
      },
    ])
    expect(await readUse(store, { clusters: ['nobody'], from: BEGIN, to: BEGIN + WINDOW })).toEqual(
      [],
    )
  })
})
