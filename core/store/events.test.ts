import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import type { ExceptionEvent, FlinkEvent, RunEvent } from '../model/events.ts'
import { formatJobRef } from '../model/job-ref.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { readEvents, readKnownEvents } from './events.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { writeEvents } from './write.ts'

/** The tables forget by the real clock, so what is written is of today. */
const NOW = Date.now()

const jobNamed = (name: string) => formatJobRef({ cluster: name, namespace: '-', name })

const run = (name: string, at: number, over: Partial<RunEvent> = {}): RunEvent => ({
  ...{ type: 'run', at, job: jobNamed(name), run: 'r1', state: 'RUNNING', since: at },
  ...{ startedAt: at, bounded: false, flinkVersion: '2.2.1' },
  ...over,
})
const exception = (
  name: string,
  at: number,
  over: Partial<ExceptionEvent> = {},
): ExceptionEvent => ({
  ...{ type: 'exception', at, job: jobNamed(name), run: 'r1', name: 'E', root: 'E' },
  ...{ message: 'm', stack: 's' },
  ...over,
})

describe.skipIf(chdbMissing)('events', () => {
  let store: Store
  let written = 0
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  const write = (...events: readonly FlinkEvent[]) =>
    writeEvents(store, events, { token: `events/${++written}` })
  const read = (name: string, from = NOW - 1_000, to = NOW) =>
    readEvents(store, { jobs: [jobNamed(name)], clusters: [name], from, to })

  test('history is what was told in the span, of every run and of the cluster', async () => {
    const within = [
      run('span', NOW - 1_000, { run: 'old' }),
      exception('span', NOW - 500),
      run('span', NOW),
    ]
    const taskmanager: FlinkEvent = {
      ...{ type: 'taskmanager', at: NOW - 400, cluster: 'span', id: 'tm', state: 'registered' },
      ...{ slots: 1, freeSlots: 0 },
    }
    await write(run('span', NOW - 1_001), run('span', NOW + 1), ...within, taskmanager)
    await write(run('other', NOW))
    const [first, fault, last] = within
    expect(await read('span')).toEqual([first, fault, taskmanager, last])
  })

  test('two tasks that fail of the same thing in one millisecond are two', async () => {
    const long = 'x'.repeat(2_000)
    const faults = ['a', 'b'].map((task) => exception('twins', NOW, { name: long, task }))
    await write(...faults)
    await write(...faults)
    const tasks = (await read('twins')).map((event) => event.type === 'exception' && event.task)
    expect(tasks.sort()).toEqual(['a', 'b'])
  })

  test('a span with more than a page can show has its newest thousand', async () => {
    await write(...Array.from({ length: 1_010 }, (_, i) => exception('flood', NOW - i)))
    const events = await read('flood', NOW - 5_000)
    expect(events).toHaveLength(1_000)
    expect([events[0]?.at, events.at(-1)?.at]).toEqual([NOW - 999, NOW])
  })

  test('what is known at a moment is no more than that, however much there is before and after', async () => {
    const [at, since] = [NOW - 60_000, NOW - 120_000]
    const taskmanager = (when: number, id: string, state: 'registered' | 'gone'): FlinkEvent => ({
      ...{ type: 'taskmanager', at: when, cluster: 'known', id, state, slots: 1, freeSlots: 0 },
    })
    const placed = (when: number, vertex: string): FlinkEvent => ({
      ...{ type: 'placement', at: when, job: jobNamed('known'), run: 'r1', vertex, tasks: [] },
    })
    const known = [
      taskmanager(since - 2, 'stays', 'registered'),
      placed(since - 1, 'v0'),
      placed(since, 'calm'),
      run('known', since),
      ...[at - 1, at].map((when) => placed(when, 'v0')),
    ]
    await write(
      ...known,
      placed(since - 2, 'v0'),
      placed(at - 2, 'v0'),
      taskmanager(since - 2, 'left', 'registered'),
      taskmanager(since - 1, 'left', 'gone'),
      ...Array.from({ length: 9 }, (_, i) => placed(at + 1 + i, i % 2 === 0 ? 'v0' : 'calm')),
      run('known', since - 9, { run: 'old', startedAt: 1 }),
      { ...run('known', at, { run: 'old', startedAt: 1 }), state: 'FAILED' },
    )
    const whose = { jobs: [jobNamed('known')], clusters: ['known'] }
    expect(await readKnownEvents(store, { ...whose, from: since, to: at, perType: 2 })).toEqual(
      known,
    )
  })

  test('times beyond what a date can hold harm nobody else', async () => {
    await write(run('far', NOW, { startedAt: Number.MAX_SAFE_INTEGER }))
    expect(await read('far')).toHaveLength(1)
  })
})
