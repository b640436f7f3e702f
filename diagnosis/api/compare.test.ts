import { describe, expect, test } from 'vitest'
import { RunComparison } from '../../core/api/compare.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { ProcessSample, TaskSample } from '../../core/model/samples.ts'
import { exampleRun } from '../rounds/diagnoses.fixture.ts'
import { NOW, orders, world } from './world.fixture.ts'

const MINUTE_MS = 60_000
const before = { run: 'a0a0', from: NOW - 120 * MINUTE_MS, to: NOW - 62 * MINUTE_MS }
const now = { run: 'b1b1', from: NOW - 60 * MINUTE_MS, to: NOW }

/** One subtask of a source that sends 100/s and works for it as hard as its run asks. */
function samples(vertex: string, { from, to }: { from: number; to: number }): TaskSample[] {
  return [before, now].flatMap(({ run, ...life }) => {
    const busy = run === now.run ? 0.8 : 0.4
    return Array.from(
      { length: Math.floor((life.to - life.from) / 10_000) },
      (_, i): TaskSample => {
        const ms = 10_000 * i
        // A little unrest, or nothing would ever be within noise.
        const busyMs = ms * busy + 200 * (i % 3)
        return {
          ...{ job: orders, run, vertex, subtask: 0, attempt: 0, via: 'flink-prometheus' },
          at: life.from + ms,
          values: { busyMs, idleMs: ms - busyMs, backpressuredMs: 0, recordsOut: ms / 10 },
        }
      },
    ).filter(({ at }) => at >= from && at <= to)
  })
}

function processes(process: string, { from, to }: { from: number; to: number }): ProcessSample[] {
  return Array.from({ length: 720 }, (_, i): ProcessSample => {
    const at = before.from + 10_000 * i
    const values = { cpuMs: 15_000 * i, heapUsedBytes: 1e9, heapMaxBytes: 2e9 }
    return { cluster: 'lab', process, via: 'flink-prometheus', at, values }
  }).filter(({ at }) => at >= from && at <= to)
}

const told = ({ run, from }: typeof before, values: Record<string, string>): FlinkEvent[] => [
  exampleRun(orders, from, { run, flinkVersion: '2.2.1' }),
  {
    ...{ type: 'topology', at: from, job: orders, run },
    topology: {
      vertices: [{ id: 'v', name: 'Orders', parallelism: 1, maxParallelism: 128 }],
      edges: [],
    },
  },
  { type: 'config', at: from, job: orders, run, values: { ...values, 'rest.port': String(from) } },
  {
    ...{ type: 'placement', at: from, job: orders, run, vertex: 'v' },
    tasks: [{ subtask: 0, attempt: 0, state: 'RUNNING', taskmanager: 'tm-1', startedAt: from }],
  },
  ...Array.from({ length: 50 }, (_, id): FlinkEvent => {
    const triggeredAt = from + id * MINUTE_MS
    return {
      ...{ type: 'checkpoint', at: triggeredAt + 900, job: orders, run, id, triggeredAt },
      ...{ state: 'completed', savepoint: false, unaligned: false, endToEndMs: 800 + (id % 3) },
      ...{ stateBytes: 1e6, acknowledged: 1, subtasks: 1, tasks: [] },
    }
  }),
]

const history = {
  runs: async () => [now, before],
  tasks: async (_: string, vertex: string, span: { from: number; to: number }) =>
    samples(vertex, span),
  processes: async (_: string, process: string, span: { from: number; to: number }) =>
    processes(process, span),
  events: async (_: string, { from, to }: { from: number; to: number }) =>
    [...told(before, { 'a.b': '1' }), ...told(now, { 'a.b': '2' })].filter(
      ({ at }) => at >= from && at <= to,
    ),
}

function asked(over = {}) {
  const all = world({ ...history, ...over })
  all.put(orders, 9, { run: exampleRun(orders, NOW, { run: now.run }) })
  return all
}
const path = `/api/v1/jobs/${orders}/compare`

describe('GET …/compare', () => {
  test('the newest run beside the one before it, from stored samples', async () => {
    const response = await asked().get(path)
    expect(response.status).toBe(200)
    const body = RunComparison.parse(await response.json())
    expect([body.run.run, body.with.run]).toEqual(['b1b1', 'a0a0'])
    expect(body.changes).toEqual([{ what: 'option', name: 'a.b', from: '1', to: '2' }])
    expect(body.load).toMatchObject({ comparable: true, run: 100, with: 100 })
    expect(body.load.minutes).toBeGreaterThan(50)
    expect(body.measures.map(({ name, vertex, answer }) => [name, vertex, answer])).toEqual([
      ['score', null, 'unknown'],
      ['records taken in', null, 'same'],
      ['CPU of the TaskManagers', null, 'same'],
      ['heap per record a second', null, 'same'],
      ['duration of checkpoints', null, 'same'],
      ['state in a checkpoint', null, 'same'],
      ['busy share', 'Orders', 'higher'],
      ['records', 'Orders', 'same'],
    ])
    const busy = body.measures.find(({ name }) => name === 'busy share')
    expect(busy?.run?.mean).toBeCloseTo(0.8, 2)
    expect(busy?.with?.mean).toBeCloseTo(0.4, 2)
    expect(body.measures.find(({ unit }) => unit === 'cores')?.run?.mean).toBeCloseTo(1.5, 2)
    expect(body.measures.find(({ unit }) => unit === 'bytes')?.run?.mean).toBeCloseTo(1e7, -3)
  })

  test('runs can be named by the begin of their ids', async () => {
    const response = await asked().get(`${path}?run=a0&with=b1`)
    const { run, with: other } = RunComparison.parse(await response.json())
    expect([run.run, other.run]).toEqual(['a0a0', 'b1b1'])
  })

  test('what TaskManagers use that work for other jobs as well is not this job’s', async () => {
    const all = asked()
    const hosts = {
      placements: [
        {
          ...{ type: 'placement' as const, at: NOW, job: orders, run: now.run, vertex: 'v' },
          tasks: [
            {
              ...{ subtask: 0, attempt: 0, state: 'RUNNING' as const },
              taskmanager: 'tm-1',
              startedAt: 1,
            },
          ],
        },
      ],
    }
    all.put(orders, 9, { run: exampleRun(orders, NOW, { run: now.run }) }, hosts)
    all.put('lab/-/other', 9, {}, hosts)
    const { measures } = RunComparison.parse(await (await all.get(path)).json())
    expect(measures.find(({ unit }) => unit === 'cores')).toMatchObject({
      ...{ answer: 'unknown', because: 'it is not measured for this job alone' },
    })
  })

  test.each<[string, string, object, number, RegExp]>([
    [
      'a job with one run',
      '',
      { runs: async () => [now] },
      404,
      /No other run of .* only one is b1b1/,
    ],
    ['a job that was never scored', '', { runs: async () => [] }, 404, /No run of .* 30 days/],
    ['a run that nobody knows', '?run=ff', {}, 404, /begins with ff; there are b1b1, a0a0/],
    ['a run beside itself', '?run=b1b1&with=b1', {}, 400, /nothing differs from itself/],
    ['what is no id', '?run=../x', {}, 400, /must be a Flink job id/],
  ])('refuses %s', async (_, query, over, status, sentence) => {
    const response = await asked(over).get(path + query)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ detail: expect.stringMatching(sentence) })
  })
})
