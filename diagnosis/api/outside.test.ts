import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, describe, expect, test } from 'vitest'
import { rules } from '../rules/index.ts'
import { callerGuard } from './guard.ts'
import { exportToPrometheus } from './prometheus.ts'
import { createSite } from './site.ts'
import { NOW, orders, slowSink, topology, world } from './world.fixture.ts'

describe('GET /api/v1/stream', () => {
  async function listen(all: ReturnType<typeof world>, headers = {}) {
    const response = await all.get('/api/v1/stream', { headers })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    const read = async () => (await reader?.read())?.value
    return { response, read, leave: () => reader?.cancel() }
  }

  test('tells each round and which jobs changed', async () => {
    const all = world()
    const { response, read, leave } = await listen(all)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await read()).toBe('event: hello\ndata: \nretry: 2000\n\n')
    all.put(orders, 9)
    all.board.publish(NOW)
    expect(await read()).toBe(
      `event: round\ndata: {"at":${NOW},"jobs":["lab/-/orders"]}\nid: ${NOW}\n\n`,
    )
    await all.clock.advance(20_000)
    expect(await read()).toBe('event: alive\ndata: \n\n')
    await leave()
  })

  test('who was away is told to look at everything', async () => {
    const { read, leave } = await listen(world(), { 'last-event-id': '1' })
    await read()
    expect(await read()).toBe(`event: round\ndata: {"at":${NOW},"jobs":null}\nid: ${NOW}\n\n`)
    await leave()
  })

  test('rounds that a slow reader missed travel together', async () => {
    const all = world()
    const { read, leave } = await listen(all)
    for (const [index, job] of ['a', 'b', 'c'].entries()) {
      all.put(`lab/-/${job}`, 9)
      all.board.publish(NOW + index)
    }
    await read()
    expect(await read()).toContain('"jobs":["lab/-/a"]')
    expect(await read()).toContain(`"at":${NOW + 2},"jobs":["lab/-/b","lab/-/c"]`)
    await leave()
  })

  test('ends with the program', async () => {
    const stopping = new AbortController()
    const { read } = await listen(world({}, { signal: stopping.signal }))
    await read()
    stopping.abort()
    expect(await read()).toBeUndefined()
  })

  test('who left is let go, and 200 are enough', async () => {
    const all = world()
    const readers = await Promise.all(Array.from({ length: 200 }, () => listen(all)))
    const refused = await all.get('/api/v1/stream')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30'])
    await readers[0]?.leave()
    await all.clock.advance(0)
    expect((await all.get('/api/v1/stream')).status).toBe(200)
    await Promise.all(readers.slice(1).map(({ leave }) => leave()))
  })
})

test('GET /metrics: scores, verdicts and open causes; an unknown score is absent', async () => {
  const all = world()
  const { latest: latestDiagnoses, troubles } = all.board
  exportToPrometheus(all.registry, { latestDiagnoses, troubles, intervalMs: 5_000 }, all.clock)
  all.put(orders, 4.3, {
    findings: [
      slowSink,
      { ...slowSink, key: 'b' },
      { ...slowSink, key: 'c', cause: false },
      { ...slowSink, key: 'd', state: 'resolved' },
    ],
  })
  all.put('lab/ns/a%22b', null)
  const response = await all.get('/metrics')
  expect(response.headers.get('content-type')).toContain('text/plain')
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('weir_'))
  const of = (name: string) => `cluster="lab",namespace="${name === 'orders' ? '-' : 'ns'}"`
  expect(lines).toEqual([
    `weir_job_health_score{${of('orders')},name="orders"} 4.3`,
    ...['healthy', 'degraded', 'unhealthy', 'unknown'].map(
      (word) =>
        `weir_job_verdict{${of('orders')},name="orders",verdict="${word}"} ${word === 'unhealthy' ? 1 : 0}`,
    ),
    ...['healthy', 'degraded', 'unhealthy', 'unknown'].map(
      (word) =>
        `weir_job_verdict{${of('a')},name="a\\"b",verdict="${word}"} ${word === 'unknown' ? 1 : 0}`,
    ),
    `weir_finding_active{${of('orders')},name="orders",rule="slow-sink",severity="major"} 2`,
  ])
})

