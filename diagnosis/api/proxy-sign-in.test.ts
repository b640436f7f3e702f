import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { diagnosisConfig } from '../config.ts'
import { orders, world } from './world.fixture.ts'

const tokens = [{ name: 'ci', sha256: createHash('sha256').update('t').digest('hex') }]
const config = {
  from: ['10.0.0.7', '10.1.0.0/16', 'fd00::/8'],
  groupsHeader: 'X-Forwarded-Groups',
  grants: [
    { users: ['ada@example.com'], role: 'admin' as const },
    { groups: ['shop'], role: 'operator' as const, namespaces: ['shop'] },
    { users: ['*@example.com'], role: 'viewer' as const },
  ],
}
const parse = (over: object = {}) =>
  diagnosisConfig.safeParse({ proxySignIn: { ...config, ...over } })
const { proxySignIn } = parse().data ?? {}

async function asked(
  from: string | undefined,
  headers: Readonly<Record<string, string>>,
  { path = '/api/v1/me', method = 'GET' } = {},
) {
  const { app } = world({}, {}, tokens, proxySignIn)
  const request = new Request(`http://weir${path}`, { method, headers })
  const env = from === undefined ? {} : { incoming: { socket: { remoteAddress: from } } }
  const response = await app.fetch(request, env)
  return { status: response.status, body: JSON.parse(await response.text()) }
}

const user = (name: string, groups?: string) => ({
  'x-forwarded-user': name,
  ...(groups === undefined ? {} : { 'x-forwarded-groups': groups }),
})
const everything = { clusters: null, namespaces: null }

describe('who is signed in by a proxy', () => {
  test.each<[string, string, Record<string, string>, object]>([
    [
      'has the role of the first grant that is for them',
      '10.0.0.7',
      user('ada@example.com', 'shop'),
      { name: 'ada@example.com', role: 'admin', ...everything },
    ],
    [
      'has it through a group, with its scope',
      '::ffff:10.1.2.3',
      user('otto@example.com', 'dev, shop'),
      { name: 'otto@example.com', role: 'operator', clusters: null, namespaces: ['shop'] },
    ],
    [
      'has it through a pattern',
      'fd00::9',
      user('vera@example.com', ''),
      { name: 'vera@example.com', role: 'viewer', ...everything },
    ],
  ])('%s', async (_, from, headers, me) => {
    expect(await asked(from, headers)).toEqual({ status: 200, body: me })
  })

  test.each<[string, string | undefined, Record<string, string>, number, string]>([
    ['another address', '10.0.0.8', user('ada@example.com'), 403, 'configured proxies alone'],
    ['this machine itself', '127.0.0.1', user('ada@example.com'), 403, 'configured proxies alone'],
    ['no address', undefined, user('ada@example.com'), 403, 'configured proxies alone'],
    ['groups alone', '10.0.0.8', { 'x-forwarded-groups': 'shop' }, 403, 'proxies alone'],
    [
      'another address with a token',
      '10.0.0.8',
      { ...user('ada@example.com'), authorization: 'Bearer t' },
      403,
      'configured proxies alone',
    ],
    [
      'another address that claims to be the proxy',
      '10.0.0.8',
      { ...user('ada@example.com'), 'x-forwarded-for': '10.0.0.7', 'x-real-ip': '10.0.0.7' },
      403,
      'configured proxies alone',
    ],
    ['two names', '10.0.0.7', user('eve, ada@example.com'), 403, 'does not hold one name'],
    ['a stranger', '10.0.0.7', user('eve@evil.example'), 403, 'no grant of the configuration'],
    ['nobody', '10.0.0.7', {}, 401, 'Weir wants a token'],
    ['an empty name', '10.0.0.7', user(''), 401, 'Weir wants a token'],
  ])('%s is refused', async (_, from, headers, status, detail) => {
    const answer = await asked(from, headers)
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(detail)])
  })

  test('tokens go on beside it, also through the proxy', async () => {
    for (const from of ['10.0.0.7', '192.0.2.1']) {
      const answer = await asked(from, { authorization: 'Bearer t' })
      expect(answer).toMatchObject({ status: 200, body: { name: 'ci', role: 'viewer' } })
    }
  })

  test('is told by name what they may not', async () => {
    const path = `/api/v1/jobs/${orders}/health`
    const answer = await asked('10.0.0.7', user('otto@example.com', 'shop'), { path })
    expect(answer.body.detail).toBe(
      '"otto@example.com" is for namespaces shop; this job is not among them.',
    )
  })

  test('changes nothing from another site', async () => {
    const { app } = world({}, {}, [], proxySignIn)
    const headers = {
      ...user('ada@example.com'),
      origin: 'http://evil',
      'sec-fetch-site': 'cross-site',
    }
    const response = await app.fetch(
      new Request(`http://weir/api/v1/jobs/${orders}/gate`, { method: 'POST', headers }),
      { incoming: { socket: { remoteAddress: '10.0.0.7' } } },
    )
    expect(response.status).toBe(403)
  })

  test('without tokens and without the proxy nobody is let in', async () => {
    const { app } = world({}, {}, [], proxySignIn)
    expect((await app.fetch(new Request('http://weir/api/v1/me'))).status).toBe(401)
  })
})

test.each<[string, object, string]>([
  ['no address', { from: ['proxy.internal'] }, 'must be an address or 10.1.0.0/16'],
  ['no header', { userHeader: 'X User' }, 'must be the name of a header'],
  ['a grant to nobody', { grants: [{ role: 'admin' }] }, 'must name users or groups'],
])('a configuration with %s is refused', (_, over, message) => {
  expect(
    parse(over)
      .error?.issues.map((issue) => issue.message)
      .join(),
  ).toContain(message)
})
