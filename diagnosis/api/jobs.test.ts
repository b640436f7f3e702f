import { describe, expect, test } from 'vitest'
import type { JobsPage } from '../../core/api/public.ts'
import { formatJobRef } from '../../core/model/job-ref.ts'
import { checkpoint, load, NOW, orders, slowSink, topology, world } from './world.fixture.ts'

const json = async (response: Promise<Response>): Promise<unknown> => (await response).json()
const names = ({ items }: JobsPage) => items.map((item) => item.name)

async function page(response: Promise<Response>): Promise<JobsPage> {
  // The tests of whole bodies below hold that this is its shape.
  return (await (await response).json()) as JobsPage
}

const trendWith = (score: number | null) =>
  Array.from({ length: 40 }, (_, index) => ({
    at: NOW - (39 - index) * 90_000,
    score: index === 39 ? score : null,
  }))

const sickRow = {
  job: orders,
  cluster: 'lab',
  namespace: '-',
  name: 'orders',
  run: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
  state: 'RUNNING',
  flinkVersion: '2.2.1',
  score: 4.3,
  verdict: 'unhealthy',
  coverage: 0.9,
  topCause: {
    rule: 'slow-sink',
    severity: 'major',
    title: 'A sink is the bottleneck',
    subject: 'Sink',
    text: 'Sink takes 100/s; 200/s arrive.',
    since: NOW - 120_000,
  },
  moreCauses: 1,
  unknownBecause: null,
  vertices: 3,
  restarts: 2,
  lastCheckpointAt: NOW - 119_200,
  recordsPerSecond: 200,
  trend: trendWith(4.3),
  updatedAt: NOW,
  recording: false,
}

function sickWorld() {
  const all = world()
  all.put(
    orders,
    4.3,
    {
      findings: [
        slowSink,
        { ...slowSink, key: 'b', rule: 'gc-pressure' },
        { ...slowSink, key: 'c', cause: false, explainedBy: slowSink.key },
        { ...slowSink, key: 'd', state: 'resolved' },
      ],
      loads: [load('source'), load('map'), load('sink')],
    },
    {
      topology,
      checkpoints: [checkpoint(3), checkpoint(4, { state: 'failed' })],
      samples: [
        { job: orders, run: 'a1', via: 'flink-rest', at: NOW - 9_000, values: { restarts: 2 } },
        { job: orders, run: 'a1', via: 'flink-rest', at: NOW - 4_000, values: {} },
      ],
    },
  )
  return all
}

