import { describe, expect, test } from 'vitest'
import type { Episode } from '../../core/model/episode.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { ProcessSample, TaskSample } from '../../core/model/samples.ts'
import { exampleRun } from '../rounds/diagnoses.fixture.ts'
import {
  checkpoint,
  load,
  NOW,
  orders,
  slowSink,
  subtask,
  topology,
  world,
} from './world.fixture.ts'

const path = (rest: string) => `/api/v1/jobs/${orders}/${rest}`

describe('GET …/findings', () => {
  const gone = { ...slowSink, key: 'gone', state: 'resolved' as const, resolvedAt: NOW - 60_000 }
  const older = { ...gone, key: 'older', resolvedAt: NOW - 90_000 }
  const verdicts = [
    { rule: 'slow-sink', subject: 'vertex:sink', outcome: 'found' as const },
    { rule: 'slow-sink', subject: 'vertex:map', outcome: 'healthy' as const },
    { rule: 'gc-pressure', subject: 'tm-1', outcome: 'unknown' as const, missing: 'no heap' },
    { rule: 'gc-pressure', subject: 'tm-2', outcome: 'unknown' as const, missing: 'no heap' },
    { rule: 'gc-pressure', subject: 'tm-3', outcome: 'healthy' as const },
    { rule: 'restart-loop', subject: 'job', outcome: 'healthy' as const },
    { rule: 'data-skew', subject: 'vertex:map', outcome: 'broken' as const, error: 'TypeError' },
  ]
  const answers = {
    unknown: [
      { rule: 'gc-pressure', missing: 'no heap' },
      { rule: 'data-skew', missing: 'the rule itself failed: TypeError' },
    ],
    healthy: ['restart-loop'],
  }

  test.each([
    ['findings', [slowSink]],
    ['findings?state=resolved', [gone, older]],
    ['findings?state=all', [slowSink, gone, older]],
  ])('%s', async (query, items) => {
    const all = world({ findings: async () => [older, gone, { ...gone, key: slowSink.key }] })
    all.put(orders, 4.3, { findings: [slowSink, gone], verdicts })
    expect(await (await all.get(path(query))).json()).toEqual({ items, ...answers })
  })
})

test('GET …/advice', async () => {
  const target = { subject: { kind: 'cluster' as const, cluster: 'lab' }, name: 'Sink' }
  const abstained = [{ target, reason: 'the sink waits for its store' }]
  const followUp = {
    ...{ job: orders, run: 'a1', at: NOW, advisedAt: NOW - 2, appliedAt: NOW - 1 },
    ...{ kind: 'parallelism' as const, target, cause: 'under-provisioned@x' },
    ...{ from: 2, to: 4, applied: 4, because: '70 % busy' },
  }
  const followUps = (['held', 'missed', 'held', 'unknown'] as const).map((outcome) => ({
    ...followUp,
    outcome,
  }))
  const all = world({ followUps: async (job) => (job === orders ? followUps : []) })
  all.put(orders, 4.3, { abstained })
  expect(await (await all.get(path('advice'))).json()).toEqual({
    ...{ items: [], abstained },
    ...{ followUps, record: { held: 2, missed: 1 } },
  })
})

