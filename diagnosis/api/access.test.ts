import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import type { Fleet, JobsPage } from '../../core/api/public.ts'
import { diagnosisConfig } from '../config.ts'
import { seesJob, seesPattern } from './caller.ts'
import { type CallerToken, ownPageOnly } from './guard.ts'
import { NOW, orders, type World, world } from './world.fixture.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const tokens: readonly CallerToken[] = [
  { name: 'all', sha256: sha256('all') },
  { name: 'shop', sha256: sha256('shop'), clusters: ['prod*'], namespaces: ['shop'] },
  { name: 'old', sha256: sha256('old'), until: NOW },
  { name: 'new', sha256: sha256('new'), until: NOW + 1 },
]
const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

function fleet(): World {
  const position = (job: string) => ({
    ...{
      job,
      vertex: 'v',
      name: 'V',
      role: 'root' as const,
      episodes: 1,
      ms: 1,
      worst: 1,
      mean: 1,
    },
  })
  const all = world(
    {
      positions: async () => ['prod-1/shop/orders', 'test/shop/orders'].map(position),
    },
    {},
    tokens,
  )
  all.put('prod-1/shop/orders', 9)
  all.put('prod-1/bank/ledger', 2)
  all.put('test/shop/orders', 3)
  return all
}

describe('a token with a scope', () => {
  test('sees its own jobs alone, wherever jobs are told', async () => {
    const all = fleet()
    const json = async <T>(path: string, token: string): Promise<T> =>
      // The test says what it asked for.
      (await all.get(path, as(token))).json() as Promise<T>
    const names = ({ items }: Pick<JobsPage, 'items'>) => items.map(({ job }) => job).sort()
    expect(names(await json('/api/v1/jobs', 'all'))).toHaveLength(3)
    expect(names(await json('/api/v1/jobs', 'shop'))).toEqual(['prod-1/shop/orders'])
    const told: Fleet = await json('/api/v1/fleet', 'shop')
    expect(told).toMatchObject({ jobs: 1, verdicts: { healthy: 1, unhealthy: 0 } })
    expect(told.clusters.map(({ cluster }) => cluster)).toEqual(['prod-1'])
    const episodes = await json<{ items: { job: string }[] }>('/api/v1/episodes', 'shop')
    expect(episodes.items.map(({ job }) => job)).toEqual(['prod-1/shop/orders'])
  })

  test.each([
    ['prod-1/shop/orders', 200, ''],
    ['prod-1/bank/ledger', 403, 'The token "shop" is for clusters prod*; namespaces shop; '],
    ['test/shop/orders', 403, 'is not among them'],
    // Whether it exists is not told.
    ['prod-1/bank/nothing', 403, 'is not among them'],
    ['prod-1/shop/nothing', 404, 'No job prod-1/shop/nothing'],
  ])('asks about %s: %d', async (job, status, detail) => {
    const all = fleet()
    for (const path of ['', '/health', '/gate?status=200', '/findings', '/series?signal=busy']) {
      const response = await all.get(`/api/v1/jobs/${job}${path}`, as('shop'))
      if (status !== 200) expect([path, response.status]).toEqual([path, status])
      else expect(response.status).toBeLessThan(401)
      expect(await response.text()).toContain(detail.replaceAll('"', '\\"'))
    }
  })

  test('is not told the names of other jobs as near ones', async () => {
    const response = await fleet().get('/api/v1/jobs/prod-1/shop/ordres', as('shop'))
    const { detail } = (await response.json()) as { detail: string } // problem+json
    expect(detail).toContain('Near names: prod-1/shop/orders.')
    expect(detail).not.toContain('test/')
  })

  test('hears of rounds, but not which other jobs changed', async () => {
    const all = fleet()
    const response = await all.get('/api/v1/stream', as('shop'))
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    await reader?.read()
    all.board.publish(NOW)
    expect((await reader?.read())?.value).toContain('"jobs":["prod-1/shop/orders"]')
    await reader?.cancel()
  })

  test('does not read metrics, which are about everything', async () => {
    expect((await fleet().get('/metrics', as('shop'))).status).toBe(403)
    expect((await fleet().get('/metrics', as('all'))).status).toBe(200)
  })
})

