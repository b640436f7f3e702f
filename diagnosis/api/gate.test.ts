import { describe, expect, test } from 'vitest'
import { GateAnswer, Health } from '../../core/api/gate.ts'
import { StoreError } from '../../core/kit/errors.ts'
import type { Finding } from '../../core/model/finding.ts'
import type { ScoreSample } from '../gate/judge.ts'
import { exampleRun } from '../rounds/diagnoses.fixture.ts'
import type { History, Span } from './history.ts'
import { NOW, orders, slowSink, topology, type World, world } from './world.fixture.ts'

const path = (rest: string) => `/api/v1/jobs/${orders}/${rest}`
const RUN = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'

const every5s = (n: number, value: number | null, over: Partial<ScoreSample> = {}, endAt = NOW) =>
  Array.from({ length: n }, (_, index): ScoreSample => {
    return { at: endAt - (n - 1 - index) * 5_000, run: RUN, value, coverage: 0.9, ...over }
  })

/** A job whose stored scores are these. */
function scored(scores: readonly ScoreSample[], history: Partial<History> = {}): World {
  const within = (span: Span) => scores.filter((s) => s.at >= span.from && s.at <= span.to)
  return world({ scores: async (_, span) => within(span), ...history })
}

async function ask(all: World, query: string, init?: RequestInit) {
  const response = await all.get(path(query), init)
  const body: unknown = await response.json()
  return { response, status: response.status, body }
}

describe('GET …/health', () => {
  test('a number, a verdict, what they rest on, and where to look', async () => {
    const all = world()
    all.put(orders, 6.8, {
      findings: [slowSink],
      score: {
        ...{ value: 6.8, verdict: 'degraded', coverage: 0.82, missing: ['no pods'], weights: 'w2' },
        parts: [{ key: slowSink.key, rule: 'slow-sink', points: 3.2 }],
        ceiling: null,
      },
    })
    const { response, status, body } = await ask(all, 'health')
    expect(status).toBe(200)
    expect(Health.parse(body)).toEqual({
      schemaVersion: 1,
      ...{
        job: orders,
        cluster: 'lab',
        namespace: '-',
        name: 'orders',
        run: RUN,
        state: 'RUNNING',
      },
      ...{ score: 6.8, scale: 10, verdict: 'degraded', ok: false, confidence: 0.9, coverage: 0.82 },
      ...{ at: NOW, dataAgeMs: null },
      sentence: 'degraded, 6.8 of 10; Sink takes 100/s; 200/s arrive.',
      missing: ['no pods'],
      parts: [{ key: slowSink.key, rule: 'slow-sink', points: 3.2 }],
      ceiling: null,
      findings: [
        {
          ...{ rule: 'slow-sink', severity: 'major', title: 'A sink is the bottleneck' },
          ...{ subject: 'Sink', text: 'Sink takes 100/s; 200/s arrive.', since: NOW - 120_000 },
        },
      ],
      weights: 'w2',
      links: {
        job: '/jobs/lab/-/orders',
        health: '/api/v1/jobs/lab/-/orders/health',
        gate: '/api/v1/jobs/lab/-/orders/gate',
        findings: '/api/v1/jobs/lab/-/orders/findings',
      },
    })
    expect(response.headers.get('cache-control')).toBe('private, max-age=1')
  })

  test.each<[string, number | null, number, Partial<Health>]>([
    [
      'a healthy one',
      9.5,
      0,
      {
        ...{ score: 9.5, verdict: 'healthy', ok: true, confidence: 1 },
        sentence: 'healthy, 9.5 of 10; nothing is wrong that Weir can see.',
      },
    ],
    [
      'unknown is 200 as well',
      null,
      0,
      {
        ...{ score: null, verdict: 'unknown', ok: false, confidence: null, parts: [] },
        sentence: 'unknown: only 0.30 could be assessed: no samples for 41 s',
      },
    ],
    ['three rounds old still counts', 9.5, 15_000, { score: 9.5, verdict: 'healthy' }],
    [
      'older is unknown, however healthy it was',
      9.5,
      41_000,
      {
        ...{ score: null, verdict: 'unknown', ok: false, confidence: null },
        ...{ sentence: 'unknown: not evaluated for 41 s', missing: ['not evaluated for 41 s'] },
      },
    ],
  ])('%s', async (_, score, ageMs, expected) => {
    const all = world()
    all.put(orders, score)
    await all.clock.advance(ageMs)
    const { status, body } = await ask(all, 'health')
    expect(status).toBe(200)
    expect(Health.parse(body)).toMatchObject(expected)
  })

  test('names the cause and how many more there are', async () => {
    const all = world()
    all.put(orders, 4.3, { findings: [slowSink, { ...slowSink, key: 'b' }] })
    expect((await ask(all, 'health')).body).toMatchObject({
      sentence: 'unhealthy, 4.3 of 10; Sink takes 100/s; 200/s arrive. 1 more cause open.',
    })
  })

  test('a job that has ended says so', async () => {
    const all = world()
    const missing = ['the job has ended (FINISHED)', 'no counters']
    const score = {
      ...{ value: null, verdict: 'unknown' as const, coverage: 0.7, parts: [], ceiling: null },
      ...{ missing, weights: 'w1' },
    }
    all.put(orders, null, { run: exampleRun(orders, NOW, { state: 'FINISHED' }), score })
    expect((await ask(all, 'health')).body).toMatchObject({
      state: 'FINISHED',
      sentence: 'unknown: the job has ended (FINISHED)',
      missing,
    })
  })

  test('who has the newest word already is told so', async () => {
    const all = world()
    all.put(orders, 9)
    const etag = (await ask(all, 'health')).response.headers.get('etag') ?? ''
    await all.clock.advance(2_000)
    const headers = { 'if-none-match': etag }
    expect((await all.get(path('health'), { headers })).status).toBe(304)
    all.put(orders, 9)
    expect((await all.get(path('health'), { headers })).status).toBe(200)
    // Nothing was evaluated anew, but what was said counts no longer.
    const second = (await ask(all, 'health')).response.headers.get('etag') ?? ''
    await all.clock.advance(60_000)
    const late = await all.get(path('health'), { headers: { 'if-none-match': second } })
    expect(late.status).toBe(200)
  })
})

