import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../core/kit/config.ts'
import { alertsConfig } from './config.ts'
import { forMsOf } from './for.ts'
import { glob, matches, matchesJob } from './match.ts'
import { isMuted, muteConfig } from './mute.ts'

describe('the configuration of alerts', () => {
  test('without anything nobody is told, and everything has its default', () => {
    expect(loadConfig(alertsConfig, {})).toEqual({
      teams: {},
      forMs: {
        ...{ failures: 0, flow: 180_000, memory: 180_000, checkpoints: 180_000 },
        ...{ 'event-time': 180_000, efficiency: 3_600_000, config: 3_600_000, causes: {} },
      },
      platformWide: { intervalMs: 600_000 },
      targets: {},
      routes: [],
    })
  })

  test('all that is wrong is said at once', () => {
    const text = `
teams: { shop: ['prod/shop'] }
forMs: { flow: -1, causes: { Slow: 1 } }
targets:
  hook: { kind: webhook, url: 'ftp://x', secrets: [abc] }
  pd: { kind: pagerduty, routingKey: short }
  mail: { kind: email, host: x, from: me, to: [] }
  odd: { kind: pager }
routes:
  - { name: a, to: [hok], match: { teams: [shops], severities: [bad] } }
  - { name: a, to: [hook], repeatMs: 1, mute: [{ from: '25:00', to: '06:00', zone: Mars/Base }] }
`
    const said = () => loadConfig(alertsConfig, { text, file: 'weir.yaml' })
    for (const part of [
      'teams.shop.0: must be cluster/namespace/name',
      'forMs.flow: too small',
      'forMs.causes.Slow: ',
      'targets.hook.url: must look like https://example.com/hooks/weir',
      'targets.hook.secrets.0: must be whsec_ and base64',
      'targets.pd.routingKey: must be the 32 characters',
      'targets.mail.from: must be an address',
      'targets.mail.to: too small',
      'targets.odd.kind: ',
      'routes.0.to.0: "hok" is no target; there are hook, pd, mail, odd',
      'routes.0.match.teams.0: "shops" is no team; there are shop',
      'routes.0.match.severities.0: must be one of "crit", "major", "minor", "info"',
      'routes.1.name: "a" is the name of another route as well',
      'routes.1.repeatMs: too small',
      'routes.1.mute.0.from: must be a time of day',
      'routes.1.mute.0.zone: must be a time zone',
    ]) {
      expect(said).toThrow(part)
    }
  })

  test('a secret can come from the environment', () => {
    const text = 'targets: { chat: { kind: feishu, url: https://x/hook } }'
    const env = { WEIR__TARGETS__CHAT__SECRET: 'from outside' }
    expect(loadConfig(alertsConfig, { text, env }).targets.chat).toMatchObject({
      secret: 'from outside',
    })
  })
})

test.each([
  [{ rule: 'job-failed', category: 'failures' }, 0],
  [{ rule: 'slow-sink', category: 'flow' }, 180_000],
  // Memory that has run out has ended a process.
  [{ rule: 'heap-oom', category: 'memory' }, 0],
  [{ rule: 'gc-pressure', category: 'memory' }, 180_000],
  [{ rule: 'data-skew', category: 'flow' }, 5_000],
] as const)('%o is told after %d ms', (finding, expected) => {
  const { forMs } = alertsConfig.parse({ forMs: { causes: { 'data-skew': 5_000 } } })
  expect(forMsOf(forMs, finding)).toBe(expected)
})

test.each([
  ['prod/shop/orders', 'prod/shop/orders', true],
  ['prod/*/orders-*', 'prod/shop/orders-eu', true],
  ['*/*/*', 'a/b/c', true],
  ['prod/*/orders', 'prod/shop/x/orders', false],
  ['*/orders', 'prod/shop/orders', false],
  // On the names as people know them: the job is named a/b.
  ['prod/shop/a%2F*', 'prod/shop/a%2Fb', true],
  ['prod/shop/订*', `prod/shop/${encodeURIComponent('订单')}`, true],
  ['prod/shop/a.b', 'prod/shop/axb', false],
])('%s and %s: %s', (pattern, job, expected) => {
  expect(matchesJob(pattern, job)).toBe(expected)
})

test('a hostile pattern ends, though backtracking over it would not', () => {
  expect(glob('*a'.repeat(200), `${'a'.repeat(4_000)}b`)).toBe(false)
})

test('all that is asked must hold, what is not asked does not matter', () => {
  const alert = { job: 'a/b/c', cause: 'slow-sink', severity: 'major', team: 'x' } as const
  expect(matches({}, alert)).toBe(true)
  expect(matches({ causes: ['slow-sink'], teams: ['x', 'y'], jobs: ['a/*/*'] }, alert)).toBe(true)
  expect(matches({ causes: ['slow-sink'], teams: ['y'] }, alert)).toBe(false)
  expect(matches({ severities: ['crit'] }, alert)).toBe(false)
})

/** The 20th of November 2026 is a Friday. */
const friday = (hour: number, minute = 0) => Date.UTC(2026, 10, 20, hour, minute)
const day = 86_400_000

test.each([
  [{ from: '22:00', to: '06:00' }, friday(23), true],
  [{ from: '22:00', to: '06:00' }, friday(5, 59), true],
  [{ from: '22:00', to: '06:00' }, friday(6), false],
  [{ from: '09:00', to: '17:00' }, friday(9), true],
  [{ from: '09:00', to: '17:00' }, friday(17), false],
  [{ days: ['fri'], from: '22:00', to: '06:00' }, friday(5), false],
  [{ days: ['fri'], from: '22:00', to: '06:00' }, friday(5) + day, true],
  [{ days: ['sat'], from: '22:00', to: '06:00' }, friday(5) + 2 * day, true],
  [{ days: ['fri'], from: '00:00', to: '00:00' }, friday(12), true],
  [{ days: ['fri'], from: '00:00', to: '00:00' }, friday(12) + day, false],
  [{ days: ['fri'], from: '00:00', to: '09:00', zone: 'Asia/Shanghai' }, friday(0, 59), true],
  [{ days: ['sat'], from: '00:00', to: '09:00', zone: 'Asia/Shanghai' }, friday(16), true],
  // Summer time: 02:00 in Berlin is 00:00 UTC.
  [{ from: '02:00', to: '03:00', zone: 'Europe/Berlin' }, Date.UTC(2026, 6, 1, 0, 30), true],
] as const)('muted by %o at %d: %s', (time, at, expected) => {
  expect(isMuted([muteConfig.parse(time)], at)).toBe(expected)
})
