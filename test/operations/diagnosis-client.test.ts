import { expect, test } from 'vitest'
import type { Advice } from '../../core/model/finding.ts'
import {
  checkpoint,
  load,
  NOW,
  orders,
  slowSink,
  topology,
  type World,
  world,
} from '../../diagnosis/api/world.fixture.ts'
import { exampleRun } from '../../diagnosis/rounds/diagnoses.fixture.ts'
import { diagnosisClient } from '../../operations/facts/diagnosis-client.ts'

// Operations reads the API as any stranger does: here it meets the real one.

const never = new AbortController().signal

const clientOf = (app: World, authorization?: string) =>
  diagnosisClient({
    name: 'http://weir:8480',
    async get(path) {
      const headers = authorization === undefined ? {} : { authorization }
      const response = await app.get(path, { headers })
      return { status: response.status, body: await response.text(), at: NOW }
    },
  })

const advice: Advice = {
  ...{ kind: 'parallelism', target: slowSink.subject, cause: slowSink.key, unit: 'subtasks' },
  ...{ from: 1, to: 3, low: 2, high: 4, confidence: 0.86 },
  ...{ basis: 'b', effect: 'e', cost: 'c', falsifiedBy: 'f', warnings: [] },
  patch: { format: 'yaml', title: 'FlinkDeployment', text: 'spec: {}' },
  expected: { busy: { from: 1, to: 0.7, low: 0.6, high: Number.POSITIVE_INFINITY } },
}
const heap: Advice = { ...advice, kind: 'heap', unit: 'bytes', target: { ...slowSink.subject } }

test('facts of a job are what the API says of it', async () => {
  const app = world()
  app.put(
    orders,
    6.8,
    {
      run: exampleRun(orders, NOW, { since: NOW - 500_000 }),
      findings: [
        slowSink,
        { ...slowSink, key: 'folded@x', cause: false, explainedBy: slowSink.key },
        { ...slowSink, key: 'over@x', state: 'resolved' },
      ],
      advice: [advice, heap],
      abstained: [{ target: { ...slowSink.subject, name: 'Map' }, reason: 'do not scale: skewed' }],
      loads: [load('sink', { busy: 0.97 })],
    },
    {
      topology,
      checkpoints: [checkpoint(2), checkpoint(1), checkpoint(3, { state: 'in-progress' })],
    },
  )
  const sized = { maxParallelism: 128, slotSharingGroup: 'default' }
  expect(await clientOf(app).facts(orders, never)).toEqual({
    ...{ job: orders, run: 'a1b2c3d4e5f60718293a4b5c6d7e8f90', state: 'RUNNING' },
    ...{ stateSince: NOW - 500_000, updatedAt: NOW, recording: false },
    ...{ score: 6.8, unknownBecause: null, recordsPerSecond: null },
    advice: [
      {
        ...{ cause: slowSink.key, vertex: 'sink', name: 'Sink', from: 1, to: 3 },
        ...{ confidence: 0.86, busy: { to: 0.7, low: 0.6, high: null } },
      },
    ],
    otherAdvice: [{ kind: 'heap', name: 'Sink' }],
    abstained: [{ name: 'Map', reason: 'do not scale: skewed' }],
    causes: [
      {
        ...{ key: slowSink.key, rule: 'slow-sink', severity: 'major' },
        ...{ title: 'A sink is the bottleneck', name: 'Sink' },
      },
    ],
    vertices: [
      { id: 'source', name: 'Source: feed', parallelism: 2, busy: null, ...sized },
      { id: 'map', name: 'Map', parallelism: 2, busy: null, ...sized },
      { id: 'sink', name: 'Sink', parallelism: 1, busy: 0.97, ...sized },
    ],
    checkpointsAt: [1, 2].map((id) => checkpoint(id).triggeredAt + 800),
  })
})

test('a job whose graph is not known yet has no vertices, and one that nobody knows is none', async () => {
  const app = world()
  app.put(orders, null, { findings: [], advice: [], abstained: [], loads: [] })
  const facts = await clientOf(app).facts(orders, never)
  expect(facts).toMatchObject({ score: null, vertices: [], causes: [] })
  expect(facts?.unknownBecause).toMatch(/.+/)
  expect(await clientOf(app).facts('lab/-/nobody', never)).toBeUndefined()
})

test('all jobs are listed, page after page, with whether anything is wrong', async () => {
  const app = world()
  const names = Array.from({ length: 1_203 }, (_, n) => `lab/-/job-${String(n).padStart(4, '0')}`)
  for (const [n, job] of names.entries()) {
    app.put(job, 9, { findings: n === 7 ? [slowSink] : [] })
  }
  const heads = await clientOf(app).jobs(never)
  expect(heads.map(({ job }) => job).sort()).toEqual(names)
  expect(heads.filter(({ hasCause }) => hasCause)).toEqual([
    { job: 'lab/-/job-0007', hasCause: true },
  ])
})

test('a Weir that wants a token, and what is no Weir, are said', async () => {
  const guarded = world({}, {}, [{ name: 'ops', sha256: '0'.repeat(64) }])
  await expect(clientOf(guarded).jobs(never)).rejects.toThrow(
    /answered 401: it wants a token that may see these jobs; set operations\.diagnosis\.token/,
  )
  const stranger = diagnosisClient({
    name: 'http://flink:8081',
    get: async () => ({ status: 404, body: '{"errors":["Not found: /api/v1/jobs"]}', at: NOW }),
  })
  await expect(stranger.jobs(never)).rejects.toThrow(/http:\/\/flink:8081 is no Weir: give the/)
})
