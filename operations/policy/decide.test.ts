import { describe, expect, test } from 'vitest'
import {
  AT,
  advised,
  application,
  CAUSE,
  JOB,
  jobFacts,
  SINK,
  SOURCE,
  STOCK,
} from '../examples.fixture.ts'
import type { JobFacts } from '../facts/job-facts.ts'
import type { Application, Resize } from '../journal/application.ts'
import { decide } from './decide.ts'
import { policyConfig, policyOf } from './job-policy.ts'
import type { Situation } from './situation.ts'

const HOUR = 3_600_000

function situation(policy: object, over: Partial<Omit<Situation, 'policy'>> = {}): Situation {
  return {
    at: AT,
    policy: policyOf([policyConfig.parse({ mode: 'apply', ...policy })]),
    limits: { atOnce: 1, perHour: 10 },
    applications: [],
    advisedSince: () => AT - 120_000,
    ...over,
  }
}

const resize = (over: Partial<Resize> = {}): Resize => ({
  ...{ vertex: STOCK, name: 'Check stock', from: 1, to: 3, cause: CAUSE },
  busy: { to: 0.7, low: 0.65, high: 0.78 },
  ...over,
})

test('an advice against which nothing speaks is a change', () => {
  expect(decide(jobFacts(), situation({}))).toEqual({
    answers: [{ vertex: STOCK, name: 'Check stock', from: 1, to: 3, cause: CAUSE }],
    change: [resize()],
  })
})

test('a bound that still lets it grow is kept, and said', () => {
  const decision = decide(jobFacts(), situation({ parallelism: { max: 2 } }))
  expect(decision.change).toEqual([resize({ to: 2 })])
  expect(decision.answers[0]?.note).toBe('3 were advised, bounds allow at most 2')
})

const otherJob = (over: Partial<Application>) => application({ job: 'lab/-/other', ...over })
const verified = { kind: 'verified', at: AT - HOUR, sentence: 'good' } as const

test.each<[string, Partial<JobFacts>, object, Partial<Situation>, string, string]>([
  ['the mode is off', {}, { mode: 'off' }, {}, 'off', 'the mode of this job is off'],
  [
    'it is a recording',
    { recording: true },
    {},
    {},
    'recording',
    'this is a recording: there is nothing to change',
  ],
  [
    'nobody looked lately',
    { updatedAt: AT - 300_000 },
    {},
    {},
    'stale',
    'diagnosis last looked 300 s ago',
  ],
  [
    'the job restarts',
    { state: 'RESTARTING' },
    {},
    {},
    'not-running',
    'the job is RESTARTING, not RUNNING',
  ],
  [
    'its health is unknown',
    { score: null, unknownBecause: 'no samples for 41 s' },
    {},
    {},
    'unknown-health',
    'its health is not known: no samples for 41 s',
  ],
  [
    'the vertex is gone',
    { vertices: [] },
    {},
    {},
    'moved',
    'Check stock is no vertex of the job as it runs now',
  ],
  [
    'the size is another by now',
    { advice: [advised({ from: 2 })] },
    {},
    {},
    'moved',
    'the advice is for 2 subtasks, but 1 run now',
  ],
  [
    'sizes are only lowered',
    {},
    { directions: ['down'] },
    {},
    'direction',
    'sizes of this job are only lowered',
  ],
  [
    'a bound of the job stands in the way',
    {},
    { parallelism: { max: 1 } },
    {},
    'bounds',
    '3 subtasks are advised, but bounds allow Check stock at most 1',
  ],
  [
    'a bound of the vertex stands in the way',
    {},
    { vertices: [{ vertex: 'Check*', max: 1 }] },
    {},
    'bounds',
    '3 subtasks are advised, but bounds allow Check stock at most 1',
  ],
  [
    'the vertex is fixed by its id',
    {},
    { vertices: [{ vertex: STOCK, fixed: true }] },
    {},
    'fixed',
    `Check stock is fixed by "${STOCK}"`,
  ],
  [
    'it is not sure enough',
    { advice: [advised({ confidence: 0.53 })] },
    {},
    {},
    'confidence',
    'it is 0.53 sure, 0.7 is asked for',
  ],
  [
    'it was advised only now',
    {},
    {},
    { advisedSince: () => AT - 20_000 },
    'hold',
    '3 subtasks have been advised for 20 s; 60 s are asked for',
  ],
  [
    'something else is wrong',
    {
      causes: [
        ...jobFacts().causes,
        {
          ...{ key: 'checkpoint-storage@job:x', rule: 'checkpoint-storage', severity: 'crit' },
          ...{ title: 'Checkpoint storage', name: 'stock-check' },
        },
      ],
    },
    {},
    {},
    'incident',
    'not while something else is wrong: Checkpoint storage (stock-check)',
  ],
  [
    'it is noon and windows are at night',
    {},
    { windows: [{ from: '0 22 * * *', lastsMs: 6 * HOUR }] },
    {},
    'window',
    'outside of its windows',
  ],
  [
    'Friday is excluded',
    {},
    { notDuring: [{ from: '0 0 * * 5', lastsMs: 24 * HOUR }] },
    {},
    'excluded',
    'within an excluded period',
  ],
  [
    'it would occupy too much',
    {},
    { maxSlots: 2 },
    {},
    'slots',
    'it would occupy 3 slots, 2 are allowed',
  ],
  [
    'it has just restarted',
    { stateSince: AT - 90_000 },
    {},
    {},
    'cooldown',
    'it has run for 90 s since its last restart; 600 s are asked for',
  ],
  [
    'its last change is not settled',
    {},
    {},
    { applications: [application()] },
    'under-way',
    'Check stock 1 → 3 is not settled yet',
  ],
  [
    'another job is being changed',
    {},
    {},
    { applications: [otherJob({ state: { kind: 'settling', at: AT, effectAt: AT } })] },
    'rate',
    'other jobs are being changed; 1 at once may be',
  ],
  [
    'Flink has just refused it',
    {},
    {},
    {
      applications: [
        application({ state: { kind: 'failed', at: AT - 60_000, reason: 'Flink refused it: x' } }),
      ],
    },
    'failed-before',
    'the last attempt failed (Flink refused it: x); tried again after 2026-11-20T12:04:00Z',
  ],
  [
    'it was changed often today',
    {},
    { perDay: 2 },
    {
      applications: [2, 20].map((hours) => application({ at: AT - hours * HOUR, state: verified })),
    },
    'rate',
    'it was changed 2 times within a day; 2 are allowed',
  ],
  [
    'much was changed within the hour',
    {},
    {},
    {
      limits: { atOnce: 5, perHour: 2 },
      applications: [otherJob({ state: verified }), otherJob({ state: verified })],
    },
    'rate',
    '2 changes were made within an hour; 2 are allowed',
  ],
  [
    'it was taken back this morning',
    {},
    {},
    {
      applications: [
        application({
          at: AT - 3 * HOUR,
          state: { kind: 'taken-back', at: AT - 2 * HOUR, reason: 'score 4.0 instead of 6.0' },
        }),
      ],
    },
    'taken-back-before',
    'Check stock 1 → 3 was taken back (score 4.0 instead of 6.0); not tried again before 2026-11-21T10:00:00Z',
  ],
])('not while %s', (_, facts, policy, over, code, reason) => {
  const { answers, change } = decide(jobFacts(facts), situation(policy, over))
  expect(answers.map(({ refused }) => refused)).toEqual([{ code, reason }])
  expect(change).toBeUndefined()
})

