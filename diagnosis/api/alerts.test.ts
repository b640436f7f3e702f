import { createHash } from 'node:crypto'
import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type {
  AlertsPage,
  DeliveriesPage,
  JournalPage,
  SilencesPage,
  SilenceView,
} from '../../core/api/alerts.ts'
import { manualClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import { createScope, type Scope } from '../../core/kit/scope.ts'
import { storeConfig, temporaryPath } from '../../core/store/config.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { alertsConfig } from '../alerts/config.ts'
import { storedAlerts } from '../alerts/records.ts'
import { receiver } from '../alerts/send/notices.fixture.ts'
import { startAlerts } from '../alerts/start.ts'
import { evaluated, finding, folded } from '../alerts/story.fixture.ts'
import { createBoard } from '../rounds/board.ts'
import { exampleFacts } from '../rounds/diagnoses.fixture.ts'
import { clusterState } from '../rounds/evaluated.ts'
import type { CallerToken } from './guard.ts'
import { objections } from './openapi.fixture.ts'
import { world } from './world.fixture.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const tokens: readonly CallerToken[] = [
  { name: 'vera', sha256: sha256('viewer'), role: 'viewer' },
  { name: 'otto', sha256: sha256('operator'), role: 'operator' },
  { name: 'ada', sha256: sha256('admin'), role: 'admin' },
  {
    name: 'sam',
    sha256: sha256('scoped'),
    role: 'admin',
    clusters: ['prod'],
    namespaces: ['shop'],
  },
]

/** The tables forget by the real clock, so all of this happens today. */
const NOW = Math.floor(Date.now() / 60_000) * 60_000
const orders = 'prod/shop/orders'
const ledger = 'prod/bank/ledger'