describe('GET /api/v1/jobs', () => {
  test('an empty fleet is an empty page', async () => {
    const response = await world().get('/api/v1/jobs')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ items: [], next: null })
  })

  test('a sick job with all that is known of it', async () => {
    const body = await json(sickWorld().get('/api/v1/jobs'))
    expect(body).toEqual({ items: [sickRow], next: null })
  })

  test('a job of which nothing is known has nulls, never zeros', async () => {
    const all = world()
    all.put(
      orders,
      null,
      {
        run: undefined,
        loads: [load('source', { recordsPerSecond: undefined })],
      },
      { topology },
    )
    expect(await json(all.get('/api/v1/jobs'))).toMatchObject({
      items: [
        {
          run: '',
          score: null,
          verdict: 'unknown',
          topCause: null,
          moreCauses: 0,
          unknownBecause: 'only 0.30 could be assessed: no samples for 41 s',
          restarts: null,
          lastCheckpointAt: null,
          recordsPerSecond: null,
          trend: trendWith(null),
        },
      ],
    })
  })

  test('worst first: unhealthy, unknown, degraded, healthy; then by score, then by name', async () => {
    const all = world()
    all.put('lab/-/well', 9.5)
    all.put('lab/-/soso', 6)
    all.put('lab/-/dark', null)
    all.put('lab/-/ill-b', 2)
    all.put('lab/-/ill-a', 2)
    all.put('lab/-/worst', 0)
    expect(names(await page(all.get('/api/v1/jobs')))).toEqual([
      'worst',
      'ill-a',
      'ill-b',
      'dark',
      'soso',
      'well',
    ])
  })

  test('pages neither repeat nor skip, even while a job moves up between them', async () => {
    const all = world()
    for (const [index, score] of [1, 2, 3, 9, 9.1].entries()) all.put(`lab/-/j${index}`, score)
    const first = await page(all.get('/api/v1/jobs?limit=2'))
    expect(names(first)).toEqual(['j0', 'j1'])
    all.put('lab/-/j4', 0)
    const second = await page(all.get(`/api/v1/jobs?limit=2&cursor=${first.next}`))
    expect(names(second)).toEqual(['j2', 'j3'])
    expect(second.next).toBeNull()
  })

  test.each([
    ['limit=0', [{ parameter: 'limit', problem: 'must be a number from 1 to 1000' }]],
    ['limit=2.5', [{ parameter: 'limit', problem: 'must be a whole number' }]],
    [
      'limit=x&page=3',
      [
        { parameter: 'limit', problem: 'must be a number from 1 to 1000' },
        { parameter: 'page', problem: 'is not a parameter here' },
      ],
    ],
    [
      'cursor=zzz',
      [
        {
          parameter: 'cursor',
          problem: 'is not a cursor of this list; begin again without it',
        },
      ],
    ],
  ])('%s is refused with all its problems', async (query, errors) => {
    const response = await world().get(`/api/v1/jobs?${query}`)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: errors.map((e) => `${e.parameter}: ${e.problem}`).join('; '),
      code: 'parameters',
      errors,
    })
  })

  test('the same round has the same tag; a client that has it gets nothing again', async () => {
    const all = sickWorld()
    const first = await all.get('/api/v1/jobs')
    const tag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).toBe('no-cache')
    const again = await all.get('/api/v1/jobs', { headers: { 'if-none-match': tag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    all.put(orders, 9)
    expect((await all.get('/api/v1/jobs', { headers: { 'if-none-match': tag } })).status).toBe(200)
  })
})

describe('GET /api/v1/jobs/{cluster}/{namespace}/{name}', () => {
  test('the row, and what only the job page shows', async () => {
    expect(await json(sickWorld().get(`/api/v1/jobs/${orders}`))).toEqual({
      ...sickRow,
      startedAt: NOW,
      stateSince: NOW,
      bounded: false,
      scoreDetail: {
        value: 4.3,
        verdict: 'unhealthy',
        coverage: 0.9,
        parts: [],
        ceiling: null,
        missing: [],
        weights: 'w1',
      },
      advice: [],
      abstained: [],
      exceptions: [],
      checkpoints: [checkpoint(3), checkpoint(4, { state: 'failed' })],
      taskmanagers: [],
    })
  })

  test.each([
    ['slashes', 'a/b//c'],
    ['markup', '<img src=x onerror=alert(1)>'],
    ['Chinese', '订单 流'],
    ['percents that look like an encoding', '100%2F%25'],
    ['a query and a fragment', 'a?b=c#d'],
    ['the name of a route', 'health'],
  ])('a name with %s is one part of the path and data in the body', async (_, name) => {
    const all = world()
    const job = formatJobRef({ cluster: 'lab', namespace: 'ns', name })
    all.put(job, 9)
    const response = await all.get(`/api/v1/jobs/${job}`)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({ job, name, score: 9 })
    expect(await json(all.get(`/api/v1/jobs/${job}/health`))).toMatchObject({ job, score: 9 })
  })

  test.each([
    [
      'lab/-/ordres',
      'No job lab/-/ordres was heard of within the last hour. Near names: lab/-/orders.',
    ],
    [
      'elsewhere/x/y',
      'No job elsewhere/x/y was heard of within the last hour. GET /api/v1/jobs lists all.',
    ],
  ])('%s is not known', async (job, detail) => {
    const response = await sickWorld().get(`/api/v1/jobs/${job}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail,
      code: 'not-found',
    })
  })

  test('before the first round nobody can know a job', async () => {
    expect(await json(world().get(`/api/v1/jobs/${orders}`))).toMatchObject({
      detail:
        'No job lab/-/orders is known; no job was evaluated yet, the first round may be under way.',
    })
  })

  test('other paths below /api say where the API is', async () => {
    const response = await world().get('/api/v2/jobs')
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      detail: 'Nothing is served at /api/v2/jobs; the API begins at /api/v1/jobs.',
    })
  })
})