describe('GET …/topology', () => {
  const heldBack = { backpressured: 0.9, busy: 0.05, idle: 0.05 }
  const loads = [
    load('source', { ...heldBack, recordsPerSecond: undefined }),
    load('map', {
      ...heldBack,
      subtasks: [subtask(0, { inPoolUsage: 1 }), subtask(1, { inPoolUsage: 0.5 })],
    }),
    load('sink', { busy: 1, backpressured: 0, idle: 0, subtasks: [subtask(0, { busy: 1 })] }),
  ]

  test('the graph, what flows through it, and who holds back whom', async () => {
    const all = world()
    all.put(orders, 4.3, { findings: [slowSink], loads }, { topology })
    const bar = (index: number, busy = 0.1) => ({
      subtask: index,
      busy,
      backpressured: 0.1,
      taskmanager: 'tm-1',
    })
    const held = { busy: 0.05, backpressured: 0.9, idle: 0.05, skew: 1, role: 'victim' }
    expect(await (await all.get(path('topology'))).json()).toEqual({
      at: NOW,
      topology,
      loads: [
        { vertex: 'source', ...held, recordsPerSecond: null, subtasks: [bar(0), bar(1)] },
        { vertex: 'map', ...held, recordsPerSecond: 200, subtasks: [bar(0), bar(1)] },
        {
          vertex: 'sink',
          busy: 1,
          backpressured: 0,
          idle: 0,
          skew: 1,
          recordsPerSecond: 100,
          subtasks: [bar(0, 1)],
          role: 'root',
        },
      ],
      channels: [
        { from: 'source', to: 'map', fill: 0.75, recordsPerSecond: 200 },
        { from: 'map', to: 'sink', fill: null, recordsPerSecond: 100 },
      ],
    })
  })

  const mapIsRoot = {
    ...slowSink,
    subject: {
      subject: {
        kind: 'subtask' as const,
        job: orders,
        run: 'a1',
        vertex: 'map',
        subtask: 1,
        attempt: 0,
      },
      name: 'Map (2/2)',
    },
  }
  test.each<[string, typeof slowSink, number, readonly string[]]>([
    ['below a root is far, above it held back', mapIsRoot, 0.5, ['victim', 'root', 'far']],
    ['above a root but hardly held back is calm', mapIsRoot, 0.49, ['calm', 'root', 'far']],
    ['a consequence is no root', { ...slowSink, cause: false }, 0.9, ['calm', 'calm', 'calm']],
    [
      'a resolved cause is no root',
      { ...slowSink, state: 'resolved' },
      0.9,
      ['calm', 'calm', 'calm'],
    ],
    [
      'a cause that is not of the flow is none',
      { ...slowSink, category: 'memory' },
      0.9,
      ['calm', 'calm', 'calm'],
    ],
  ])('%s', async (_, finding, backpressured, roles) => {
    const all = world()
    const measured = ['source', 'map', 'sink'].map((id) => load(id, { backpressured }))
    all.put(orders, 4.3, { findings: [finding], loads: measured }, { topology })
    const body = await (await all.get(path('topology'))).json()
    expect(body).toMatchObject({ loads: roles.map((role) => ({ role })) })
  })

  test('vertices without a load are there, with nulls', async () => {
    const all = world()
    all.put(orders, null, {}, { topology })
    const nothing = {
      busy: null,
      backpressured: null,
      idle: null,
      recordsPerSecond: null,
      skew: null,
      subtasks: [],
      role: 'calm',
    }
    expect(await (await all.get(path('topology'))).json()).toMatchObject({
      loads: ['source', 'map', 'sink'].map((vertex) => ({ vertex, ...nothing })),
      channels: [
        { fill: null, recordsPerSecond: null },
        { fill: null, recordsPerSecond: null },
      ],
    })
  })

  test('no graph yet is a 404 that says when it comes', async () => {
    const all = world()
    all.put(orders, null)
    const response = await all.get(path('topology'))
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      detail:
        'The graph of lab/-/orders is not known yet; it comes with the first answer of its JobManager.',
    })
  })
})