describe('GET …/gate', () => {
  test.each<[string, readonly ScoreSample[], number, Partial<GateAnswer>]>([
    [
      'gate?minScore=8&for=60s&coverage=0.6',
      every5s(12, 9),
      200,
      {
        ...{ answer: 'pass', ok: true, score: 9, minScore: 8, forMs: 60_000, policy: 'wait' },
        reason: 'The score held 9.0 for 60 s (p10 of 12); 8.0 is asked for.',
      },
    ],
    [
      'gate?minScore=9.5&for=1m',
      every5s(12, 9),
      412,
      {
        ...{ answer: 'fail', ok: false, score: 9, minScore: 9.5 },
        reason: 'The score was 9.0 for 60 s (p10 of 12); 9.5 is asked for.',
      },
    ],
    [
      'gate',
      every5s(12, null),
      503,
      { answer: 'unknown', ok: false, score: null, reason: 'No score is known for the last 60 s.' },
    ],
    ['gate?policy=fail', [], 412, { answer: 'unknown', ok: false, policy: 'fail' }],
    ['gate?policy=pass', [], 200, { answer: 'unknown', ok: true, policy: 'pass' }],
    ['gate?policy=pass', every5s(12, 2), 412, { answer: 'fail', ok: false }],
    [
      'gate',
      [...every5s(9, 9, { run: 'before' }, NOW - 15_000), ...every5s(3, 9)],
      503,
      { answer: 'unknown', reason: 'The run is known for 10 s only; 60 s are asked for.' },
    ],
    // For those who take every other status for an error.
    ['gate?status=200', every5s(12, 2), 200, { answer: 'fail', ok: false }],
    ['gate?status=200', [], 200, { answer: 'unknown', ok: false }],
    // The rollback hook is inverted: only a job that is known to be sick gets a 2xx.
    ['gate/rollback', every5s(12, 9), 409, { answer: 'pass' }],
    ['gate/rollback', every5s(12, 2), 200, { answer: 'fail' }],
    ['gate/rollback', [], 409, { answer: 'unknown' }],
    ['gate/rollback?policy=fail', [], 200, { answer: 'unknown' }],
  ])('%s', async (query, scores, status, expected) => {
    const all = scored(scores)
    all.put(orders, 9)
    for (const method of ['GET', 'POST']) {
      const { response, body } = await ask(all, query, { method })
      expect([method, response.status]).toEqual([method, status])
      expect(GateAnswer.parse(body)).toMatchObject({ job: orders, run: RUN, at: NOW, ...expected })
      expect(response.headers.get('retry-after')).toBe(status === 503 ? '5' : null)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('etag')).toBeNull()
    }
  })

  test('tells why nothing is known, and what is wrong', async () => {
    const all = scored([])
    all.put(orders, null, { findings: [slowSink] })
    expect((await ask(all, 'gate')).body).toMatchObject({
      reasons: [
        'No score is known for the last 60 s.',
        'Now: only 0.30 could be assessed: no samples for 41 s.',
      ],
      findings: [{ rule: 'slow-sink', subject: 'Sink' }],
      links: { job: '/jobs/lab/-/orders' },
    })
  })

  const catchingUp: Finding = { ...slowSink, key: 'c', rule: 'catching-up', severity: 'info' }

  test('a job that catches up is not judged by what it scores meanwhile', async () => {
    const all = scored(every5s(12, 5))
    all.put(orders, 5, { findings: [slowSink, catchingUp] })
    expect(await ask(all, 'gate')).toMatchObject({
      status: 503,
      body: { answer: 'unknown', reason: expect.stringContaining('is catching up') },
    })
    all.put(orders, 5, { findings: [{ ...slowSink, severity: 'crit' }, catchingUp] })
    expect((await ask(all, 'gate')).status).toBe(412)
  })

  test('a moment of the past is judged by its own run and findings', async () => {
    const then = NOW - 3_600_000
    const old = { ...slowSink, state: 'resolved' as const, since: then - 1, resolvedAt: NOW - 1 }
    const scores = [...every5s(12, 3, { run: 'before' }, then), ...every5s(12, 9)]
    const all = scored(scores, { findings: async () => [old] })
    all.put(orders, 9)
    expect(await ask(all, `gate?at=${new Date(then).toISOString()}`)).toMatchObject({
      status: 412,
      body: { run: 'before', score: 3, at: then, findings: [{ rule: 'slow-sink' }] },
    })
  })

  test('what was scored before this process began is read once for each job', async () => {
    const spans: Span[] = []
    const all = scored([], {
      scores: async (_, span) => {
        spans.push(span)
        return every5s(12, 9, {}, NOW).filter(({ at }) => at >= span.from && at <= span.to)
      },
    })
    for (let n = 0; n < 4; n++) {
      await all.clock.advance(5_000)
      all.put(orders, n >= 2 ? 2 : 9)
      all.board.publish(all.clock.now())
      await ask(all, 'gate')
    }
    // Of the minute two thirds were scored before, and the newest words are not forgotten.
    expect(await ask(all, 'gate')).toMatchObject({ status: 412, body: { score: 2 } })
    expect(spans).toEqual([{ from: NOW - 360_000, to: NOW }])
  })

  test('before it could be read the store is asked again', async () => {
    let tries = 0
    const all = scored([], {
      scores: async () => {
        if (tries++ === 0) throw new StoreError('The store is away.')
        return every5s(13, 9)
      },
    })
    all.put(orders, 9)
    expect([(await ask(all, 'gate')).status, (await ask(all, 'gate')).status]).toEqual([503, 200])
  })

  test('the last minutes are answered without the store', async () => {
    const all = scored([], {
      scores: async () => {
        throw new Error('asked')
      },
    })
    for (let n = 0; n < 13; n++) {
      await all.clock.advance(5_000)
      all.put(orders, 9)
      all.board.publish(all.clock.now())
    }
    expect(await ask(all, 'gate')).toMatchObject({ status: 200, body: { score: 9 } })
    expect((await all.get(path('gate?for=10m'))).status).toBe(500)
  })

  test.each([
    ['minScore=11', 'minScore: must be a number from 0 to 10'],
    ['minScore=NaN', 'minScore: must be a number from 0 to 10'],
    ['minScore=-1', 'minScore: must be a number from 0 to 10'],
    ['minScore=1e9', 'minScore: must be a number from 0 to 10'],
    ['minScore=', 'minScore: must be a number from 0 to 10'],
    ['minScore=8&minScore=2', 'minScore: is given 2 times'],
    ['for=60', 'for: must be a duration such as 60s, 5m or 1h'],
    ['for=0s', 'for: must be from 1s to 1h'],
    ['for=2h', 'for: must be from 1s to 1h'],
    ['for=-5m', 'for: must be a duration such as 60s, 5m or 1h'],
    ['coverage=2', 'coverage: must be a number from 0 to 1'],
    ['at=tomorrow', 'at: must be epoch milliseconds or a time such as 2026-11-20T09:00:00Z'],
    [`at=${NOW + 1}`, 'at: must lie within the last 400 days'],
    ['at=0', 'at: must lie within the last 400 days'],
    ['baseline=yesterday', 'baseline: must be previous-run'],
    ['policy=maybe', 'policy: must be one of wait, fail, pass: what unknown counts as'],
    ['status=201', 'status: must be 200: then every answer has this status'],
    ['min=8', 'min: is not a parameter here'],
    ['%00=1', '\u0000: is not a parameter here'],
    ['__proto__=1', '__proto__: is not a parameter here'],
  ])('?%s is refused: %s', async (query, problem) => {
    const all = scored(every5s(12, 9))
    all.put(orders, 9)
    for (const route of ['gate', 'gate/rollback']) {
      const { response, body } = await ask(all, `${route}?${query}`)
      expect(response.status).toBe(400)
      expect(response.headers.get('content-type')).toContain('application/problem+json')
      expect(body).toMatchObject({ detail: problem, code: 'parameters' })
    }
  })

  test('all that is wrong is said at once', async () => {
    const all = scored([])
    all.put(orders, 9)
    expect((await ask(all, 'gate?minScore=11&for=60&coverage=x&mode=y')).body).toMatchObject({
      detail:
        'minScore: must be a number from 0 to 10; for: must be a duration such as 60s, 5m or 1h; coverage: must be a number from 0 to 1; mode: is not a parameter here',
    })
  })

  test('a job that nobody knows has no gate', async () => {
    const all = scored([])
    all.put(orders, 9)
    const response = await all.get('/api/v1/jobs/lab/-/ordres/gate')
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('lab/-/orders') })
  })
})

