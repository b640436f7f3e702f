import { expect, test } from 'vitest'
import { AT, application, CAUSE, jobFacts, STOCK } from '../examples.fixture.ts'
import type { JobFacts } from '../facts/job-facts.ts'
import type { Application, State } from '../journal/application.ts'
import { judge } from './judge.ts'

const MINUTE = 60_000
const policy = { effectWithinMs: 5 * MINUTE, settleMs: 10 * MINUTE, worseBy: 0.5 }

const sized = (parallelism: number, busy: number) =>
  jobFacts().vertices.map((one) => (one.id === STOCK ? { ...one, parallelism, busy } : one))

/** The job after the change did what it should. */
const good = (over: Partial<JobFacts> = {}): Partial<JobFacts> => ({
  ...{ score: 9.4, recordsPerSecond: 500, causes: [], advice: [], vertices: sized(3, 0.71) },
  checkpointsAt: [AT - 20_000, AT - 10_000],
  ...over,
})
const before = jobFacts().causes

function judged(
  state: State,
  facts: Partial<JobFacts> | undefined,
  over: Partial<Application> = {},
) {
  return judge(application({ ...over, state }), {
    at: AT,
    facts: facts && jobFacts(facts),
    policy,
  })
}

const appliedAgo = (ms: number): State => ({ kind: 'applied', at: AT - ms })
const settlingFor = (ms: number): State => ({
  ...{ kind: 'settling', at: AT - ms, effectAt: AT - ms },
})

test.each<[string, number, Partial<JobFacts> | undefined, object | undefined]>([
  ['the old size still runs', MINUTE, {}, undefined],
  ['diagnosis has not looked since', 1_000, good(), undefined],
  ['the new size restarts', MINUTE, good({ state: 'RESTARTING' }), undefined],
  ['the new size runs', MINUTE, good(), { kind: 'settling', at: AT, effectAt: AT - 2_000 }],
  ['diagnosis is away for a while', 9 * MINUTE, undefined, undefined],
  [
    'diagnosis is away for long',
    15 * MINUTE,
    undefined,
    { kind: 'unproven', at: AT, reason: 'nothing has been heard of the job since the change' },
  ],
  [
    'slots are missing',
    5 * MINUTE,
    { vertices: sized(2, 1) },
    {
      ...{ kind: 'taking-back', at: AT },
      reason: '300 s after the change Check stock runs with 2 of 3 subtasks',
    },
  ],
  [
    'it restarts again and again',
    6 * MINUTE,
    good({ state: 'RESTARTING' }),
    { kind: 'taking-back', at: AT, reason: '360 s after the change the job is RESTARTING' },
  ],
  [
    'it failed',
    MINUTE,
    { state: 'FAILED' },
    { kind: 'taking-back', at: AT, reason: 'the job failed after the change' },
  ],
  [
    'somebody cancelled it',
    MINUTE,
    { state: 'CANCELED' },
    { kind: 'left', at: AT, reason: 'the job is CANCELED' },
  ],
])('after it was carried out: %s', (_, agoMs, facts, expected) => {
  expect(judged(appliedAgo(agoMs), facts)).toEqual(expected)
})

test.each<[string, number, Partial<JobFacts> | undefined, object | undefined]>([
  ['it has not settled', 9 * MINUTE, good({ score: 3 }), undefined],
  [
    'all is as foretold',
    10 * MINUTE,
    good(),
    {
      ...{ kind: 'verified', at: AT },
      sentence:
        'Check stock runs with 3 subtasks, 71 % busy (65 % to 78 % foretold); score 9.4, 6.0 before; 2 checkpoints completed since',
    },
  ],
  [
    'its score is lower',
    10 * MINUTE,
    good({ score: 4.2, causes: outside('gc-pressure') }),
    {
      ...{ kind: 'taking-back', at: AT },
      reason: 'score 4.2 instead of 6.0: gc-pressure (somewhere)',
    },
  ],
  [
    'a score that is a little lower is not worse',
    10 * MINUTE,
    good({ score: 5.5 }),
    {
      ...{ kind: 'verified', at: AT },
      sentence:
        'Check stock runs with 3 subtasks, 71 % busy (65 % to 78 % foretold); score 5.5, 6.0 before; 2 checkpoints completed since',
    },
  ],
  [
    'it helped nothing',
    10 * MINUTE,
    good({ score: 6, causes: before, recordsPerSecond: 240 }),
    {
      ...{ kind: 'taking-back', at: AT },
      reason:
        'Check stock is held back as before, and no more comes through: 240 records/s, 238 before',
    },
  ],
  [
    'it helped, if not enough',
    10 * MINUTE,
    good({ score: 6, causes: before, recordsPerSecond: 470 }),
    {
      ...{ kind: 'verified', at: AT },
      sentence:
        'Check stock runs with 3 subtasks, 71 % busy (65 % to 78 % foretold); score 6.0, 6.0 before; 2 checkpoints completed since',
    },
  ],
  [
    'no checkpoint completed',
    10 * MINUTE,
    good({ checkpointsAt: [AT - 40 * MINUTE] }),
    { kind: 'taking-back', at: AT, reason: 'no checkpoint has completed in the 600 s since' },
  ],
  ['its health is unknown', 10 * MINUTE, good({ score: null }), undefined],
  [
    'its health stays unknown',
    30 * MINUTE,
    good({ score: null, unknownBecause: 'no samples for 41 s' }),
    { kind: 'unproven', at: AT, reason: 'its health is not known: no samples for 41 s' },
  ],
  [
    'it works off its backlog',
    10 * MINUTE,
    good({ score: 3, causes: outside('catching-up') }),
    undefined,
  ],
  [
    'a TaskManager is lost and stays away',
    30 * MINUTE,
    good({ score: 3, causes: outside('taskmanager-lost') }),
    { kind: 'unproven', at: AT, reason: 'taskmanager-lost (somewhere) is no matter of its size' },
  ],
  ['diagnosis is away', 10 * MINUTE, undefined, undefined],
  [
    'diagnosis stays away',
    30 * MINUTE,
    undefined,
    { kind: 'unproven', at: AT, reason: 'diagnosis does not answer' },
  ],
  [
    'it fails before it has settled',
    MINUTE,
    good({ state: 'FAILED' }),
    { kind: 'taking-back', at: AT, reason: 'the job failed after the change' },
  ],
])('when the new size runs: %s', (_, agoMs, facts, expected) => {
  expect(judged(settlingFor(agoMs), facts)).toEqual(expected)
})

test('a job of rare checkpoints is waited for', () => {
  const rare = { before: { ...application().before, checkpointEveryMs: 20 * MINUTE } }
  const none = good({ checkpointsAt: [] })
  expect(judged(settlingFor(59 * MINUTE), none, rare)).toBeUndefined()
  expect(judged(settlingFor(60 * MINUTE), none, rare)).toEqual({
    ...{ kind: 'taking-back', at: AT },
    reason: 'no checkpoint has completed in the 3600 s since',
  })
})

function outside(rule: string): JobFacts['causes'] {
  return [{ key: `${rule}@x`, rule, severity: 'major', title: rule, name: 'somewhere' }]
}

test('what is over, or not begun, is not judged', () => {
  const states: readonly State[] = [
    { kind: 'intended', at: AT },
    { kind: 'taking-back', at: AT, reason: CAUSE },
    { kind: 'verified', at: AT, sentence: '' },
  ]
  expect(states.map((state) => judged(state, good()))).toEqual([undefined, undefined, undefined])
})