describe('GET …/series', () => {
  const task = (at: number, recordsOut: number): TaskSample => ({
    job: orders,
    run: 'a1',
    vertex: 'source',
    subtask: 0,
    attempt: 0,
    via: 'flink-prometheus',
    at,
    values: {
      busyMs: (at - NOW + 60_000) / 2,
      idleMs: (at - NOW + 60_000) / 2,
      backpressuredMs: 0,
      recordsIn: 0,
      recordsOut,
    },
  })
  const scrape = (at: number, cpuMs: number): ProcessSample => ({
    cluster: 'lab',
    process: 'tm_1',
    via: 'flink-prometheus',
    at,
    values: { cpuMs },
  })
  const span = `from=${NOW - 30_000}&to=${NOW}&stepMs=10000`
  const at = (value: (number | null)[]) =>
    value.map((v, index) => [NOW - 30_000 + index * 10_000, v])

  test.each<[string, object]>([
    [
      `signal=recordsPerSecond&vertex=source&${span}`,
      {
        signal: 'recordsPerSecond',
        vertex: 'source',
        unit: 'perSecond',
        points: at([null, 50, 50]),
      },
    ],
    [
      `signal=busy&vertex=source&${span}`,
      { signal: 'busy', vertex: 'source', unit: 'ratio', points: at([null, 0.5, 0.5]) },
    ],
    [
      `signal=cpu&process=tm-1&${span}`,
      { signal: 'cpu', process: 'tm-1', unit: 'ratio', points: at([null, 1.5, 1.5]) },
    ],
    [
      `signal=checkpointMs&${span}`,
      { signal: 'checkpointMs', unit: 'ms', points: at([null, null, 800]) },
    ],
  ])('%s', async (query, expected) => {
    const all = world({
      tasks: async (job, vertex) =>
        job === orders && vertex === 'source' ? [task(NOW - 20_000, 0), task(NOW, 1000)] : [],
      processes: async (cluster, process) =>
        cluster === 'lab' && process === 'tm_1'
          ? [scrape(NOW - 20_000, 0), scrape(NOW, 30_000)]
          : [],
      checkpoints: async () => [checkpoint(5, { triggeredAt: NOW - 5_000 })],
    })
    all.put(orders, 9, {}, { topology })
    expect(await (await all.get(path(`series?${query}`))).json()).toEqual({
      from: NOW - 30_000,
      to: NOW,
      stepMs: 10_000,
      ...expected,
    })
  })

  test.each([
    [
      'signal=busy&frm=1',
      'frm: is not a parameter here; vertex: is missing; it is needed for this signal',
    ],
    ['signal=gc&from=9&to=8', 'process: is missing; it is needed for this signal'],
    ['signal=checkpointMs&from=9&to=8', 'from: must be before "to"'],
    [
      'signal=checkpointMs&from=yesterday',
      'from: must be epoch milliseconds or a time such as 2026-11-20T09:00:00Z',
    ],
    ['signal=checkpointMs&from=1&to=2592000002', 'from: may lie at most 30 days before "to"'],
    [
      'signal=checkpointMs&from=0&to=2001001&stepMs=1000',
      'stepMs: must be longer: more than 2000 points are asked for',
    ],
  ])('%s is refused', async (query, detail) => {
    const all = world()
    all.put(orders, 9)
    const response = await all.get(path(`series?${query}`))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ detail })
  })
})

