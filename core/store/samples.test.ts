import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { jobMetrics, processMetrics, taskMetrics } from '../model/metrics.ts'
import type { JobSample, ProcessSample, TaskSample } from '../model/samples.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { readJobSamples, readProcessSamples, readTaskSamples } from './samples.ts'
import { writeSamples } from './write.ts'

/** The tables forget by the real clock, so what is written is of today. */
const NOW = Date.now()

/** A value of its own for every metric: a column that is mixed up with another is seen. */
const valuesOf = (metrics: object) =>
  Object.fromEntries(Object.keys(metrics).map((metric, index) => [metric, index + 0.125]))

const task = (job: string, at: number, over: Partial<TaskSample> = {}): TaskSample => ({
  ...{ job, run: 'r1', vertex: 'v0', subtask: 0, attempt: 0, via: 'flink-rest', at },
  values: { busyMs: 1 },
  ...over,
})
const noRows = { tasks: [], processes: [], jobs: [] }

describe.skipIf(chdbMissing)('samples', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  const all = { from: NOW - 86_400_000, to: NOW }
  const readTasks = (job: string, over: object = {}) =>
    readTaskSamples(store, { jobs: [job], ...all, ...over })

  test('every metric comes back as it went in', async () => {
    const tasks = [task('every', NOW, { subtask: 4, attempt: 2, values: valuesOf(taskMetrics) })]
    const processes: ProcessSample[] = [
      {
        ...{ cluster: 'every', process: 'tm_1', via: 'flink-prometheus', at: NOW },
        values: valuesOf(processMetrics),
      },
    ]
    const jobs: JobSample[] = [
      { job: 'every', run: 'r1', via: 'flink-rest', at: NOW, values: valuesOf(jobMetrics) },
    ]
    await writeSamples(store, { tasks, processes, jobs }, { token: 'every' })
    expect(await readTasks('every')).toEqual(tasks)
    expect(await readProcessSamples(store, { clusters: ['every'], ...all })).toEqual(processes)
    expect(await readJobSamples(store, { jobs: ['every'], ...all })).toEqual(jobs)
  })

  test('numbers keep all their digits; what is no number is absent', async () => {
    const numbers = [2 ** 53, -(2 ** 63), 0.1 + 0.2, 5e-324, 1.7976931348623157e308, 0]
    const absent = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const tasks = [...numbers, ...absent].map((busyMs, subtask) =>
      task('numbers', NOW, { subtask, values: { busyMs, idleMs: 1 } }),
    )
    await writeSamples(store, { ...noRows, tasks }, { token: 'numbers' })
    const read = (await readTasks('numbers')).sort((a, b) => a.subtask - b.subtask)
    expect(read.map(({ values }) => values)).toEqual([
      ...numbers.map((busyMs) => ({ busyMs, idleMs: 1 })),
      ...absent.map(() => ({ idleMs: 1 })),
    ])
  })

  test('the same rows again change nothing, under the same token or another', async () => {
    const tasks = [task('again', NOW - 1), task('again', NOW)]
    for (const token of ['again', 'again', 'another']) {
      await writeSamples(store, { ...noRows, tasks }, { token })
    }
    expect(await readTasks('again')).toEqual(tasks)
    const inserted = await store.client.query({
      query: "SELECT count() <= 4 AS ok FROM task_samples WHERE job = 'again'",
      format: 'JSONEachRow',
    })
    // The table itself refused the repeat of the token; the other one it folds when it likes.
    expect(await inserted.json()).toEqual([{ ok: 1 }])
  })

  test('more rows than fit into one insert arrive whole, and their repeat is one', async () => {
    const tasks = Array.from({ length: 20_001 }, (_, i) => task('many', NOW - i))
    const write = () => writeSamples(store, { ...noRows, tasks }, { token: 'many' })
    await write()
    await write()
    const counted = await store.client.query({
      query: "SELECT count() AS n FROM task_samples WHERE job = 'many'",
      format: 'JSONEachRow',
    })
    expect(await counted.json()).toEqual([{ n: 20_001 }])
    const read = await readTasks('many')
    expect(read.map(({ at }) => at)).toEqual(tasks.map(({ at }) => at).reverse())
  })

  test('what is asked for is answered: jobs, a vertex, a process, a span with both ends', async () => {
    const tasks = ['v0', 'v1'].flatMap((vertex) =>
      [3, 2, 1].map((ago) => task('asked', NOW - ago, { vertex })),
    )
    const process = (name: string): ProcessSample => ({
      ...{ cluster: 'asked', process: name, via: 'flink-rest', at: NOW, values: { up: 1 } },
    })
    const processes = [process('tm_1'), process('jobmanager')]
    await writeSamples(store, { ...noRows, tasks, processes }, { token: 'asked' })
    const span = { from: NOW - 3, to: NOW - 2 }
    const read = await readTasks('asked', { vertex: 'v1', ...span })
    expect(read.map(({ vertex, at }) => [vertex, at])).toEqual([
      ['v1', NOW - 3],
      ['v1', NOW - 2],
    ])
    const one = { clusters: ['asked', 'other'], process: 'tm_1', ...all }
    expect(await readProcessSamples(store, one)).toEqual([process('tm_1')])
    expect(await readTasks("' OR 1 = 1 --")).toEqual([])
    expect(await readTaskSamples(store, { jobs: [], ...all })).toEqual([])
  })
})
