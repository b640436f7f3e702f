import { expect, test } from 'vitest'
import type { AlertsPage, AlertView } from '../../../core/api/alerts.ts'
import { headOf, jobName, matchText, silenceBody, standingsOf, targetBody } from './alerts-model.ts'

const alert = (over: Partial<AlertView> = {}): AlertView => ({
  ...{ id: 'a', job: 'prod/shop/orders', team: '', cause: 'slow-sink', severity: 'major' },
  ...{ title: 'A sink is the bottleneck', subject: 'Sink', text: '', suggestion: '' },
  ...{ explains: [], since: 1, firesAt: 2, state: 'firing', routes: [] },
  ...over,
})
const route = { route: 'all', why: null, silence: null, until: null }

test.each<[string, Partial<AlertView>, ReturnType<typeof standingsOf>]>([
  ['what is young waits', { state: 'waiting', firesAt: 9 }, [{ kind: 'waits', until: 9 }]],
  ['what no route takes reaches nobody', {}, [{ kind: 'nobody' }]],
  [
    'each route stands for itself',
    {
      routes: [
        { ...route, state: 'told' },
        { ...route, route: 'b', state: 'waiting' },
        { ...route, route: 'c', state: 'held', why: 'silence', silence: 's', until: 7 },
        { ...route, route: 'd', state: 'held', why: 'muted' },
        { ...route, route: 'e', state: 'held', why: 'recording' },
        { ...route, route: 'f', state: 'held', why: 'rate' },
      ],
    },
    [
      { kind: 'told', route: 'all' },
      { kind: 'soon', route: 'b' },
      { kind: 'silenced', route: 'c', until: 7 },
      { kind: 'muted', route: 'd' },
      { kind: 'recording', route: 'e' },
      { kind: 'rate', route: 'f' },
    ],
  ],
])('%s', (_, over, standings) => {
  expect(standingsOf(alert(over))).toEqual(standings)
})

test('the head counts what fires, what is told, what waits and what is held back', () => {
  const page: AlertsPage = {
    ...{ at: 1, ready: true, total: 5, heldBack: [], heldBackTotal: 38, waitingMessages: 0 },
    items: [
      alert({ routes: [{ ...route, state: 'told' }] }),
      alert({ routes: [{ ...route, state: 'held', why: 'muted' }] }),
      alert({ state: 'waiting' }),
    ],
  }
  expect(headOf(page)).toEqual({ firing: 2, told: 1, waiting: 1, heldBack: 38, cut: 2 })
})

test.each([
  ['prod/shop/orders', 'prod / shop / orders'],
  ['lab/-/a%2Fb', 'lab / a/b'],
  ['lab/-/100%', 'lab / 100%'],
])('the job %s is read as %s', (job, text) => {
  expect(jobName(job)).toBe(text)
})

test('a match is told by its values', () => {
  expect(matchText({ jobs: ['prod/*/*'], severities: ['crit'], causes: ['slow-sink'] })).toEqual([
    ...['prod/*/*', 'slow-sink', 'crit'],
  ])
})

test.each([
  [
    { jobs: 'prod/shop/*, prod/bank/ledger', causes: '', severity: 'crit' as const },
    { jobs: ['prod/shop/*', 'prod/bank/ledger'], severities: ['crit'] },
  ],
  [
    { jobs: ' ', causes: 'slow-sink gc-pressure', severity: '' as const },
    { causes: ['slow-sink', 'gc-pressure'] },
  ],
  // The API says what is missing.
  [{ jobs: '', causes: '', severity: '' as const }, {}],
])('the form %j asks for %j', (form, match) => {
  const body = silenceBody({ ...form, forMs: 3_600_000, comment: 'We move it.' }, 1_000)
  expect(body).toEqual({ match, endsAt: 3_601_000, comment: 'We move it.' })
})

test('a webhook for all jobs names none', () => {
  expect(targetBody({ name: ' team ', url: 'https://example.com/hook ', jobs: '' })).toEqual({
    ...{ name: 'team', url: 'https://example.com/hook', match: {} },
  })
})
