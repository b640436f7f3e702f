import { Registry } from 'prom-client'
import { afterEach, describe, expect, test } from 'vitest'
import { manualClock } from '../../core/kit/clock.ts'
import { StoreError } from '../../core/kit/errors.ts'
import { createLog } from '../../core/kit/log.ts'
import { createScope, type Scope } from '../../core/kit/scope.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import type { TrackerMemory } from '../engine/diagnosis.ts'
import { emptyMemory, exampleDiagnosis, exampleFacts, exampleRun } from './diagnoses.fixture.ts'
import { startRounds } from './rounds.ts'

const orders = 'lab/-/orders'
const prices = 'lab/-/prices'
const remembered: TrackerMemory = {
  tracked: [{ key: 'x', since: 1, seenAt: 1, rounds: 3, healthyRounds: 0, finding: finding() }],
}

function finding() {
  return {
    key: 'x',
    rule: 'slow-sink',
    title: 'A sink is the bottleneck',
    category: 'flow',
    stage: 'stable',
    subject: { subject: { kind: 'cluster', cluster: 'lab' }, name: 'lab' },
    severity: 'major',
    state: 'open',
    cause: true,
    since: 1,
    seenAt: 1,
    points: 2,
    confidence: { value: 1, parts: [] },
    message: { id: 'found', params: {}, text: 'The sink is slow.' },
    evidence: [],
    toldApart: [],
    suggestions: [],
  } as const
}

let scope: Scope | undefined
afterEach(async () => {
  await scope?.close(1000)
})

/** A small world: what the store holds, what was asked of it, what came out. */
function world() {
  const clock = manualClock(1_000_000)
  const own = createScope('test', clock)
  scope = createScope('test')
  scope.add('rounds', async () => void (await own.close(0)))
  const asked: [at: number, jobs: readonly string[]][] = []
  const saved: [at: number, job: string][] = []
  const lines: string[] = []
  const memories: (TrackerMemory | undefined)[] = []
  const state = {
    jobs: [orders, prices],
    facts: (job: string, at: number): JobFacts => exampleFacts(job, at),
    readMs: 0,
    readError: undefined as Error | undefined,
    saveError: undefined as Error | undefined,
    breaks: undefined as string | undefined,
    score: 9,
  }
  const rounds = startRounds(
    {
      facts: {
        jobs: async () => state.jobs,
        read: async (jobs, at) => {
          asked.push([at - 1_000_000, jobs])
          if (state.readMs > 0) await clock.sleep(state.readMs)
          if (state.readError) throw state.readError
          return jobs.map((job) => state.facts(job, at))
        },
      },
      diagnose: (facts, memory) => {
        memories.push(memory)
        if (facts.job === state.breaks) throw new Error('a bug')
        return exampleDiagnosis(facts.job, facts.at, state.score, { memory: memory ?? emptyMemory })
      },
      save: async (diagnoses) => {
        if (state.saveError) throw state.saveError
        for (const { at, job } of diagnoses) saved.push([at - 1_000_000, job])
      },
      load: async () => ({
        memories: new Map([[orders, remembered]]),
        trends: new Map([[orders, [{ at: 1_000_000 - 90_000, score: 4 }]]]),
      }),
      clock,
      kit: {
        registry: new Registry(),
        log: createLog({ level: 'info', format: 'text', clock, write: (l) => lines.push(l) }),
      },
      intervalMs: 5_000,
    },
    own,
  )
  return { clock, rounds, state, asked, saved, lines, memories }
}

describe('the periodic round', () => {
  test('reads all jobs at once, every five seconds, saves and shows what it found', async () => {
    const { clock, rounds, asked, saved } = world()
    await clock.advance(10_000)
    const both = [orders, prices]
    expect(asked).toEqual([
      [0, both],
      [5_000, both],
      [10_000, both],
    ])
    expect(saved.slice(0, 3)).toEqual([
      [0, orders],
      [0, prices],
      [5_000, orders],
    ])
    const shown = rounds.latestDiagnoses()
    expect([...shown.keys()]).toEqual(both)
    expect(shown.get(orders)?.diagnosis.at).toBe(1_010_000)
  })

  test('goes on from the memory and the scores that the store kept', async () => {
    const { clock, rounds, memories } = world()
    await clock.advance(5_000)
    expect(memories).toEqual([remembered, undefined, remembered, emptyMemory])
    const trend = rounds.trendOf(orders, clock.now())
    expect(trend).toHaveLength(40)
    expect(trend.slice(-3)).toEqual([
      { at: 810_000, score: null },
      { at: 900_000, score: 4 },
      { at: 990_000, score: 9 },
    ])
  })

  test('tells its listeners which jobs changed, and that nothing did', async () => {
    const { clock, rounds, state } = world()
    const heard: unknown[] = []
    const stop = rounds.onRound((round) => heard.push(round))
    await clock.advance(5_000)
    state.score = 3
    await clock.advance(5_000)
    state.jobs = [orders]
    await clock.advance(5_000)
    stop()
    await clock.advance(5_000)
    expect(heard).toEqual([
      { at: 1_000_000, jobs: [orders, prices] },
      { at: 1_005_000, jobs: [] },
      { at: 1_010_000, jobs: [orders, prices] },
      { at: 1_015_000, jobs: [prices] },
    ])
    expect([...rounds.latestDiagnoses().keys()]).toEqual([orders])
  })

  test('one broken job harms no other', async () => {
    const { clock, rounds, state, lines } = world()
    state.breaks = orders
    await clock.advance(0)
    expect([...rounds.latestDiagnoses().keys()]).toEqual([prices])
    expect(lines.join('')).toContain('A job could not be evaluated')
  })

  test('facts that only one job breaks are read job by job', async () => {
    const { clock, rounds, state, asked } = world()
    state.facts = (job, at) => {
      if (job === orders) throw new Error('no such column')
      return exampleFacts(job, at)
    }
    await clock.advance(0)
    expect(asked.map(([, jobs]) => jobs)).toEqual([[orders, prices], [orders], [prices]])
    expect([...rounds.latestDiagnoses().keys()]).toEqual([prices])
  })

  test('a store that is down is not asked job by job, and the next round comes', async () => {
    const { clock, rounds, state, asked, lines } = world()
    state.readError = new StoreError('ClickHouse does not answer.', { retriable: true })
    await clock.advance(5_000)
    expect(asked).toHaveLength(2)
    expect(lines.join('')).toContain('A round could not be held')
    state.readError = undefined
    await clock.advance(5_000)
    expect(rounds.latestDiagnoses().size).toBe(2)
  })

  test('what cannot be saved is shown all the same', async () => {
    const { clock, rounds, state, lines } = world()
    state.saveError = new StoreError('disk full')
    await clock.advance(0)
    expect(rounds.latestDiagnoses().size).toBe(2)
    expect(lines.join('')).toContain('Diagnoses could not be saved')
  })

  test('rounds never overlap; a slow one is told with its duration', async () => {
    const { clock, state, asked, lines } = world()
    state.readMs = 7_000
    await clock.advance(17_500)
    expect(asked.map(([at]) => at)).toEqual([0, 10_000])
    expect(lines.join('')).toContain('durationMs=7000')
  })
})

