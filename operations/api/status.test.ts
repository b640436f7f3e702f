import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { OperationsStatus } from '../../core/api/operations.ts'
import { manualClock } from '../../core/kit/clock.ts'
import { silentLog as log } from '../../core/kit/log.ts'
import { AT, application, JOB } from '../examples.fixture.ts'
import type { RoundReport } from '../round/round.ts'
import { statusApp } from './status.ts'

const registry = new Registry()

function app(latest: RoundReport | undefined, sha256?: string) {
  const clock = manualClock(AT)
  const deps = {
    ...{ clock, log, registry, dryRun: false, everyMs: 10_000, latest: () => latest },
    tokens: sha256 === undefined ? [] : [{ name: 'page', sha256 }],
    journal: {
      applications: () => [
        application({ state: { kind: 'taken-back', at: AT, reason: 'score 3.1 instead of 6.0' } }),
        application({ id: 'op-2', state: { kind: 'settling', at: AT, effectAt: AT } }),
      ],
    },
  }
  return { clock, get: (path: string, init?: RequestInit) => statusApp(deps).request(path, init) }
}

const report: RoundReport = {
  at: AT - 1_000,
  trouble: 'http://weir does not answer.',
  jobs: [
    {
      ...{ job: JOB, at: AT - 1_000, mode: 'apply', way: 'rest', outcome: 'quiet', answers: [] },
      abstained: [{ name: 'Cart totals', reason: 'do not scale: the key is skewed' }],
      ...{ otherAdvice: [], command: null, trouble: null },
    },
  ],
}

test('the status holds to its schema, the newest change first', async () => {
  const response = await app(report).get('/api/v1/operations')
  expect(response.status).toBe(200)
  const status = OperationsStatus.parse(await response.json())
  expect(status).toMatchObject({ at: AT, lastRoundAt: AT - 1_000, trouble: report.trouble })
  expect(status.jobs).toEqual(report.jobs)
  expect(status.changes.map(({ id, state, because }) => [id, state, because])).toEqual([
    ['op-2', 'settling', null],
    ['op-1', 'taken-back', 'score 3.1 instead of 6.0'],
  ])
})

test('before the first round it is alive, and says that it knows nothing yet', async () => {
  const { get } = app(undefined)
  expect((await get('/livez')).status).toBe(200)
  const status = OperationsStatus.parse(await (await get('/api/v1/operations')).json())
  expect([status.lastRoundAt, status.jobs]).toEqual([null, []])
})

test('it is not ready when rounds are missing', async () => {
  expect((await app(report).get('/readyz')).status).toBe(200)
  const late = await app({ ...report, at: AT - 61_000 }).get('/readyz')
  expect(late.status).toBe(503)
  expect(await late.json()).toMatchObject({
    detail: 'No round was held for 61 s; the log tells why.',
  })
})

test('with tokens nobody else reads it, probes apart; without any path there is a sentence', async () => {
  const { get } = app(report, '0'.repeat(64))
  expect((await get('/api/v1/operations')).status).toBe(401)
  expect((await get('/metrics')).status).toBe(401)
  expect((await get('/livez')).status).toBe(200)
  const nothing = await app(report).get('/')
  expect(nothing.status).toBe(404)
  expect(await nothing.json()).toMatchObject({
    detail: 'Nothing is served at /; there is /api/v1/operations.',
  })
})
