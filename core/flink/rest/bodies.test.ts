import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../kit/package-root.ts'
import {
  CheckpointDetail,
  CheckpointSubtasks,
  Checkpoints,
  checkpointEvents,
  checkpointTasks,
} from './checkpoints.ts'
import { Exceptions, exceptionEvents } from './exceptions.ts'
import { isBounded, JobDetail, topologyOf } from './job-detail.ts'
import { JobsOverview, Overview } from './jobs.ts'
import { jobValues, Metrics, processValues } from './metrics.ts'
import { resourcesOf, TaskManagers } from './taskmanagers.ts'
import { countersOf, placedTasksOf, VertexDetail } from './vertex.ts'

/** A body as a real JobManager of that line answered it. */
function body(line: string, name: string): unknown {
  const path = join(packageRoot(import.meta.url), 'test/fixtures/flink', line, `${name}.json`)
  return JSON.parse(readFileSync(path, 'utf8')).body
}

const about = { job: 'lab/-/job', run: 'r' }

describe.each(['1.20', '2.2'])('bodies of Flink %s', (line) => {
  test('the cluster and its jobs', () => {
    expect(Overview.parse(body(line, 'overview')).taskmanagers).toBe(3)
    expect(
      JobsOverview.parse(body(line, 'jobs-overview')).jobs.map(({ state }) => state),
    ).toContain('RUNNING')
  })

  test('the job graph, from the sources to the sinks', () => {
    const detail = JobDetail.parse(body(line, 'job'))
    const { vertices, edges } = topologyOf(detail)
    const place = new Map(vertices.map(({ id }, index) => [id, index]))
    expect(vertices[0]?.name).toMatch(/^Source: /)
    expect(edges.filter(({ from, to }) => (place.get(from) ?? 0) >= (place.get(to) ?? 0))).toEqual(
      [],
    )
    expect(edges.map(({ strategy }) => strategy)).toContain('HASH')
    expect(isBounded(detail)).toBe(false)
  })

  test('the counters and places of every subtask', () => {
    const detail = VertexDetail.parse(body(line, 'vertex'))
    const counters = countersOf(detail)
    expect(counters).toHaveLength(detail.subtasks.length)
    for (const { values } of counters) {
      const clock = (values.busyMs ?? 0) + (values.idleMs ?? 0) + (values.backpressuredMs ?? 0)
      expect(clock).toBeGreaterThan(60_000)
    }
    expect(placedTasksOf(detail)[0]).toMatchObject({
      subtask: 0,
      attempt: 0,
      state: 'RUNNING',
      taskmanager: expect.stringMatching(/^lab-/),
    })
  })

  test('checkpoints with the phases of the slowest subtask', () => {
    const [oldest] = checkpointEvents(Checkpoints.parse(body(line, 'checkpoints')), {
      ...about,
      at: 1,
    })
    expect(oldest).toMatchObject({
      type: 'checkpoint',
      state: 'completed',
      externalPath: expect.stringContaining('chk-'),
    })
    const detail = CheckpointDetail.parse(body(line, 'checkpoint-details'))
    const [vertex = ''] = Object.keys(detail.tasks)
    const phases = CheckpointSubtasks.parse(body(line, 'checkpoint-details-subtasks'))
    const task = checkpointTasks(detail, new Map([[vertex, phases]]))[0]
    expect(Object.keys(task ?? {}).sort()).toEqual([
      'acknowledged',
      'alignmentMs',
      'asyncMs',
      'endToEndMs',
      'startDelayMs',
      'stateBytes',
      'subtasks',
      'syncMs',
      'vertex',
    ])
  })

  test('TaskManagers with what they offer, and metrics as numbers', () => {
    const [first] = TaskManagers.parse(body(line, 'taskmanagers')).taskmanagers
    expect(first && resourcesOf(first)).toMatchObject({
      slots: 2,
      cpuCores: 2,
      heapBytes: expect.any(Number),
      processBytes: expect.any(Number),
    })
    expect(jobValues(Metrics.parse(body(line, 'job-metrics')))).toMatchObject({
      restarts: 0,
      lastCheckpointMs: expect.any(Number),
    })
    expect(processValues(Metrics.parse(body(line, 'taskmanager-metrics')))).toEqual({
      heapUsedBytes: expect.any(Number),
    })
  })

  test('an empty exception history', () => {
    expect(exceptionEvents(Exceptions.parse(body(line, 'job-exceptions')), about)).toEqual([])
  })
})

