import type { Clock } from '../../core/kit/clock.ts'
import { every } from '../../core/kit/clock.ts'
import type { EventKit } from '../../core/kit/events.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { TrackerMemory } from '../engine/diagnosis.ts'
import { type Board, createBoard, type RoundDone, type TrendPoint } from './board.ts'
import { type EvaluateDeps, evaluate } from './evaluate.ts'
import type { ClusterState, Evaluated } from './evaluated.ts'
import { roundEvents } from './happenings.ts'
import { type Happening, isKnownTo, isUrgent, jobsOf } from './wakes.ts'

/** What the store remembers of the time before this process. */
export interface Remembered {
  readonly memories: ReadonlyMap<string, TrackerMemory>
  readonly trends: ReadonlyMap<string, readonly TrendPoint[]>
}

export interface RoundsDeps extends Omit<EvaluateDeps, 'board' | 'events'> {
  readonly load: (at: number) => Promise<Remembered>
  readonly clock: Clock
  readonly kit: EventKit
  readonly intervalMs: number
}

/** The two clocks of diagnosis, running until their scope closes. */
export interface Rounds {
  latestDiagnoses(): ReadonlyMap<string, Evaluated>
  clusters(): ReadonlyMap<string, ClusterState>
  trendOf: Board['trendOf']
  /** Evaluates the jobs that these are about soon, instead of at the next round. */
  onEvents(happenings: readonly Happening[]): void
  /** Told after each round and each evaluation at once. Returns the way to stop listening. */
  onRound(listener: (round: RoundDone) => void): () => void
  readonly intervalMs: number
}

/** Jobs of one read: more would only hold the windows of more jobs in memory at the same time. */
const JOBS_PER_READ = 50
/** Events come in flocks (a restart is a dozen): the jobs of a flock are evaluated once. */
const DEBOUNCE_MS = 250
/** Once more after this, when the facts did not know of the event yet. */
const RECHECK_MS = 1_000

/** Starts the periodic round over all jobs and the evaluation of single jobs on events. */
export function startRounds(deps: RoundsDeps, scope: Scope): Rounds {
  const { clock, intervalMs, facts } = deps
  const { signal } = scope
  const events = roundEvents({ ...deps.kit, clock })
  const board = createBoard()
  const evaluating: EvaluateDeps = { ...deps, board, events }
  /** Jobs under evaluation: never two of one job at the same time. */
  const inHand = new Set<string>()
  const pending = new Map<string, Happening[]>()
  let restored = false
  let draining: Promise<void> | undefined

  const take = async (jobs: readonly string[], at: number) => {
    for (const job of jobs) inHand.add(job)
    try {
      return await evaluate(jobs, at, evaluating)
    } finally {
      for (const job of jobs) inHand.delete(job)
    }
  }

  const restore = async (at: number) => {
    if (restored) return
    const { memories, trends } = await deps.load(at)
    board.restore(memories, trends)
    restored = true
  }

  const round = async (at: number) => {
    let stage = 'restore'
    try {
      await restore(at)
      stage = 'list'
      const jobs = await facts.jobs(at)
      board.keepOnly(new Set(jobs))
      stage = 'read'
      for (let start = 0; start < jobs.length && !signal.aborted; start += JOBS_PER_READ) {
        const chunk = jobs.slice(start, start + JOBS_PER_READ).filter((job) => !inHand.has(job))
        if (chunk.length > 0) await take(chunk, clock.now())
      }
      board.publish(at)
    } catch (error) {
      if (!signal.aborted) events.roundFailed({ stage, error })
    }
    const durationMs = clock.now() - at
    if (durationMs > intervalMs) {
      events.roundSlow({ durationMs, intervalMs, jobs: board.latest().size })
    }
  }

  const runRounds = async () => {
    for await (const at of every(intervalMs, clock, signal)) await round(at)
  }

  const wake = (job: string, happening?: Happening) => {
    const waiting = pending.get(job) ?? []
    pending.set(job, waiting)
    if (happening) waiting.push(happening)
    startDraining()
  }

  const startDraining = () => {
    if (pending.size === 0) return
    draining ??= drain().finally(() => {
      draining = undefined
      // Somebody may have come between the last look and here.
      startDraining()
    })
  }

  const drain = async () => {
    while (pending.size > 0) {
      await clock.sleep(DEBOUNCE_MS, signal).catch(() => pending.clear())
      const flock = new Map([...pending].filter(([job]) => !inHand.has(job)))
      for (const job of flock.keys()) pending.delete(job)
      if (flock.size === 0) continue
      try {
        const at = clock.now()
        await restore(at)
        const read = await take([...flock.keys()], at)
        board.publish(at)
        for (const [job, happenings] of flock) {
          const own = read.find((one) => one.job === job)
          if (!own || happenings.some((h) => !isKnownTo(own, h))) void recheck(job)
        }
      } catch (error) {
        if (!signal.aborted) events.roundFailed({ stage: 'event', error })
      }
    }
  }

  const recheck = async (job: string) => {
    const stopped = await clock.sleep(RECHECK_MS, signal).then(
      () => false,
      () => true,
    )
    if (!stopped) wake(job)
  }

  const running = runRounds()
  scope.add('rounds', async () => {
    await Promise.all([running, draining])
  })

  return {
    latestDiagnoses: board.latest,
    clusters: board.clusters,
    trendOf: board.trendOf,
    onEvents(happenings) {
      if (signal.aborted) return
      for (const happening of happenings) {
        if (!isUrgent(happening)) continue
        for (const job of jobsOf(happening, board.latest().keys())) wake(job, happening)
      }
    },
    onRound: board.listen,
    intervalMs,
  }
}
