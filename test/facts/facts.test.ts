import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRecording } from '../../agent/transport/recording.ts'
import { createPoller, recordedSources, virtualClock } from '../../cli/replay/replay.ts'
import type { Payload } from '../../core/api/batch.ts'
import { rowsOf } from '../../core/api/rows.ts'
import { silentLog } from '../../core/kit/log.ts'
import { jobMetrics, processMetrics, taskMetrics } from '../../core/model/metrics.ts'
import { temporaryPath } from '../../core/store/config.ts'
import { writeLogs } from '../../core/store/logs.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { selectRows } from '../../core/store/rows.ts'
import { writeEvents, writeSamples } from '../../core/store/write.ts'
import { memoryFacts } from '../../diagnosis/facts/memory.ts'
import type { FactSource } from '../../diagnosis/facts/source.ts'
import { storedFacts } from '../../diagnosis/facts/stored.ts'
import { recordingsFolder } from '../accuracy/judge.ts'
import { chdbMissing } from '../store/chdb-missing.ts'

// The tables forget by the store's own clock: what is written must be young.
const AT = Math.floor(Date.now() / 60_000) * 60_000 - 2 * 3_600_000
const hostile = `lab/-/${encodeURIComponent('<img onerror> "quoted" \' 订单')}`

const run = (
  job: string,
  id: string,
  startedAt: number,
  state: 'RUNNING' | 'CANCELED' = 'RUNNING',
): Payload => ({
  kind: 'events',
  events: [
    {
      type: 'run',
      at: startedAt,
      job,
      run: id,
      state,
      since: startedAt,
      startedAt,
      bounded: false,
      flinkVersion: '2.2.1',
    },
  ],
})
const sample = (job: string, id: string, at: number, busyMs: number): Payload => ({
  kind: 'samples',
  blocks: [
    {
      at,
      via: 'flink-rest',
      subjects: [{ kind: 'subtask', job, run: id, vertex: 'v', subtask: 0, attempt: 0 }],
      // Absent metrics: never a zero.
      columns: { busyMs: [busyMs], idleMs: [0], backpressuredMs: [0], recordsIn: [null] },
    },
  ],
})

/** Both sources of facts, fed alike. */
describe.skipIf(chdbMissing !== undefined)('facts from memory and from the store', () => {
  let store: Store
  const memory = memoryFacts()
  let stored: FactSource
  let batches = 0
  const feed = async (payloads: readonly Payload[]) => {
    for (const payload of payloads) {
      memory.accept(payload)
      const token = `batch/${batches++}`
      if (payload.kind === 'events') await writeEvents(store, payload.events, { token })
      else if (payload.kind === 'samples')
        await writeSamples(store, rowsOf(payload.blocks), { token })
      else if (payload.kind === 'logs') await writeLogs(store, payload.blocks, { token })
    }
  }
  beforeAll(async () => {
    store = await openStore({
      kind: 'chdb',
      path: temporaryPath,
      database: 'weir',
      lanes: 3,
      threads: 2,
      backgroundThreads: 2,
      maxMemoryBytes: 800_000_000,
      maxQueryMemoryBytes: 300_000_000,
      fsync: false,
    })
    await migrate(store)
    stored = storedFacts(store)
    const two = 'lab/-/two-runs'
    await feed([
      run(two, 'old', AT - 60_000),
      sample(two, 'old', AT - 50_000, 5_000),
      run(two, 'old', AT - 40_000, 'CANCELED'),
      run(two, 'new', AT - 30_000),
      sample(two, 'new', AT - 20_000, 1_000),
      sample(two, 'new', AT - 10_000, 2_000),
      // Once more: an agent may send a batch twice.
      sample(two, 'new', AT - 10_000, 2_000),
      run(hostile, 'h', AT - 30_000),
      sample(hostile, 'h', AT - 5_000, 700),
      sample(hostile, 'h', AT + 5_000, 900),
    ])
  }, 60_000)
  afterAll(() => store?.close())

  test('know the same jobs', async () => {
    expect(await stored.jobs(AT)).toEqual(await memory.jobs(AT))
  })

  test.each([
    ['only the newest run of a job', 'lab/-/two-runs', [1_000, 2_000]],
    ['hostile names as text, and only what had arrived', hostile, [700]],
  ])('give %s', async (_, job, busy) => {
    const [one] = await stored.read([job], AT)
    expect(one).toEqual((await memory.read([job], AT))[0])
    expect(one?.tasks.map(({ values }) => values)).toEqual(
      busy.map((busyMs) => ({ busyMs, idleMs: 0, backpressuredMs: 0 })),
    )
  })

  test('a job that nobody has heard of has no facts', async () => {
    expect(await stored.read(['lab/-/nobody'], AT)).toEqual([])
  })

  test('a whole recording reads alike from both', async () => {
    const recording = await readRecording(join(recordingsFolder, 'tm-killed-a.ndjson.gz'))
    const { begin } = recording.header
    const shiftMs = AT + 3_600_000 - begin
    const clock = virtualClock(begin + shiftMs)
    const poll = createPoller(recordedSources(recording, 'recorded', { clock, shiftMs }, silentLog))
    for (let at = begin; at < begin + 90_000; at += 5_000) {
      clock.set(at + shiftMs)
      await feed(await poll(at + shiftMs))
    }
    const at = begin + 85_000 + shiftMs
    const jobs = (await memory.jobs(at)).filter((job) => job.startsWith('recorded/'))
    const [fromStore] = await stored.read(jobs, at)
    const [fromMemory] = await memory.read(jobs, at)
    expect(fromStore?.tasks.length).toBeGreaterThan(100)
    expect(fromStore?.logs?.failures.length).toBeGreaterThan(0)
    expect(sorted(fromStore?.tasks)).toEqual(sorted(fromMemory?.tasks))
    expect({ ...fromStore, tasks: [], processes: [], placements: [] }).toEqual({
      ...fromMemory,
      tasks: [],
      processes: [],
      placements: [],
    })
    expect(sorted(fromStore?.processes)).toEqual(sorted(fromMemory?.processes))
    expect(sorted(fromStore?.placements)).toEqual(sorted(fromMemory?.placements))
  })

  test.each([
    ['task_samples', taskMetrics],
    ['process_samples', processMetrics],
    ['job_samples', jobMetrics],
  ])(
    '%s has a column for every metric of the catalogue, and no other',
    async (table, catalogue) => {
      const rows = await selectRows<{ name: string }>(
        store,
        'SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String} AND type LIKE {type:String}',
        { table, type: 'Nullable%' },
      )
      expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(catalogue).sort())
    },
  )
})

/** What stands at one moment has no order of its own. */
function sorted<T>(list: readonly T[] | undefined): readonly T[] {
  return [...(list ?? [])].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
}
