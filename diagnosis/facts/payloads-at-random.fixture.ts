import type { Payload } from '../../core/api/batch.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import { linesOf, written } from './logs.fixture.ts'
import { NOW, told, wordsOn, wordsOnCluster } from './payloads.fixture.ts'

/** The same list of numbers below one for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const KINDS = 12
const THINGS = 1_200
/** Things of one batch: as many inserts as it takes to have rows in several parts. */
const TOGETHER = 200

/** The second run of each job begins between the moments that are looked at. */
const SECOND_RUN_AT = NOW - 100 * 60_000
const FIRST_RUN_AT = NOW - 180 * 60_000

/** Hundreds of words and samples of the last three hours on these jobs, two runs of each, in no order. */
export function payloadsAtRandom(seed: number, jobs: readonly string[]): readonly Payload[] {
  const next = numbersFrom(seed)
  const below = (limit: number) => Math.floor(next() * limit)
  /** Of equal things many are younger than five minutes; every other one shares its second. */
  const moment = () => {
    const agoMs = below(2) === 0 ? below(300_000) : below(3 * 3_600_000)
    return NOW - (below(2) === 0 ? agoMs : Math.floor(agoMs / 1_000) * 1_000)
  }
  const one = (): Payload => {
    const job = jobs[below(jobs.length)] ?? ''
    const cluster = wordsOnCluster(parseJobRef(job)?.cluster ?? '')
    const at = moment()
    const second = at >= SECOND_RUN_AT && below(3) > 0
    const words = wordsOn(job, second ? 'second' : 'first')
    const vertex = `v${below(3)}`
    // Nobody contradicts himself within a millisecond: what is said follows from when, whatever the day.
    const said = numbersFrom(at - NOW)
    const among = (limit: number) => Math.floor(said() * limit)
    const value = () => (among(4) === 0 ? null : among(3) === 0 ? said() * 1e9 : among(1e6))
    switch (below(KINDS)) {
      case 0:
        return told(words.run(at, { startedAt: second ? SECOND_RUN_AT : FIRST_RUN_AT }))
      case 1:
        return told(words.topology(at, `graph ${at}`))
      case 2:
        return told(words.config(at, { told: String(at) }))
      case 3:
        return told(words.placement(at, vertex, among(9), among(2) === 0 ? 'tm-1' : undefined))
      case 4:
        return told(words.checkpoint(at, below(30), below(2) === 0 ? 'in-progress' : 'completed'))
      case 5:
        return told(words.exception(at, `number ${below(5)}`))
      case 6:
        return told(
          among(2) === 0
            ? cluster.gone(at, `tm-${below(4)}`)
            : cluster.taskmanager(at, `tm-${below(4)}`, { freeSlots: among(4) }),
        )
      case 7:
        return told(cluster.cluster(at, among(2) === 0 ? 'reachable' : 'unreachable'))
      case 8:
        return words.sample(at, { restarts: [value()], tasksRunning: [value()] })
      case 9:
        return cluster.taskmanagerSample(at, `tm-${below(3)}`, {
          up: [1],
          heapUsedBytes: [value()],
        })
      case 10:
        return written(linesAtRandom(job, at, among))
      default:
        return words.tasks(at, { busyMs: [value(), value()], idleMs: [value(), null] }, { vertex })
    }
  }
  const begun = jobs.flatMap((job) => [
    wordsOn(job, 'first').run(FIRST_RUN_AT, { startedAt: FIRST_RUN_AT }),
    wordsOn(job, 'second').run(SECOND_RUN_AT, { startedAt: SECOND_RUN_AT }),
  ])
  const things = [told(...begun), ...Array.from({ length: THINGS }, one)]
  return Array.from({ length: Math.ceil(things.length / TOGETHER) }, (_, index) =>
    together(things.slice(index * TOGETHER, (index + 1) * TOGETHER)),
  ).flat()
}

function together(payloads: readonly Payload[]): readonly Payload[] {
  const events = payloads.flatMap((payload) => (payload.kind === 'events' ? payload.events : []))
  const blocks = payloads.flatMap((payload) => (payload.kind === 'samples' ? payload.blocks : []))
  const logs = payloads.flatMap((payload) => (payload.kind === 'logs' ? payload.blocks : []))
  return [told(...events), { kind: 'samples', blocks }, written(...logs)]
}

/** A line of a job's own process, or of one that its cluster shares; what it says follows from when. */
function linesAtRandom(job: string, at: number, among: (limit: number) => number) {
  const shared = among(3) === 0
  const process = among(2) === 0 ? 'jobmanager' : `tm-${among(2)}`
  return linesOf(shared ? { job, shared: process } : { job, process }, {
    at,
    message: `line ${among(9)} of job ${among(2) === 0 ? 'one' : 'f'.repeat(32)}`,
    ...(among(2) === 0 && { signature: among(2) === 0 ? 'cp-completed' : 'tm-heartbeat' }),
    ...(among(3) === 0 && { exception: 'java.io.IOException', stack: 'java.io.IOException: no' }),
  })
}