describe.skipIf(chdbMissing)('alerts over HTTP, with their store and a real receiver', () => {
  let store: Store
  let inbox: Awaited<ReturnType<typeof receiver>>
  let scope: Scope
  let status = 200

  beforeAll(async () => {
    inbox = await receiver((response) => response.writeHead(status).end())
  })
  afterAll(() => inbox.close())
  beforeEach(async () => {
    status = 200
    inbox.received.length = 0
    scope = createScope('test')
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    scope.add('store', () => store.close())
    await migrate(store)
  })
  afterEach(async () => {
    await scope.close(5_000)
  })

  /** Alerting and its API over one clock and one board. */
  function started() {
    const clock = manualClock(NOW)
    const board = createBoard()
    const config = alertsConfig.parse({
      targets: {
        hook: { kind: 'webhook', url: `${inbox.url}/s3cret-path` },
        pager: { kind: 'pagerduty', routingKey: 'k'.repeat(32) },
      },
      routes: [{ name: 'all', to: ['hook'], waitMs: 0 }],
    })
    const alerts = startAlerts(
      config,
      {
        rounds: { latestDiagnoses: board.latest, onRound: board.listen },
        ...{ records: storedAlerts(store), recordings: () => false, clock },
        kit: { log: silentLog, registry: new Registry() },
      },
      scope,
    )
    const { app } = world({}, { alerts, clock }, tokens)
    const ask = async (method: string, path: string, token: string, body?: unknown) => {
      const response = await app.fetch(
        new Request(`http://weir/api/v1${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined
            ? {}
            : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
      )
      expect(await objections(method, `/api/v1${path}`, response)).toEqual([])
      const text = await response.text()
      return { status: response.status, text, json: JSON.parse(text) }
    }
    const round = async (jobs: Readonly<Record<string, Parameters<typeof evaluated>[2]>>) => {
      for (const [job, findings] of Object.entries(jobs)) {
        board.put(
          evaluated(job, clock.now(), findings),
          clusterState(exampleFacts(job, clock.now())),
        )
      }
      await alerts.engine.turn()
    }
    /** Real sockets take real time. */
    const settled = async () => {
      while (alerts.courier.waiting() > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return { clock, ask, round, settled, alerts }
  }

  const failed = (over = {}) => finding('job-failed', { severity: 'crit', since: NOW, ...over })

  test('what fires, what waits, what its cause speaks for, and what was delivered', async () => {
    const { ask, round, settled } = started()
    await round({
      [orders]: [
        failed(),
        folded('restart-loop', 'job-failed', { since: NOW }),
        finding('slow-sink', { since: NOW }),
      ],
      [ledger]: [],
    })
    await settled()
    const page: AlertsPage = (await ask('GET', '/alerts', 'viewer')).json
    expect(page).toMatchObject({ at: NOW, ready: true, total: 2, heldBackTotal: 1 })
    expect(page.items.map(({ cause, state, routes }) => [cause, state, routes])).toEqual([
      [
        'job-failed',
        'firing',
        [{ route: 'all', state: 'told', why: null, silence: null, until: null }],
      ],
      ['slow-sink', 'waiting', []],
    ])
    expect(page.heldBack).toMatchObject([{ rule: 'restart-loop', cause: 'job-failed' }])
    expect(inbox.received).toHaveLength(1)
    const deliveries: DeliveriesPage = (await ask('GET', '/alerts/deliveries', 'viewer')).json
    expect(deliveries).toMatchObject({
      items: [
        {
          ...{ route: 'all', target: 'hook', status: 'firing', reason: 'new', firing: 1 },
          ...{ title: 'CRIT: Title of job-failed · orders', attempts: 1, outcome: 'delivered' },
          detail: 'It answered 200.',
        },
      ],
      next: null,
    })
  })

  test('no secret is ever shown', async () => {
    const { ask, round, settled } = started()
    await round({ [orders]: [failed()] })
    await settled()
    status = 500
    await ask('POST', '/alerts/targets/hook/test', 'operator')
    const paths = ['', '/silences', '/deliveries', '/targets'].map((path) => `/alerts${path}`)
    for (const path of [...paths, '/journal', '/me']) {
      const { text } = await ask('GET', path, 'admin')
      expect(text).not.toMatch(/s3cret-path|kkkkkkkk/)
      for (const { sha256: hash } of tokens) expect(text).not.toContain(hash)
    }
  })

  test('a silence holds back, is listed, ends early, and all of it is in the journal', async () => {
    const { clock, ask, round, settled } = started()
    const draft = {
      match: { jobs: ['prod/shop/*'] },
      endsAt: NOW + 3_600_000,
      comment: 'We are moving it.',
    }
    const made = await ask('POST', '/alerts/silences', 'operator', draft)
    expect(made).toMatchObject({ status: 201, json: { ...draft, by: 'otto', state: 'active' } })
    await round({ [orders]: [failed()] })
    expect(inbox.received).toEqual([])
    const page: AlertsPage = (await ask('GET', '/alerts', 'viewer')).json
    expect(page.items[0]?.routes).toEqual([
      { route: 'all', state: 'held', why: 'silence', silence: made.json.id, until: draft.endsAt },
    ])
    const silences: SilencesPage = (await ask('GET', '/alerts/silences', 'viewer')).json
    expect(silences.items.map(({ holds, state }) => [holds, state])).toEqual([[1, 'active']])
    await clock.advance(60_000)
    const ended = await ask('DELETE', `/alerts/silences/${made.json.id}`, 'operator')
    expect(ended).toMatchObject({ status: 200, json: { state: 'ended', endsAt: NOW + 60_000 } })
    await round({ [orders]: [failed()] })
    await settled()
    expect(inbox.received).toHaveLength(1)
    const journal: JournalPage = (await ask('GET', '/journal', 'admin')).json
    expect(journal.items.map(({ who, role, action }) => [who, role, action])).toEqual([
      ['otto', 'operator', 'silence-ended'],
      ['otto', 'operator', 'silence-made'],
    ])
  })

  test('what was set survives a restart', async () => {
    const first = started()
    const draft = { match: { causes: ['job-failed'] }, endsAt: NOW + 3_600_000, comment: 'x' }
    await first.ask('POST', '/alerts/silences', 'operator', draft)
    const target = { name: 'team', url: 'https://example.com/hook', match: { teams: ['shop'] } }
    await first.ask('POST', '/alerts/targets', 'admin', target)
    const second = started()
    await second.round({ [orders]: [failed()] })
    expect((await second.ask('GET', '/alerts/silences', 'viewer')).json.items).toMatchObject([
      draft,
    ])
    expect((await second.ask('GET', '/alerts/targets', 'viewer')).json).toEqual({
      targets: [
        { name: 'hook', kind: 'webhook', source: 'config', origin: null },
        { name: 'pager', kind: 'pagerduty', source: 'config', origin: null },
        { name: 'team', kind: 'webhook', source: 'page', origin: 'https://example.com' },
      ],
      routes: [
        { name: 'team', to: ['team'], match: { teams: ['shop'] }, source: 'page' },
        { name: 'all', to: ['hook'], match: {}, source: 'config' },
      ],
    })
    const removed = await second.ask('DELETE', '/alerts/targets/team', 'admin')
    expect(removed.json.targets).toHaveLength(2)
    expect((await second.ask('DELETE', '/alerts/targets/team', 'admin')).status).toBe(404)
  })

  test('a target from the page is told nothing inside, and is a dead letter then', async () => {
    const { ask, settled } = started()
    const url = `${inbox.url}/inside`
    expect((await ask('POST', '/alerts/targets', 'admin', { name: 'sly', url })).status).toBe(201)
    const { json } = await ask('POST', '/alerts/targets/sly/test', 'operator')
    await settled()
    const [delivery] = (await ask('GET', '/alerts/deliveries', 'viewer')).json.items
    expect(delivery).toMatchObject({
      ...{ id: json.id, target: 'sly', status: 'test', outcome: 'refused' },
      detail: expect.stringContaining('is not in the open internet'),
    })
    expect(inbox.received).toEqual([])
  })

  test('a test message arrives; a dead letter can be sent again', async () => {
    const { ask, settled } = started()
    status = 400
    const { json, status: accepted } = await ask('POST', '/alerts/targets/hook/test', 'operator')
    expect(accepted).toBe(202)
    await settled()
    const outcome = async () =>
      (await ask('GET', '/alerts/deliveries', 'viewer')).json.items[0].outcome
    expect(await outcome()).toBe('refused')
    const dead = async () =>
      (await ask('GET', '/alerts/deliveries?state=dead', 'viewer')).json.items.length
    expect(await dead()).toBe(1)
    status = 200
    expect((await ask('POST', `/alerts/deliveries/${json.id}/again`, 'operator')).status).toBe(202)
    await settled()
    expect([await outcome(), await dead()]).toEqual(['delivered', 0])
    expect(new Set(inbox.received.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([json.id]),
    )
    const twice = await ask('POST', `/alerts/deliveries/${json.id}/again`, 'operator')
    expect(twice).toMatchObject({
      status: 400,
      json: { detail: expect.stringContaining('dead letter') },
    })
    expect((await ask('POST', '/alerts/deliveries/msg_none/again', 'operator')).status).toBe(404)
    expect((await ask('POST', '/alerts/targets/none/test', 'operator')).status).toBe(404)
  })

  const silence = { match: { causes: ['slow-sink'] }, endsAt: NOW + 60_000, comment: 'x' }

  test.each<[string, string, unknown, string, number]>([
    ['POST', '/alerts/silences', silence, 'viewer', 403],
    ['POST', '/alerts/silences', silence, 'operator', 201],
    ['DELETE', '/alerts/silences/x', undefined, 'viewer', 403],
    ['DELETE', '/alerts/silences/x', undefined, 'operator', 404],
    ['POST', '/alerts/targets', { name: 'a', url: 'https://example.com' }, 'operator', 403],
    ['POST', '/alerts/targets', { name: 'a', url: 'https://example.com' }, 'admin', 201],
    ['POST', '/alerts/targets/hook/test', undefined, 'viewer', 403],
    ['GET', '/journal', undefined, 'operator', 403],
    ['GET', '/journal', undefined, 'admin', 200],
    // In a scope only what lies within it may be changed, and the journal is about everything.
    ['GET', '/journal', undefined, 'scoped', 403],
    ['POST', '/alerts/silences', silence, 'scoped', 403],
    ['POST', '/alerts/silences', { ...silence, match: { jobs: ['prod/shop/*'] } }, 'scoped', 201],
    [
      'POST',
      '/alerts/silences',
      { ...silence, match: { jobs: ['prod/shop/*', 'prod/*/*'] } },
      'scoped',
      403,
    ],
    ['POST', '/alerts/targets', { name: 'a', url: 'https://example.com' }, 'scoped', 403],
  ])('%s %s %o as %s: %d', async (method, path, body, token, expected) => {
    const { ask, round } = started()
    await round({})
    expect((await ask(method, path, token, body)).status).toBe(expected)
  })

  test('a scope sees its own alerts, silences and messages alone', async () => {
    const { ask, round, settled } = started()
    await round({ [orders]: [failed()], [ledger]: [failed()] })
    await settled()
    for (const jobs of [['prod/bank/*'], ['prod/shop/*']]) {
      await ask('POST', '/alerts/silences', 'operator', { ...silence, match: { jobs } })
    }
    const see = async (path: string) => (await ask('GET', path, 'scoped')).json
    expect((await see('/alerts')).items.map(({ job }: { job: string }) => job)).toEqual([orders])
    const silences: readonly SilenceView[] = (await see('/alerts/silences')).items
    expect(silences.map(({ match }) => match)).toEqual([{ jobs: ['prod/shop/*'] }])
    const { items }: DeliveriesPage = await see('/alerts/deliveries')
    expect(items.map(({ title }) => title)).toEqual(['CRIT: Title of job-failed · orders'])
    expect(await see('/me')).toEqual({
      ...{ name: 'sam', role: 'admin', clusters: ['prod'], namespaces: ['shop'] },
    })
  })

  test.each<[string, unknown, number, string]>([
    ['/alerts/silences', '{"match":', 400, 'body: is no JSON'],
    ['/alerts/silences', [], 400, 'body: '],
    [
      '/alerts/silences',
      { match: {}, endsAt: NOW - 1, comment: '', by: 'me' },
      400,
      'match: must name jobs, causes, severities or teams; comment: must say why; by: is not known here',
    ],
    ['/alerts/silences', { ...silence, endsAt: NOW - 1 }, 400, 'endsAt: must be in the future'],
    [
      '/alerts/silences',
      { ...silence, endsAt: NOW + 91 * 86_400_000 },
      400,
      'endsAt: must be after startsAt, by at most 90 days',
    ],
    ['/alerts/silences', { ...silence, endsAt: '2027' }, 400, 'endsAt: must be epoch milliseconds'],
    [
      '/alerts/silences',
      { ...silence, match: { jobs: ['orders'] } },
      400,
      'match.jobs.0: must be cluster/namespace/name',
    ],
    ['/alerts/silences', { ...silence, comment: 'x'.repeat(70_000) }, 413, 'At most 65536 bytes'],
    [
      '/alerts/targets',
      { name: 'hook', url: 'https://x.com' },
      400,
      'name: is the name of a target',
    ],
    ['/alerts/targets', { name: 'all', url: 'https://x.com' }, 400, 'name: is the name of a route'],
    ['/alerts/targets', { name: 'a b', url: 'https://x.com' }, 400, 'name: must be letters'],
    ['/alerts/targets', { name: 'a', url: 'file:///etc/passwd' }, 400, 'url: must look like'],
    ['/alerts/targets', { name: 'a', url: 'https://u:p@x.com' }, 400, 'url: must hold no password'],
    [
      '/alerts/targets',
      { name: 'a', url: 'https://x.com/?key=1' },
      400,
      'url: must hold no password',
    ],
  ])('POST %s %o is refused with %d', async (path, body, expected, detail) => {
    const { ask, round } = started()
    await round({})
    const answer = await ask('POST', path, 'admin', body)
    expect([answer.status, answer.json.detail]).toEqual([expected, expect.stringContaining(detail)])
  })

  test.each([
    ['/alerts?limit=0', 'limit: must be a number from 1 to 1000'],
    ['/alerts?limit=1.5', 'limit: must be a whole number'],
    ['/alerts?job=x', 'job: is not a parameter here'],
    ['/alerts/deliveries?cursor=x', 'cursor: is not a cursor of this list; begin again without it'],
    ['/alerts/deliveries?state=lost', 'state: must be all or dead'],
    ['/journal?limit=9999', 'limit: must be a number from 1 to 500'],
  ])('GET %s is refused: %s', async (path, detail) => {
    const { ask } = started()
    expect(await ask('GET', path, 'admin')).toMatchObject({ status: 400, json: { detail } })
  })

  test('a change is taken as JSON only, which no form can send', async () => {
    const { app } = world({}, { alerts: started().alerts }, tokens)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { authorization: 'Bearer admin', 'content-type': type }
      const request = { method: 'POST', headers, body: JSON.stringify(silence) }
      const response = await app.fetch(new Request('http://weir/api/v1/alerts/silences', request))
      expect([type, response.status]).toEqual([type, 415])
    }
  })
})
