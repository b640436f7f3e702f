import { afterEach, beforeEach, expect, test } from 'vitest'
import { writingTransport } from '../../core/flink/client/http.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { application, jobFacts, SINK, SOURCE, STOCK } from '../examples.fixture.ts'
import type { JobFacts } from '../facts/job-facts.ts'
import { type StandInFlink, standInFlink } from '../flink.fixture.ts'
import type { Application } from '../journal/application.ts'
import { adaptiveScheduler } from './adaptive-scheduler.ts'
import type { Way } from './way.ts'

const never = new AbortController().signal
const { run } = jobFacts()
const { resized } = application()
const bounds = (upperBound: number, lowerBound = 1) => ({ parallelism: { lowerBound, upperBound } })
const one = { [SOURCE]: bounds(1), [STOCK]: bounds(1), [SINK]: bounds(1) }
const three = { ...one, [STOCK]: bounds(3) }

let flink: StandInFlink
let way: Way
beforeEach(async () => {
  flink = await standInFlink()
  flink.jobs.set(run, { requirements: one, maxParallelism: 128, adaptive: true })
  way = adaptiveScheduler(
    new Map([['lab', writingTransport(flink.url, { clock: systemClock, timeoutMs: 2_000 })]]),
  )
})
afterEach(() => flink.close())

const prepare = (facts: Partial<JobFacts> = {}, growsOnDemand = false) =>
  way.prepare(jobFacts(facts), resized, { growsOnDemand }, never)
const change = (over: Partial<Application> = {}) =>
  application({ written: { way: 'rest', before: one, after: three }, ...over })

test('every vertex is written, and only the advised one has another size', async () => {
  expect(await prepare()).toEqual({ way: 'rest', before: one, after: three })
  expect(flink.taken).toEqual([])
  expect(await way.write(change(), 'after', never)).toBeUndefined()
  expect(flink.jobs.get(run)?.requirements).toEqual(three)
  expect(await way.standing(change(), never)).toBe('after')
  expect(await way.write(change(), 'before', never)).toBeUndefined()
  expect(await way.standing(change(), never)).toBe('before')
})

test('a lower bound of somebody is kept, but for a size below it', async () => {
  const own = { ...one, [STOCK]: bounds(4, 2) }
  flink.jobs.set(run, { requirements: own, maxParallelism: 128, adaptive: true })
  const wide = jobFacts().vertices.map((v) => (v.id === STOCK ? { ...v, parallelism: 4 } : v))
  const to = async (size: number) => {
    const [first = resized[0]] = resized
    if (!first) throw new Error('The example resizes nothing.')
    const written = await way.prepare(
      jobFacts({ vertices: wide }),
      [{ ...first, from: 4, to: size }],
      { growsOnDemand: true },
      never,
    )
    return 'way' in written && written.way === 'rest' ? written.after[STOCK] : written
  }
  expect(await to(6)).toEqual(bounds(6, 2))
  expect(await to(1)).toEqual(bounds(1, 1))
})

test.each<[string, () => void, string, string]>([
  [
    'a default scheduler',
    () => flink.jobs.set(run, { requirements: one, maxParallelism: 128, adaptive: false }),
    'scheduler',
    'the scheduler of lab is not the adaptive one, which alone changes sizes while a job runs: set jobmanager.scheduler: adaptive there, or use the way "deployment" or "print"',
  ],
  [
    'a job that is gone',
    () => flink.jobs.clear(),
    'scheduler',
    'lab does not know the job (any more)',
  ],
  [
    'reactive mode',
    () => {
      flink.config = { 'scheduler-mode': 'REACTIVE' }
    },
    'scheduler',
    'lab is in reactive mode: its job takes whatever slots there are',
  ],
  [
    'an autoscaler that scales',
    () => {
      flink.config = { 'job.autoscaler.enabled': 'true' }
    },
    'conflict',
    'Flink’s autoscaler changes the sizes of this job; switch it off (job.autoscaler.enabled), or leave it to that',
  ],
  [
    'a change of somebody else that is under way',
    () => flink.jobs.set(run, { requirements: three, maxParallelism: 128, adaptive: true }),
    'moved',
    'Check stock runs with 1 subtask, but 3 were asked for: slots may be missing, or somebody else is changing it',
  ],
  [
    'too few slots',
    () => {
      flink.slotsAvailable = 1
    },
    'slots',
    'it needs 2 more slots, 1 is free; add TaskManagers, or set growsOnDemand where they come by themselves',
  ],
])('refuses before anything is written: %s', async (_, arrange, code, reason) => {
  arrange()
  expect(await prepare()).toEqual({ code, reason })
  expect(flink.taken).toEqual([])
})

test('an autoscaler that only advises is no conflict, and slots that come by themselves are not asked for', async () => {
  flink.config = { 'job.autoscaler.enabled': 'true', 'job.autoscaler.scaling.enabled': 'false' }
  flink.slotsAvailable = 0
  expect(await prepare({}, true)).toMatchObject({ way: 'rest' })
})

test('a cluster that is not configured is named', async () => {
  expect(await prepare({ job: 'prod/-/stock-check' })).toEqual({
    code: 'unreachable',
    reason: 'the JobManager of prod is not configured: name it in operations.clusters',
  })
})

test('what Flink itself refuses is said in its words', async () => {
  flink.jobs.set(run, { requirements: one, maxParallelism: 2, adaptive: true })
  expect(await way.write(change(), 'after', never)).toEqual({
    reason: `Flink refused it: The newly requested parallelism 3 for the job vertex ${STOCK} exceeds its maximum parallelism 2.`,
  })
})

test.each([
  ['lost-before', 'before'],
  ['lost-after', 'after'],
] as const)('a write that is %s is an error, and what stands there tells', async (fate, stands) => {
  flink.fate = (method) => (method === 'PUT' ? fate : 'answer')
  await expect(way.write(change(), 'after', never)).rejects.toMatchObject({
    code: 'source-unreachable',
    retriable: true,
  })
  expect(await way.standing(change(), never)).toBe(stands)
})

test('what somebody else wrote, or took away, is seen', async () => {
  const job = flink.jobs.get(run)
  if (job) job.requirements = { ...one, [STOCK]: bounds(2) }
  expect(await way.standing(change(), never)).toBe('other')
  flink.jobs.clear()
  expect(await way.standing(change(), never)).toBe('gone')
})