describe('baseline=previous-run', () => {
  const minutes = 60_000
  const before = { run: 'before', from: NOW - 180 * minutes, to: NOW - 60 * minutes }
  const own = { run: RUN, from: NOW - 59 * minutes, to: NOW }

  /** A source of one subtask that gives so many records a second in the earlier run and in this one. */
  const rates = (earlier: number, now: number) => ({
    async tasks(job: string, vertex: string, { from, to }: Span) {
      if (vertex !== 'source') return []
      const first = Math.ceil(from / 10_000) * 10_000
      const moments = Array.from({ length: Math.floor((to - first) / 10_000) + 1 }, (_, index) => {
        return first + index * 10_000
      })
      return moments.flatMap((at) => {
        const run = at <= before.to ? 'before' : RUN
        const rate = run === RUN ? now : earlier
        const values = { recordsOut: (at / 1000) * rate, busyMs: at, idleMs: 0, backpressuredMs: 0 }
        return [0, 1].map((subtask) => ({
          ...{ job, run, vertex, subtask, attempt: 0, via: 'flink-rest' as const, at, values },
        }))
      })
    },
  })
  const compared = (scoreBefore: number, loads: ReturnType<typeof rates>, runs = [own, before]) =>
    scored([...every5s(1_000, scoreBefore, { run: 'before' }, before.to), ...every5s(12, 8.2)], {
      runs: async () => runs,
      ...loads,
    })

  test.each<[string, World, number, object]>([
    [
      'as well as before, under the same load',
      compared(8.5, rates(100, 110)),
      200,
      { answer: 'pass', baseline: { state: 'same', run: 'before', score: 8.5 } },
    ],
    [
      'worse than before, under the same load',
      compared(9.5, rates(100, 110)),
      412,
      { answer: 'fail', baseline: { state: 'worse', run: 'before', score: 9.5 } },
    ],
    [
      'never under this load',
      compared(9.5, rates(10, 110)),
      503,
      { answer: 'unknown', baseline: { state: 'incomparable', score: null, comparedMs: 0 } },
    ],
    [
      'the first run of its job',
      compared(9.5, rates(100, 110), [own]),
      200,
      { answer: 'pass', baseline: { state: 'none', run: null } },
    ],
    [
      'a load that is not known',
      compared(9.5, { tasks: async () => [] }),
      503,
      { answer: 'unknown', baseline: { state: 'incomparable', recordsPerSecond: null } },
    ],
  ])('%s', async (_, all, status, expected) => {
    all.put(orders, 8.2, {}, { topology })
    const answer = await ask(all, 'gate?baseline=previous-run')
    expect(answer.status).toBe(status)
    expect(GateAnswer.parse(answer.body)).toMatchObject(expected)
  })

  test('says both numbers', async () => {
    const all = compared(9.5, rates(100, 110))
    all.put(orders, 8.2, {}, { topology })
    const { body } = await ask(all, 'gate?baseline=previous-run')
    expect(body).toMatchObject({
      reasons: [
        expect.stringMatching(
          /^The previous run held 9\.5 under the same load \(2\d\d records\/s, \d+ min of it\); this one holds 8\.2\.$/,
        ),
        'The score held 8.2 for 60 s (p10 of 12); 8.0 is asked for.',
      ],
    })
  })
})