test('GET /metrics: backpressure by vertex and role, the fifty longest of a job', async () => {
  const all = world()
  const { latest: latestDiagnoses, troubles } = all.board
  exportToPrometheus(all.registry, { latestDiagnoses, troubles, intervalMs: 5_000 }, all.clock)
  const many = Array.from({ length: 60 }, (_, index) => ({
    ...{ vertex: `v${index}`, role: 'victim' as const, episodes: 1, ms: index },
  }))
  const sink = { vertex: 'sink', role: 'root' as const, episodes: 3, ms: 91_500 }
  const episodes = { countedTo: {}, open: [], totals: [...many, sink] }
  all.put(orders, 9, { memory: { tracked: [], episodes } }, { topology })
  const text = await (await all.get('/metrics')).text()
  const labels = 'cluster="lab",namespace="-",name="orders",vertex="Sink",role="root"'
  expect(text).toContain(`weir_backpressure_episodes_total{${labels}} 3\n`)
  expect(text).toContain(`weir_backpressure_seconds_total{${labels}} 91.5\n`)
  expect(text.match(/^weir_backpressure_seconds_total\{/gm)?.length).toBe(50)
  expect(text).not.toContain('vertex="v10"')
})

test('GET /api/v1/episodes: position × time × count over all jobs and any range', async () => {
  const items = [
    {
      ...{ job: orders, vertex: 'sink', name: 'Sink', role: 'root' as const },
      ...{ episodes: 3, ms: 91_500, worst: 0.9, mean: 0.6 },
    },
  ]
  const asked: unknown[] = []
  const all = world({
    positions: async (job, span) => {
      asked.push(job, span)
      return items
    },
  })
  const from = NOW - 300 * 86_400_000
  const response = await all.get(`/api/v1/episodes?from=${from}`)
  expect(await response.json()).toEqual({ from, to: NOW, items })
  expect(asked).toEqual([undefined, { from, to: NOW }])
  const tooLong = await all.get(`/api/v1/episodes?from=${NOW - 401 * 86_400_000}`)
  expect(await tooLong.json()).toMatchObject({
    status: 400,
    errors: [{ parameter: 'from', problem: 'may lie at most 400 days before "to"' }],
  })
})

test('GET /api/v1/rules: the catalogue as data', async () => {
  const response = await world({}, { rules }).get('/api/v1/rules')
  expect(await response.json()).toEqual({
    items: rules.map(({ id, title, category, stage, scope, needs, explains }) => ({
      id,
      title,
      category,
      stage,
      scope,
      needs,
      explains: [...new Set(explains.map((relation) => relation.rule))],
    })),
  })
})

describe('the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir site-'))
  mkdirSync(join(folder, 'ui', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'ui', 'index.html'), '<!doctype html>')
  writeFileSync(join(folder, 'ui', 'assets', 'app-1a2b.js'), 'export {}')
  afterAll(() => rmSync(folder, { recursive: true }))
  const site = createSite(join(folder, 'ui'))

  test.each([
    ['/', 200, 'text/html; charset=utf-8', 'no-cache', '<!doctype html>'],
    ['/jobs/lab/-/orders', 200, 'text/html; charset=utf-8', 'no-cache', '<!doctype html>'],
    ['/jobs/lab/-/orders.js', 200, 'text/html; charset=utf-8', 'no-cache', '<!doctype html>'],
    ['/rules', 200, 'text/html; charset=utf-8', 'no-cache', '<!doctype html>'],
    [
      '/assets/app-1a2b.js',
      200,
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
      'export {}',
    ],
    [
      '/assets/gone.js',
      404,
      'text/plain; charset=UTF-8',
      null,
      'There is no file /assets/gone.js.',
    ],
    [
      '/..%2fsecret.txt',
      404,
      'text/plain; charset=UTF-8',
      null,
      'There is no file /..%2fsecret.txt.',
    ],
    [
      '/assets/..%2f..%2fsecret.txt',
      404,
      'text/plain; charset=UTF-8',
      null,
      'There is no file /assets/..%2f..%2fsecret.txt.',
    ],
  ])('%s', async (path, status, type, cache, body) => {
    const response = await site.request(path)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('cache-control')).toBe(cache)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(await response.text()).toBe(body)
  })

  test('a page that was not built says how to build it', async () => {
    const response = await createSite(join(folder, 'nowhere')).request('/')
    expect(response.status).toBe(503)
    expect(await response.text()).toBe(
      `The page has not been built: there is no index.html in ${join(folder, 'nowhere')}. Run "npm run build", or use the API at /api/v1/jobs.`,
    )
  })
})

describe('tokens', () => {
  const sha256 = createHash('sha256').update('open-sesame').digest('hex')
  const guarded = (tokens: { name: string; sha256: string }[]) => {
    const app = new Hono()
    app.use('*', callerGuard(tokens))
    app.get('*', (context) => context.text('in'))
    return app
  }
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  test.each([
    ['no token is configured', [], '/', undefined, 200],
    ['none is sent', [{ name: 'a', sha256 }], '/', undefined, 401],
    ['the right one', [{ name: 'a', sha256 }], '/', 'Bearer open-sesame', 200],
    ['a wrong one', [{ name: 'a', sha256 }], '/', 'Bearer wrong', 401],
    ['the right one as a password', [{ name: 'a', sha256 }], '/', basic('me:open-sesame'), 200],
    ['a wrong password', [{ name: 'a', sha256 }], '/', basic('open-sesame:'), 401],
    ['half a word', [{ name: 'a', sha256 }], '/', 'Basic', 401],
    ['a probe', [{ name: 'a', sha256 }], '/livez', undefined, 200],
  ])('%s', async (_, tokens, path, authorization, status) => {
    const headers = authorization === undefined ? undefined : { authorization }
    const response = await guarded(tokens).request(path, headers && { headers })
    expect(response.status).toBe(status)
    if (status === 401) {
      expect(response.headers.get('www-authenticate')).toBe('Basic realm="Weir", charset="UTF-8"')
    }
  })
})
