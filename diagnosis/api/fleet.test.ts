import { expect, test } from 'vitest'
import type { ClusterEvent, TaskManagerEvent } from '../../core/model/events.ts'
import type { TaskSample } from '../../core/model/samples.ts'
import { NOW, topology, world } from './world.fixture.ts'

const taskmanager = (id: string, over: Partial<TaskManagerEvent> = {}): TaskManagerEvent => ({
  type: 'taskmanager',
  at: NOW - 60_000,
  cluster: 'lab',
  id,
  state: 'registered',
  slots: 4,
  freeSlots: 1,
  ...over,
})

test('GET /api/v1/fleet counts jobs, verdicts and the slots of each cluster', async () => {
  const all = world()
  const reachable: ClusterEvent = {
    type: 'cluster',
    at: NOW - 60_000,
    cluster: 'lab',
    state: 'reachable',
    flinkVersion: '2.2.1',
  }
  const lab = {
    topology,
    clusters: [reachable],
    taskmanagers: [
      taskmanager('a'),
      taskmanager('b'),
      taskmanager('c'),
      taskmanager('c', { state: 'gone' }),
      taskmanager('b', { freeSlots: 2 }),
    ],
  }
  all.put('lab/-/well', 9, {}, lab)
  all.put('lab/-/ill', 2, {}, lab)
  all.put('demo/-/dark', null, {}, {})
  expect(await (await all.get('/api/v1/fleet')).json()).toEqual({
    at: NOW,
    jobs: 3,
    vertices: 6,
    verdicts: { healthy: 1, degraded: 0, unhealthy: 1, unknown: 1 },
    clusters: [
      {
        cluster: 'demo',
        state: 'unknown',
        flinkVersion: null,
        reason: null,
        taskmanagers: 0,
        slots: 0,
        freeSlots: 0,
      },
      {
        cluster: 'lab',
        state: 'reachable',
        flinkVersion: '2.2.1',
        reason: null,
        taskmanagers: 2,
        slots: 8,
        freeSlots: 3,
      },
    ],
    sentence: '3 jobs, 6 vertices, 1 unhealthy, 1 unknown',
    troubles: [],
    recording: true,
  })
})

const samples = (...ats: number[]): TaskSample[] =>
  ats.map((at) => ({
    job: 'lab/-/a',
    run: 'a1',
    vertex: 'map',
    subtask: 0,
    attempt: 0,
    via: 'flink-rest',
    at,
    values: {},
  }))

test.each<[string, (number | null)[], readonly TaskSample[], string]>([
  ['nothing seen', [], [], 'No job was seen yet.'],
  ['before the first sample', [null], [], '1 job, 3 vertices, first sample is awaited'],
  ['after one', [null, null], samples(NOW - 2_000), '2 jobs, 6 vertices, second sample in 3 s'],
  [
    'a late one',
    [null],
    samples(NOW - 6_000, NOW - 5_000),
    '1 job, 3 vertices, third sample is due',
  ],
  ['long overdue', [null], samples(NOW - 31_000), '1 job, 3 vertices, 1 unknown'],
  [
    'enough samples, and still unknown',
    [null],
    samples(NOW - 20_000, NOW - 15_000, NOW - 10_000, NOW - 5_000),
    '1 job, 3 vertices, 1 unknown',
  ],
  ['some judged already', [9, null], samples(NOW - 2_000), '2 jobs, 6 vertices, 1 unknown'],
  ['two ill', [2, 3, 9], [], '3 jobs, 9 vertices, 2 unhealthy'],
  ['all well', [9, 9], [], '2 jobs, 6 vertices, all healthy'],
])('the sentence: %s', async (_, scores, tasks, sentence) => {
  const all = world()
  for (const [index, score] of scores.entries()) {
    all.put(`lab/-/j${index}`, score, {}, { topology, tasks })
  }
  expect(await (await all.get('/api/v1/fleet')).json()).toMatchObject({ sentence })
})