describe('what is not a number', () => {
  const subtask = (metrics: object, status = 'RUNNING') => ({
    subtask: 0,
    status,
    attempt: 0,
    'start-time': 1,
    'taskmanager-id': '(unassigned)',
    metrics,
  })
  const times = {
    'accumulated-busy-time': 5,
    'accumulated-idle-time': 3,
    'accumulated-backpressured-time': 2,
  }
  test.each([
    [
      'the first answer after an idle time: zeros and "NaN"',
      {
        'accumulated-busy-time': 'NaN',
        'accumulated-idle-time': 0,
        'accumulated-backpressured-time': 0,
      },
      [],
    ],
    [
      'all times zero',
      {
        'accumulated-busy-time': 0,
        'accumulated-idle-time': 0,
        'accumulated-backpressured-time': 0,
      },
      [],
    ],
    ['no times at all (before 1.17 reported them)', { 'read-records': 3 }, []],
    ['records that are absent stay absent', times, [{ busyMs: 5, idleMs: 3, backpressuredMs: 2 }]],
    [
      'a text is a number',
      { ...times, 'accumulated-busy-time': '5', 'read-records': 7 },
      [{ busyMs: 5, idleMs: 3, backpressuredMs: 2, recordsIn: 7 }],
    ],
  ])('%s', (_, metrics, expected) => {
    const detail = VertexDetail.parse({ id: 'v', subtasks: [subtask(metrics)] })
    expect(countersOf(detail).map(({ values }) => values)).toEqual(expected)
  })

  test('an unassigned task has no TaskManager', () => {
    expect(
      placedTasksOf(VertexDetail.parse({ id: 'v', subtasks: [subtask(times, 'SCHEDULED')] })),
    ).toEqual([{ subtask: 0, attempt: 0, state: 'SCHEDULED', startedAt: 1 }])
  })

  test.each([
    ['[] for an unknown metric', [], {}],
    [
      'a gauge of −1 before the first checkpoint',
      [{ id: 'lastCheckpointDuration', value: '-1' }],
      {},
    ],
    [
      'NaN and an empty text',
      [
        { id: 'numRestarts', value: 'NaN' },
        { id: 'numRescales', value: '' },
      ],
      {},
    ],
  ])('%s', (_, list, expected) => {
    expect(jobValues(Metrics.parse(list))).toEqual(expected)
  })
})

test('the innermost cause of an exception is its root, and hostile text stays text', () => {
  const stacktrace =
    'org.apache.flink.util.FlinkException: outer\n\tat a.B.c(B.java:1)\nCaused by: java.lang.RuntimeException: middle\nCaused by: java.io.IOException: <img onerror> 订单\n\tat d.E.f(E.java:2)'
  const entry = {
    exceptionName: 'org.apache.flink.util.FlinkException',
    stacktrace,
    timestamp: 7,
    taskName: 'Map (1/2) - execution #0',
    taskManagerId: null,
  }
  expect(
    exceptionEvents(Exceptions.parse({ exceptionHistory: { entries: [entry] } }), about),
  ).toEqual([
    {
      type: 'exception',
      ...about,
      at: 7,
      name: 'org.apache.flink.util.FlinkException',
      root: 'java.io.IOException',
      message: '<img onerror> 订单',
      stack: stacktrace,
      task: 'Map (1/2) - execution #0',
    },
  ])
})
