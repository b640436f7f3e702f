import { expect, test } from 'vitest'
import type { Point } from './point.ts'
import { createSeenJobs } from './seen-jobs.ts'

const options = { via: 'otlp', cluster: undefined, defaultCluster: 'lab' } as const

/** A subtask's word on how many records it took; times and runs as in the tests below. */
function point(vertex: string, subtask: number, at: number, over: object = {}): Point {
  const labels = {
    ...{ job_id: 'run-1', job_name: 'orders', task_id: vertex, task_name: `Task ${vertex}` },
    ...{ subtask_index: String(subtask), ...over },
  }
  const name = 'flink_taskmanager_job_task_numRecordsIn'
  return { name, labels: new Map(Object.entries(labels)), at, value: 1 }
}

const run = (at: number, startedAt: number, over: object = {}) => ({
  ...{ type: 'run', at, job: 'lab/-/orders', run: 'run-1', state: 'RUNNING', since: startedAt },
  ...{ startedAt, bounded: false, flinkVersion: '', inferred: true, ...over },
})
const topology = (at: number, ...vertices: readonly (readonly [id: string, p: number])[]) => ({
  ...{ type: 'topology', at, job: 'lab/-/orders', run: 'run-1' },
  topology: {
    vertices: vertices.map(([id, parallelism]) => {
      return { id, name: `Task ${id}`, parallelism, maxParallelism: 0 }
    }),
    ...{ edges: [], inferred: true },
  },
})

test('the first word of a job tells its run and the vertices that are seen', () => {
  const seen = createSeenJobs()
  expect(seen.learn([point('a', 0, 5), point('a', 1, 5), point('b', 0, 5)], options)).toEqual([
    run(7, 5),
    topology(7, ['a', 2], ['b', 1]),
  ])
})

test('what is known is not said again; another subtask or vertex is, and later', () => {
  const seen = createSeenJobs()
  seen.learn([point('a', 0, 5)], options)
  expect(seen.learn([point('a', 0, 15)], options)).toEqual([])
  expect(seen.learn([point('a', 1, 15)], options)).toEqual([run(15, 5), topology(15, ['a', 2])])
  // Another process' report, of the same moment.
  expect(seen.learn([point('b', 0, 15)], options)).toEqual([
    run(16, 5),
    topology(16, ['a', 2], ['b', 1]),
  ])
})

test('a new run of the job is told beside the old one', () => {
  const seen = createSeenJobs()
  seen.learn([point('a', 0, 5)], options)
  const [told] = seen.learn([point('a', 0, 15, { job_id: 'run-2' })], options)
  expect(told).toEqual(run(15, 15, { run: 'run-2' }))
})

test('what did not arrive is said again', () => {
  const seen = createSeenJobs()
  const first = seen.learn([point('a', 0, 5)], options)
  seen.forget(first)
  expect(seen.learn([point('a', 0, 5)], options)).toEqual(first)
})

test.each([
  ['without a run', { job_id: undefined }],
  ['without a name of its job', { job_name: undefined }],
  ['without a vertex', { task_id: '' }],
  ['of no subtask', { subtask_index: 'x' }],
])('a point %s tells nothing', (_, over) => {
  const { labels, ...rest } = point('a', 0, 5, over)
  const given = new Map([...labels].filter(([, value]) => value !== undefined))
  expect(createSeenJobs().learn([{ ...rest, labels: given }], options)).toEqual([])
})