describe('what happened', () => {
  const minute = (n: number) => NOW - 600_000 + n * 60_000
  const exception = (at: number): FlinkEvent => ({
    type: 'exception',
    at,
    job: orders,
    run: 'a1b2c3d4ff',
    name: 'org.apache.flink.runtime.JobException',
    root: 'java.lang.IllegalStateException',
    message: 'no price for <b>EUR</b>\n\tat …',
    stack: '…',
    task: 'Map (1/2)',
  })
  const run = (at: number, state: 'RUNNING' | 'RESTARTING') =>
    exampleRun(orders, at, { run: 'a1b2c3d4ff', state, startedAt: minute(0) })
  const events: readonly FlinkEvent[] = [
    run(minute(0), 'RUNNING'),
    { type: 'cluster', at: minute(1), cluster: 'lab', state: 'reachable' },
    { type: 'topology', at: minute(1), job: orders, run: 'a1', topology },
    { type: 'config', at: minute(1), job: orders, run: 'a1', values: { a: '1' } },
    exception(minute(2)),
    exception(minute(2)),
    run(minute(2), 'RESTARTING'),
    run(minute(3), 'RUNNING'),
    run(minute(3), 'RUNNING'),
    {
      type: 'topology',
      at: minute(4),
      job: orders,
      run: 'a1',
      topology: {
        ...topology,
        vertices: topology.vertices.map((v) => (v.id === 'map' ? { ...v, parallelism: 4 } : v)),
      },
    },
    { type: 'config', at: minute(5), job: orders, run: 'a1', values: { a: '2' } },
    {
      type: 'taskmanager',
      at: minute(6),
      cluster: 'lab',
      id: 'tm-1',
      state: 'gone',
      slots: 2,
      freeSlots: 0,
    },
    {
      type: 'cluster',
      at: minute(7),
      cluster: 'lab',
      state: 'unreachable',
      reason: 'ECONNREFUSED',
    },
    { type: 'cluster', at: minute(8), cluster: 'lab', state: 'reachable' },
  ]
  const marks = [
    { at: minute(0), kind: 'run', text: 'Run a1b2c3d4 was submitted.' },
    { at: minute(0), kind: 'state', text: 'The job is RUNNING.' },
    {
      at: minute(2),
      kind: 'exception',
      text: 'IllegalStateException in Map (1/2): no price for <b>EUR</b>',
    },
    { at: minute(2), kind: 'state', text: 'The job is RESTARTING.' },
    { at: minute(3), kind: 'state', text: 'The job is RUNNING.' },
    { at: minute(4), kind: 'rescale', text: 'Parallelism changed: Map 2 → 4.' },
    { at: minute(5), kind: 'config', text: 'The configuration changed.' },
    { at: minute(6), kind: 'taskmanager', text: 'TaskManager tm-1 is gone.' },
    { at: minute(7), kind: 'cluster', text: 'The JobManager does not answer: ECONNREFUSED' },
    { at: minute(8), kind: 'cluster', text: 'The JobManager answers again.' },
  ]

  test('GET …/events: in sentences, newest first, without what agents only repeat', async () => {
    const all = world({ events: async () => events })
    all.put(orders, 9)
    const response = await all.get(path('events'))
    expect(await response.json()).toEqual({ items: [...marks].reverse() })
  })

  test('GET …/checkpoints: newest first', async () => {
    const all = world({ checkpoints: async () => [checkpoint(1), checkpoint(2)] })
    all.put(orders, 9)
    const response = await all.get(path('checkpoints?from=2026-11-20T09:00:00Z'))
    expect(await response.json()).toEqual({ items: [checkpoint(2), checkpoint(1)] })
  })

  test('GET …/episodes: newest first, with their positions', async () => {
    const episode = (startAt: number): Episode => ({
      ...{ job: orders, run: 'r', vertex: 'sink', name: 'Sink', role: 'root', startAt },
      ...{ seenAt: startAt + 20_000, worst: 0.8, mean: 0.6, severity: 'high' },
    })
    const place = { job: orders, vertex: 'sink', name: 'Sink', role: 'root' as const }
    const positions = [{ ...place, episodes: 2, ms: 40_000, worst: 0.8, mean: 0.6 }]
    const all = world({
      episodes: async () => [episode(minute(1)), episode(minute(2))],
      positions: async (job) => (job === orders ? positions : []),
    })
    all.put(orders, 9)
    expect(await (await all.get(path('episodes'))).json()).toEqual({
      ...{ from: NOW - 86_400_000, to: NOW, positions },
      items: [episode(minute(2)), episode(minute(1))],
    })
  })

  test('GET …/timeline: scores with gaps, findings, checkpoints and marks', async () => {
    const score = (seconds: number, value: number | null) => ({
      at: minute(8) + seconds * 1000,
      run: 'a1',
      value,
      coverage: 1,
    })
    const resolved = { ...slowSink, key: 'old', state: 'resolved' as const, resolvedAt: minute(9) }
    const all = world({
      events: async () => events,
      // The lowest of a step is what is drawn.
      scores: async () => [score(0, 9), score(3, 4), score(4, 8), score(5, null), score(11, 7)],
      findings: async () => [slowSink, resolved],
      checkpoints: async () => [
        checkpoint(1),
        checkpoint(2, { state: 'failed' }),
        checkpoint(3, { state: 'in-progress' }),
      ],
    })
    all.put(orders, 9)
    const response = await all.get(path(`timeline?from=${minute(8)}&to=${minute(8) + 15_000}`))
    const finding = { rule: 'slow-sink', severity: 'major', cause: true, from: NOW - 120_000 }
    expect(await response.json()).toEqual({
      from: minute(8),
      to: minute(8) + 15_000,
      scores: [
        [minute(8), 4],
        [minute(8) + 5_000, null],
        [minute(8) + 10_000, 7],
      ],
      findings: [
        { key: slowSink.key, ...finding, to: null },
        { key: 'old', ...finding, to: minute(9) },
      ],
      checkpoints: [
        { at: NOW - 240_000, ok: true, ms: 800 },
        { at: NOW - 180_000, ok: false, ms: 800 },
      ],
      marks: [{ at: minute(8), text: 'The JobManager answers again.' }],
    })
  })
})