test.each<[string, Partial<JobFacts>, object, Partial<Situation>]>([
  [
    'a minor cause beside its own is open',
    {
      causes: [
        ...jobFacts().causes,
        { key: 'x@y', rule: 'x', severity: 'minor', title: 'X', name: 'y' },
      ],
    },
    {},
    {},
  ],
  [
    'it is night in its zone',
    {},
    { windows: [{ from: '0 22 * * *', lastsMs: 6 * HOUR, zone: 'Pacific/Auckland' }] },
    {},
  ],
  [
    'what was taken back was so long ago',
    {},
    { notAgainMs: HOUR },
    {
      applications: [
        application({
          at: AT - 3 * HOUR,
          state: { kind: 'taken-back', at: AT - 2 * HOUR, reason: 'r' },
        }),
      ],
    },
  ],
  [
    'what was taken back was a smaller size',
    {},
    {},
    {
      applications: [
        application({
          at: AT - 3 * HOUR,
          resized: [resize({ from: 3, to: 1 })],
          state: { kind: 'taken-back', at: AT - 2 * HOUR, reason: 'r' },
        }),
      ],
    },
  ],
  [
    'changes that never happened do not count',
    {},
    { perDay: 1 },
    {
      applications: [application({ state: { kind: 'failed', at: AT - HOUR, reason: 'r' } })],
    },
  ],
])('but it is done although %s', (_, facts, policy, over) => {
  expect(decide(jobFacts(facts), situation(policy, over)).change).toEqual([resize()])
})

describe('several sizes of one job', () => {
  const leader = advised()
  const follower = advised({ vertex: SINK, name: 'answers: Writer', to: 2, confidence: 0.8 })
  const facts = jobFacts({ advice: [leader, follower] })

  test('are one change, and one restart', () => {
    expect(decide(facts, situation({})).change).toEqual([
      resize(),
      resize({ vertex: SINK, name: 'answers: Writer', to: 2 }),
    ])
  })

  test('a vertex that follows is not raised alone', () => {
    const { answers, change } = decide(
      facts,
      situation({ vertices: [{ vertex: 'Check stock', fixed: true }] }),
    )
    expect(change).toBeUndefined()
    expect(answers.map(({ refused }) => refused)).toEqual([
      { code: 'fixed', reason: 'Check stock is fixed by "Check stock"' },
      {
        code: 'leader',
        reason:
          'it is raised for what Check stock will send, and that is refused: Check stock is fixed by "Check stock"',
      },
    ])
  })

  test('the leader goes without one that may not follow', () => {
    const { answers, change } = decide(facts, situation({ minConfidence: 0.85 }))
    expect(change).toEqual([resize()])
    expect(answers.map(({ refused }) => refused?.code)).toEqual([undefined, 'confidence'])
  })

  test('sizes that answer the cause of a whole job stand for themselves', () => {
    const cause = `over-provisioned@job:${JOB}`
    const lowered = [STOCK, SOURCE].map((vertex) =>
      advised({ cause, vertex, name: vertex, from: 4, to: 2 }),
    )
    const wide = jobFacts({
      advice: lowered,
      causes: [],
      vertices: jobFacts().vertices.map((one) => ({ ...one, parallelism: 4 })),
    })
    const { change } = decide(wide, situation({ vertices: [{ vertex: SOURCE, fixed: true }] }))
    expect(change?.map(({ vertex, to }) => [vertex, to])).toEqual([[STOCK, 2]])
  })
})
