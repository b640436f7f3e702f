import { Registry } from 'prom-client'
import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../../core/kit/clock.ts'
import { StoreError } from '../../core/kit/errors.ts'
import { silentLog } from '../../core/kit/log.ts'
import { createScope, type Scope } from '../../core/kit/scope.ts'
import type { Finding } from '../../core/model/finding.ts'
import { createBoard } from '../rounds/board.ts'
import { exampleFacts } from '../rounds/diagnoses.fixture.ts'
import { clusterState } from '../rounds/evaluated.ts'
import type { Kept } from './book.ts'
import { alertsConfig } from './config.ts'
import type { Parcel } from './courier.ts'
import type { Decision } from './decide.ts'
import { startEngine } from './engine.ts'
import { forMsOf } from './for.ts'
import { alertEvents } from './happenings.ts'
import { evaluated, finding, lines, T0 } from './story.fixture.ts'

const config = alertsConfig.parse({
  targets: { oncall: { kind: 'slack', url: 'http://127.0.0.1:1/x' } },
  routes: [{ name: 'all', to: ['oncall'] }],
})

let scope: Scope | undefined
afterEach(async () => {
  await scope?.close(1_000)
})

/** The engine over a store that fails when the test says so. */
function started(kept: Partial<Kept & { unsent: readonly Parcel[] }> = {}) {
  const clock = manualClock(T0)
  const board = createBoard()
  const state = { loads: true, keeps: true }
  const keeps: (readonly Decision[])[] = []
  const sent: Parcel[] = []
  scope = createScope('test', clock)
  const engine = startEngine(
    {
      rounds: { latestDiagnoses: board.latest, onRound: board.listen },
      records: {
        async keep(decisions) {
          keeps.push(decisions)
          if (!state.keeps) throw new StoreError('The store does not answer.', { retriable: true })
        },
        async load() {
          if (!state.loads) throw new StoreError('The store does not answer.', { retriable: true })
          return { groups: [], fired: [], unsent: [], ...kept }
        },
      },
      courier: { add: (parcels) => void sent.push(...parcels), waiting: () => 0 },
      plan: () => ({ routes: config.routes, wideIntervalMs: 600_000 }),
      prepare: async () => {},
      rules: { forMs: (one) => forMsOf(config.forMs, one), teamOf: () => '' },
      silences: () => [],
      isRecording: () => false,
      clock,
      events: alertEvents({ log: silentLog, registry: new Registry(), clock }),
    },
    scope,
  )
  const round = (findings: readonly Finding[]) => {
    const job = 'lab/-/orders'
    board.put(evaluated(job, clock.now(), findings), clusterState(exampleFacts(job, clock.now())))
    board.publish(clock.now())
  }
  return { clock, engine, state, keeps, sent, round }
}

const said = (sent: readonly Parcel[]) => lines(sent.map(({ notice }) => notice))

test('a failure is handed on three seconds after its round, and only after it was kept', async () => {
  const { clock, keeps, sent, round } = started()
  await clock.advance(0)
  round([finding('job-failed')])
  await clock.advance(2_000)
  expect(keeps).toEqual([])
  await clock.advance(1_000)
  expect(said(sent)).toEqual(['oncall firing new: job-failed orders major'])
  expect(keeps.flat().flatMap(({ notices }) => notices)).toEqual(sent.map(({ notice }) => notice))
})

test('while the store takes nothing nobody is told; then what was decided first is told, under its id', async () => {
  const { clock, state, keeps, sent, round } = started()
  state.keeps = false
  round([finding('job-failed')])
  await clock.advance(5_000)
  expect(sent).toEqual([])
  // Worse in the meantime: but the first decision may have been kept already.
  round([finding('job-failed', { severity: 'crit' })])
  await clock.advance(2_000)
  expect(new Set(keeps.map((one) => JSON.stringify(one))).size).toBe(1)
  state.keeps = true
  await clock.advance(1_000)
  expect(said(sent)).toEqual([
    'oncall firing new: job-failed orders major',
    'oncall firing changed: job-failed orders crit',
  ])
})

test('nothing is decided before it is known what was told; what nobody took yet is sent first', async () => {
  const { clock, state, sent, round } = started({})
  state.loads = false
  round([finding('job-failed')])
  await clock.advance(10_000)
  expect(sent).toEqual([])
  state.loads = true
  await clock.advance(1_000)
  expect(said(sent)).toEqual(['oncall firing new: job-failed orders major'])
})

test('after a restart what was told is not told again', async () => {
  const first = started()
  first.round([finding('job-failed')])
  await first.clock.advance(3_000)
  const [decision] = first.keeps[0] ?? []
  await scope?.close(1_000)
  const unsent = first.sent.map(({ notice }) => ({ notice, attempts: 2 }))
  const second = started({ groups: decision ? [decision.book] : [], unsent })
  second.round([finding('job-failed')])
  await second.clock.advance(60_000)
  expect(second.sent).toEqual(unsent)
  second.round([])
  await second.clock.advance(60_000)
  expect(said(second.sent.slice(1))).toEqual(['oncall resolved resolved: -job-failed orders major'])
})