describe('an event', () => {
  const failed = (at: number) => exampleRun(orders, at, { state: 'FAILED' })

  test('has its job evaluated a quarter of a second later, alone', async () => {
    const { clock, rounds, asked } = world()
    await clock.advance(1_000)
    rounds.onEvents([failed(1_000_900), failed(1_000_950)])
    await clock.advance(249)
    expect(asked).toHaveLength(1)
    await clock.advance(1)
    expect(asked[1]).toEqual([1_250, [orders]])
    await clock.advance(3_000)
    expect(asked).toHaveLength(2)
  })

  test.each([
    ['a quiet event wakes nobody', { type: 'config', job: orders, values: {} }, undefined],
    ['an exception wakes its job', { type: 'exception', job: orders, message: 'x' }, [orders]],
    [
      'a lost TaskManager wakes the jobs of its cluster',
      { type: 'taskmanager', cluster: 'lab', id: 'tm', state: 'gone' },
      [orders, prices],
    ],
    [
      'a TaskManager that comes wakes nobody',
      { type: 'taskmanager', cluster: 'lab', id: 'tm', state: 'registered' },
      undefined,
    ],
    [
      'another cluster is another matter',
      { type: 'cluster', cluster: 'live', state: 'unreachable' },
      undefined,
    ],
    [
      'a missing scrape wakes the jobs of its cluster',
      { type: 'scrape-missing', cluster: 'lab', process: 'tm' },
      [orders, prices],
    ],
  ])('%s', async (_, event, expected) => {
    const { clock, rounds, asked } = world()
    await clock.advance(1_000)
    // Only the fields that waking looks at are written down in the table.
    rounds.onEvents([{ at: 1_000_900, ...event } as never])
    await clock.advance(250)
    expect(asked[1]?.[1]).toEqual(expected)
  })

  test('is looked at once more when the store did not have it yet', async () => {
    const { clock, rounds, state, asked } = world()
    await clock.advance(1_000)
    state.facts = (job, at) => exampleFacts(job, at, { runs: [exampleRun(job, 5)] })
    rounds.onEvents([failed(1_000_900)])
    await clock.advance(3_000)
    expect(asked.slice(1)).toEqual([
      [1_250, [orders]],
      [2_500, [orders]],
    ])
  })

  test('never has its job evaluated twice at the same time', async () => {
    const { clock, rounds, state, asked } = world()
    await clock.advance(4_000)
    state.readMs = 2_000
    rounds.onEvents([failed(1_004_000)])
    await clock.advance(1_000)
    rounds.onEvents([failed(1_004_500)])
    await clock.advance(3_500)
    expect(asked.slice(1)).toEqual([
      [4_250, [orders]],
      // The round leaves out the job that is in hand, …
      [5_000, [prices]],
      // … and the second event waits for the first evaluation and its own quarter second.
      [6_500, [orders]],
    ])
  })

  test('waits while the round has its job in hand', async () => {
    const { clock, rounds, state, asked } = world()
    await clock.advance(4_900)
    state.readMs = 1_000
    rounds.onEvents([failed(1_004_900)])
    await clock.advance(2_500)
    // Due at 5_150, but the round reads from 5_000 to 6_000; the next quarter second is 6_150.
    expect(asked.slice(1)).toEqual([
      [5_000, [orders, prices]],
      [6_150, [orders]],
    ])
  })

  test('of an unknown job is looked at: it may be the first word of a new one', async () => {
    const { clock, rounds } = world()
    await clock.advance(1_000)
    rounds.onEvents([exampleRun('lab/-/new', 1_000_900)])
    await clock.advance(250)
    expect(rounds.latestDiagnoses().has('lab/-/new')).toBe(true)
  })

  test('after closing does nothing', async () => {
    const { clock, rounds, asked } = world()
    await clock.advance(1_000)
    await scope?.close(1_000)
    rounds.onEvents([failed(1_000_900)])
    await clock.advance(10_000)
    expect(asked).toHaveLength(1)
  })
})
