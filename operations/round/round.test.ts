import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ManualClock, manualClock } from '../../core/kit/clock.ts'
import { SourceError } from '../../core/kit/errors.ts'
import { silentLog as log } from '../../core/kit/log.ts'
import { createScope, type Scope } from '../../core/kit/scope.ts'
import { operationsConfig } from '../config.ts'
import { AT, advised, jobFacts, SINK, SOURCE, STOCK } from '../examples.fixture.ts'
import type { JobFacts } from '../facts/job-facts.ts'
import { type StandInFlink, standInFlink } from '../flink.fixture.ts'
import { type OperationsPart, openOperations } from '../start.ts'

const { run } = jobFacts()
const MINUTE = 60_000
const bounds = (upperBound: number) => ({ parallelism: { lowerBound: 1, upperBound } })

let folder: string
let flink: StandInFlink
let clock: ManualClock
let scope: Scope
let registry: Registry
/** What diagnosis says now; undefined while it does not answer. */
let facts: JobFacts | undefined
let said: string[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-round-'))
  flink = await standInFlink()
  const one = { [SOURCE]: bounds(1), [STOCK]: bounds(1), [SINK]: bounds(1) }
  flink.jobs.set(run, { requirements: one, maxParallelism: 128, adaptive: true })
  clock = manualClock(AT)
  facts = jobFacts({ updatedAt: AT })
  said = []
})
afterEach(async () => {
  await scope.close(1_000)
  await flink.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As the command does it; the journal is what lies in the folder. */
async function open(policy: object = {}, over: object = {}): Promise<OperationsPart> {
  scope = createScope()
  registry = new Registry()
  const config = operationsConfig.parse({
    ...{ folder, clusters: [{ name: 'lab', url: flink.url }] },
    policy: { mode: 'apply', holdMs: 0, ...policy },
    ...over,
  })
  const told = () => {
    if (facts) return facts
    throw new SourceError('http://weir does not answer.', { retriable: true })
  }
  return openOperations(
    config,
    {
      ...{
        clock,
        log,
        registry,
        requestsPerSecond: Number.POSITIVE_INFINITY,
        say: (line) => said.push(line),
      },
      source: {
        jobs: async () => [{ job: told().job, hasCause: true }],
        facts: async () => told(),
      },
    },
    scope,
  )
}

const size = () => flink.jobs.get(run)?.requirements[STOCK]?.parallelism.upperBound
const sized = (parallelism: number) =>
  jobFacts().vertices.map((one) => (one.id === STOCK ? { ...one, parallelism, busy: 0.7 } : one))

/** Time goes on, and diagnosis sees the job as it is then. */
async function later(ms: number, over: Partial<JobFacts>) {
  await clock.advance(ms)
  facts = jobFacts({
    ...{ updatedAt: clock.now(), advice: [], vertices: sized(3), score: 9.4, causes: [] },
    ...{ recordsPerSecond: 500, checkpointsAt: [clock.now() - 1_000] },
    ...over,
  })
}

const outcome = (part: OperationsPart) => part.status().jobs.map((job) => job.outcome)
const changes = (part: OperationsPart) =>
  part.status().changes.map(({ change, state, because }) => [change, state, because])

test('an advice is carried out once, watched, and verified', async () => {
  const part = await open()
  await part.round()
  expect(size()).toBe(3)
  expect(changes(part)).toEqual([['Check stock 1 → 3', 'applied', null]])
  await later(20_000, {})
  await part.round()
  expect(changes(part)).toEqual([['Check stock 1 → 3', 'settling', null]])
  await later(10 * MINUTE, {})
  await part.round()
  expect(changes(part)).toEqual([
    [
      'Check stock 1 → 3',
      'verified',
      'Check stock runs with 3 subtasks, 70 % busy (65 % to 78 % foretold); score 9.4, 6.0 before; 1 checkpoint completed since',
    ],
  ])
  expect(flink.taken.length).toBe(1)
})

test('a change that made it worse is taken back, and not tried again', async () => {
  const part = await open()
  await part.round()
  await later(20_000, {})
  await part.round()
  await later(10 * MINUTE, { score: 3.1 })
  await part.round()
  expect(size()).toBe(1)
  await later(20 * MINUTE, { ...jobFacts(), updatedAt: clock.now() + 20 * MINUTE })
  await part.round()
  expect(changes(part)).toEqual([['Check stock 1 → 3', 'taken-back', 'score 3.1 instead of 6.0']])
  expect(part.status().jobs[0]?.answers[0]?.refused?.code).toBe('taken-back-before')
  expect(flink.taken.length).toBe(2)
})

test('what is worse, but was changed by somebody else meanwhile, is left to them', async () => {
  const part = await open()
  await part.round()
  await later(20_000, {})
  await part.round()
  const job = flink.jobs.get(run)
  if (job) job.requirements = { ...job.requirements, [STOCK]: bounds(5) }
  await later(10 * MINUTE, { score: 3.1 })
  await part.round()
  expect(changes(part)).toEqual([
    [
      'Check stock 1 → 3',
      'left',
      'score 3.1 instead of 6.0; somebody else changed the sizes meanwhile',
    ],
  ])
  expect(size()).toBe(5)
})

test.each([
  ['lost-after', 'applied', null, 3],
  [
    'lost-before',
    'failed',
    'it was interrupted, and never carried out: the old sizes stand there',
    1,
  ],
] as const)(
  'an answer that is %s is found out about by looking',
  async (fate, state, because, stands) => {
    const part = await open()
    flink.fate = (method) => (method === 'PUT' ? fate : 'answer')
    await part.round()
    expect(changes(part)).toEqual([['Check stock 1 → 3', 'intended', null]])
    await clock.advance(10_000)
    await part.round()
    // Nobody knows yet whether the request is still on its way.
    expect(changes(part)).toEqual([['Check stock 1 → 3', 'intended', null]])
    await clock.advance(10_000)
    await part.round()
    expect(changes(part)).toEqual([['Check stock 1 → 3', state, because]])
    expect(size()).toBe(stands)
  },
)

test('another process goes on where this one ended', async () => {
  const first = await open()
  await first.round()
  await scope.close(1_000)
  await later(20_000, {})
  const second = await open()
  await second.round()
  expect(changes(second)).toEqual([['Check stock 1 → 3', 'settling', null]])
  expect(flink.taken.length).toBe(1)
})

test('what Flink refuses is said, and not tried every few seconds', async () => {
  flink.jobs.set(run, {
    ...{ requirements: flink.jobs.get(run)?.requirements ?? {}, adaptive: true, maxParallelism: 2 },
  })
  const part = await open()
  await part.round()
  await clock.advance(10_000)
  await part.round()
  const [change] = part.status().changes
  expect(change?.state).toBe('failed')
  expect(change?.because).toMatch(/^Flink refused it: The newly requested parallelism 3/)
  expect(part.status().changes.length).toBe(1)
  expect(part.status().jobs[0]?.answers[0]?.refused?.code).toBe('failed-before')
})

test('a scheduler that cannot change sizes is said, and nothing is journalled', async () => {
  flink.jobs.set(run, { requirements: {}, maxParallelism: 128, adaptive: false })
  const part = await open()
  await part.round()
  expect(outcome(part)).toEqual(['refused'])
  expect(part.status().jobs[0]?.answers[0]?.refused).toMatchObject({ code: 'scheduler' })
  expect(part.status().changes).toEqual([])
})

test.each([
  ['suggested', { mode: 'suggest' }, {}, []],
  ['printed', { way: 'print' }, {}, [/^lab\/-\/stock-check: curl -X PUT .*"upperBound":3/]],
  ['dry-run', {}, { dryRun: true }, [/^lab\/-\/stock-check: curl -X PUT/]],
] as const)(
  '%s: nothing is changed, and the command is said once',
  async (word, policy, over, lines) => {
    const part = await open(policy, over)
    await part.round()
    await part.round()
    expect(outcome(part)).toEqual([word])
    expect(part.status().jobs[0]?.command).toMatch(
      /^curl -X PUT http:\/\/127\.0\.0\.1:\d+\/jobs\/cdaf110e30f50b0d4b69c03367ca5856\/resource-requirements -H 'content-type: application\/json' -d '/,
    )
    expect(flink.taken).toEqual([])
    expect(part.status().changes).toEqual([])
    expect(said.length).toBe(lines.length)
    for (const [index, line] of lines.entries()) expect(said[index]).toMatch(line)
  },
)

test('a mode of off is not even looked at', async () => {
  const part = await open({ mode: 'off' })
  await part.round()
  expect(part.status().jobs).toEqual([])
})

test('while diagnosis is away nothing is decided, and what is under way is not judged', async () => {
  const part = await open()
  await part.round()
  facts = undefined
  await clock.advance(10 * MINUTE)
  await part.round()
  expect(part.status().trouble).toBe('http://weir does not answer.')
  expect(changes(part)).toEqual([['Check stock 1 → 3', 'applied', null]])
})

test('an advised size has to stand: when it changes, it begins anew', async () => {
  const part = await open({ holdMs: 30_000 })
  const code = async (to: number, ms: number) => {
    await clock.advance(ms)
    facts = jobFacts({ updatedAt: clock.now(), advice: [advised({ to })] })
    await part.round()
    return part.status().jobs[0]?.answers[0]?.refused?.code
  }
  expect(await code(3, 0)).toBe('hold')
  expect(await code(3, 20_000)).toBe('hold')
  expect(await code(4, 20_000)).toBe('hold')
  expect(await code(4, 29_000)).toBe('hold')
  expect(await code(4, 1_000)).toBeUndefined()
  expect(size()).toBe(4)
})

test('what happens is counted', async () => {
  const part = await open({ holdMs: 30_000 })
  await part.round()
  await part.round()
  await clock.advance(30_000)
  facts = jobFacts({ updatedAt: clock.now() })
  await part.round()
  const text = await registry.metrics()
  const lines = text.split('\n').filter((line) => /^weir_operations_\w+(\{.*\})? [1-9]/.test(line))
  expect(lines.map((line) => line.replace(/timestamp_seconds .*/, 'timestamp_seconds'))).toEqual([
    'weir_operations_changes_total{state="intended"} 1',
    'weir_operations_changes_total{state="applied"} 1',
    // Counted when the reason changes, not in each round.
    'weir_operations_refusals_total{code="hold"} 1',
    'weir_operations_open_changes 1',
    'weir_operations_last_round_timestamp_seconds',
  ])
})
