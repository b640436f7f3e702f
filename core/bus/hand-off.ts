import { BusError } from '../kit/errors.ts'
import { isRetriable } from '../kit/retry.ts'
import { type BusDeps, type BusRecord, busClosed, busFull, sizeOf, type Topic } from './bus.ts'
import type { EmbeddedBusConfig } from './config.ts'
import type { Convoy } from './convoy.ts'

/** How long records wait for somebody to subscribe, for instance while the store is being opened. */
const patienceMs = 30_000

/** One topic inside the process: a bounded wait in front of the lanes of its groups. */
export interface HandOff {
  /** Resolves when all lanes have carried the records. */
  offer(records: readonly BusRecord[]): Promise<void>
  addLane(group: string, lane: Convoy<BusRecord>): void
  close(): Promise<void>
}

interface Job {
  readonly records: readonly BusRecord[]
  readonly bytes: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export function createHandOff(
  topic: Topic,
  { capacity, capacityBytes, whenFull }: EmbeddedBusConfig,
  { clock, signal }: Pick<BusDeps, 'clock' | 'signal'>,
): HandOff {
  const lanes = new Map<string, Convoy<BusRecord>>()
  /** Not yet let in, for lack of room. */
  let waiting: Job[] = []
  /** Let in, but nobody has subscribed yet. */
  let parked: Job[] = []
  let patience: AbortController | undefined
  let heldRecords = 0
  let heldBytes = 0
  let closed = false

  // What is larger than the whole room may enter when the room is empty; it would wait for ever otherwise.
  const fits = ({ records, bytes }: Job) =>
    heldRecords === 0 ||
    (heldRecords + records.length <= capacity && heldBytes + bytes <= capacityBytes)

  const admit = () => {
    for (let job = waiting[0]; job && fits(job); job = waiting[0]) {
      waiting.shift()
      heldRecords += job.records.length
      heldBytes += job.bytes
      if (lanes.size > 0) void dispatch(job)
      else park(job)
    }
  }

  const leave = (job: Job) => {
    heldRecords -= job.records.length
    heldBytes -= job.bytes
  }

  const dispatch = async (job: Job) => {
    const outcomes = await Promise.allSettled(
      [...lanes.values()].map((lane) => lane.push(job.records)),
    )
    const failure = outcomes.find((outcome) => outcome.status === 'rejected')
    leave(job)
    if (!failure) job.resolve()
    else {
      job.reject(failure.reason)
      // Those who wait must not overtake one that comes again.
      if (isRetriable(failure.reason)) rejectAll(takeWaiting(), failure.reason)
    }
    admit()
  }

  const park = (job: Job) => {
    parked.push(job)
    if (patience) return
    patience = new AbortController()
    void clock.sleep(patienceMs, AbortSignal.any([patience.signal, signal])).then(giveUp, () => {
      if (signal.aborted && parked.length > 0) giveUp()
    })
  }

  const giveUp = () => {
    const error = new BusError(`Nobody takes ${topic} yet; the records were not taken.`, {
      code: 'bus-no-subscriber',
      retriable: true,
    })
    const jobs = takeParked()
    for (const job of jobs) leave(job)
    rejectAll([...jobs, ...takeWaiting()], error)
  }

  const takeParked = () => {
    patience?.abort()
    patience = undefined
    const jobs = parked
    parked = []
    return jobs
  }

  const takeWaiting = () => {
    const jobs = waiting
    waiting = []
    return jobs
  }

  const rejectAll = (jobs: readonly Job[], error: unknown) => {
    for (const { reject } of jobs) reject(error)
  }

  return {
    offer: (records) =>
      new Promise<void>((resolve, reject) => {
        if (closed) return reject(busClosed())
        const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0)
        const job = { records, bytes, resolve, reject }
        if (whenFull === 'refuse' && (waiting.length > 0 || !fits(job))) {
          return reject(busFull(`${heldRecords} records (${heldBytes} bytes) of ${topic} wait`))
        }
        waiting.push(job)
        admit()
      }),
    addLane(group, lane) {
      if (lanes.has(group)) {
        throw new BusError(`The group ${group} already takes ${topic}; each may subscribe once.`, {
          code: 'bus-group-taken',
        })
      }
      lanes.set(group, lane)
      for (const job of takeParked()) void dispatch(job)
    },
    async close() {
      closed = true
      rejectAll([...takeParked(), ...takeWaiting()], busClosed())
      await Promise.all([...lanes.values()].map((lane) => lane.close(busClosed())))
    },
  }
}
