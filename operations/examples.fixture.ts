import type { AdvisedSize, JobFacts } from './facts/job-facts.ts'
import type { Application } from './journal/application.ts'

/** Friday, 20 November 2026, 12:00 UTC. */
export const AT = Date.UTC(2026, 10, 20, 12)

export const JOB = 'lab/-/stock-check'
export const STOCK = 'a374c110936b626cbd2bfb304d32fa40'
export const SOURCE = '5e901bad06de33650356e111b35f6881'
export const SINK = '4d648856f35492026b8f75b0a6ec795e'
export const CAUSE = `blocking-call@vertex:${JOB}:${STOCK}`

export const advised = (over: Partial<AdvisedSize> = {}): AdvisedSize => ({
  cause: CAUSE,
  ...{ vertex: STOCK, name: 'Check stock', from: 1, to: 3, confidence: 0.9 },
  busy: { to: 0.7, low: 0.65, high: 0.78 },
  ...over,
})

/** A job that has run well for a day and is held back by one vertex since. */
export function jobFacts(over: Partial<JobFacts> = {}): JobFacts {
  const vertex = (id: string, name: string, busy: number) => ({
    ...{ id, name, parallelism: 1, maxParallelism: 128, slotSharingGroup: 'default', busy },
  })
  return {
    ...{ job: JOB, run: 'cdaf110e30f50b0d4b69c03367ca5856', state: 'RUNNING' },
    ...{ stateSince: AT - 86_400_000, updatedAt: AT - 2_000, recording: false },
    ...{ score: 6, unknownBecause: null, recordsPerSecond: 238 },
    ...{ advice: [advised()], otherAdvice: [], abstained: [] },
    causes: [
      {
        ...{ key: CAUSE, rule: 'blocking-call', severity: 'major' },
        ...{ title: 'Blocking call', name: 'Check stock' },
      },
    ],
    vertices: [
      vertex(SOURCE, 'Source: items', 0.05),
      vertex(STOCK, 'Check stock', 1),
      vertex(SINK, 'answers: Writer', 0.02),
    ],
    checkpointsAt: [AT - 30_000, AT - 20_000, AT - 10_000],
    ...over,
  }
}

const bounds = (lowerBound: number, upperBound: number) => ({
  parallelism: { lowerBound, upperBound },
})

export function application(over: Partial<Application> = {}): Application {
  return {
    ...{ id: 'op-1', job: JOB, run: 'cdaf110e30f50b0d4b69c03367ca5856', at: AT - 60_000 },
    resized: [
      {
        ...{ vertex: STOCK, name: 'Check stock', from: 1, to: 3, cause: CAUSE },
        busy: { to: 0.7, low: 0.65, high: 0.78 },
      },
    ],
    before: { score: 6, recordsPerSecond: 238, checkpointEveryMs: 10_000 },
    written: {
      way: 'rest',
      before: { [SOURCE]: bounds(1, 1), [STOCK]: bounds(1, 1), [SINK]: bounds(1, 1) },
      after: { [SOURCE]: bounds(1, 1), [STOCK]: bounds(1, 3), [SINK]: bounds(1, 1) },
    },
    state: { kind: 'applied', at: AT - 60_000 },
    ...over,
  }
}