test.each([
  ['old', 401, 'The token was for a time that is over'],
  ['new', 200, ''],
  ['none', 401, 'is not one of those that Weir knows'],
])('the token %s: %d', async (token, status, detail) => {
  const response = await fleet().get('/api/v1/fleet', as(token))
  expect(response.status).toBe(status)
  const text = await response.text()
  expect(text).toContain(detail)
  expect(text).not.toContain(sha256('all'))
})

test.each([
  [{}, 'a/b/c', true],
  [{ clusters: ['a'] }, 'a/b/c', true],
  [{ clusters: ['a'] }, 'aa/b/c', false],
  [{ clusters: ['a*'], namespaces: ['b', 'x*'] }, 'aa/xy/c', true],
  [{ namespaces: ['a/b'] }, 'c/a%2Fb/x', true],
  [{ clusters: ['a'] }, 'nonsense', false],
  [{}, 'nonsense', true],
])('%o sees %s: %s', (scope, job, expected) => {
  expect(seesJob(scope, job)).toBe(expected)
})

test.each([
  [{ clusters: ['prod*'] }, 'prod-1/*/*', true],
  [{ clusters: ['prod*'] }, 'prod*/*/*', true],
  [{ clusters: ['prod*'] }, 'pro*/*/*', false],
  [{ clusters: ['prod'] }, '*/*/*', false],
  [{ namespaces: ['shop'] }, '*/shop/*', true],
  [{}, '*/*/*', true],
])('%o covers the pattern %s: %s', (scope, pattern, expected) => {
  expect(seesPattern(scope, pattern)).toBe(expected)
})

describe('a change', () => {
  const app = (hasTokens: boolean) => {
    const own = new Hono()
    own.use('*', ownPageOnly(hasTokens))
    own.all('*', (context) => context.text('in'))
    return own
  }
  const own = 'http://127.0.0.1:8480'

  test.each<[string, boolean, string, Record<string, string>, number]>([
    ['by a program', true, 'POST', {}, 200],
    ['by our page', true, 'POST', { 'sec-fetch-site': 'same-origin', origin: own }, 200],
    ['by our page in an old browser', true, 'POST', { origin: own }, 200],
    [
      'by another site',
      true,
      'POST',
      { 'sec-fetch-site': 'cross-site', origin: 'http://evil' },
      403,
    ],
    ['by another port of this machine', true, 'POST', { 'sec-fetch-site': 'same-site' }, 403],
    ['by another site in an old browser', true, 'DELETE', { origin: 'http://evil.example' }, 403],
    ['by a sandboxed frame', true, 'POST', { origin: 'null' }, 403],
    ['is none: reading', true, 'GET', { 'sec-fetch-site': 'cross-site' }, 200],
    [
      'by a site whose name was bent to loopback',
      false,
      'POST',
      { host: 'evil.example', 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' },
      403,
    ],
    [
      'on loopback by its name',
      false,
      'POST',
      { host: 'localhost:8480', 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8480' },
      200,
    ],
  ])('%s', async (_, hasTokens, method, headers, status) => {
    const all = { host: '127.0.0.1:8480', ...headers }
    const response = await app(hasTokens).request(`${own}/x`, { method, headers: all })
    expect(response.status).toBe(status)
  })
})

test('a job is not changed by its gate being asked with POST from a hook', async () => {
  const all = world()
  all.put(orders, 9)
  const response = await all.get(`/api/v1/jobs/${orders}/gate?status=200`, { method: 'POST' })
  expect(response.status).toBe(200)
})

test('a token is of role viewer and sees everything for ever unless it says otherwise', () => {
  const given = { name: 'ci', sha256: sha256('x') }
  const { tokens: read } = diagnosisConfig.parse({
    tokens: [given, { ...given, role: 'admin', until: '2027-01-01T00:00:00+01:00' }],
  })
  expect(read).toEqual([
    { ...given, role: 'viewer' },
    { ...given, role: 'admin', until: Date.UTC(2026, 11, 31, 23) },
  ])
  expect(diagnosisConfig.safeParse({ tokens: [{ ...given, until: 'soon' }] }).success).toBe(false)
})
