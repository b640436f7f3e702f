import type { Clock } from '../../core/kit/clock.ts'
import { every } from '../../core/kit/clock.ts'
import type { EventKit } from '../../core/kit/events.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { TrackerMemory } from '../engine/diagnosis.ts'
import { rules } from '../rules/index.ts'
import { type Board, createBoard, type RoundDone, type TrendPoint } from './board.ts'
import { type EvaluateDeps, evaluate, repeat } from './evaluate.ts'
import type { ClusterState, Evaluated } from './evaluated.ts'
import { roundEvents } from './happenings.ts'
import { canScreen } from './screened-rules.ts'
import { createScreening, type Screening } from './screening.ts'
import { type Happening, isKnownTo, isUrgent, jobsOf } from './wakes.ts'

/** What the store remembers of the time before this process. */
export interface Remembered {
  readonly memories: ReadonlyMap<string, TrackerMemory>
  readonly trends: ReadonlyMap<string, readonly TrendPoint[]>
}

export interface RoundsDeps extends Omit<EvaluateDeps, 'board' | 'events' | 'learn'> {
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
  /** Has the windows of a job read in each round for a while: somebody looks at its numbers. */
  attend(job: string): void
  readonly intervalMs: number
}

/** From so many jobs on a round first asks which of them have anything new to say. */
export const SCREENED_FROM = 100
/** Jobs of which one statement reduces the windows. */
const JOBS_PER_SCREEN = 500
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
  const { pulses } = facts
  const screening =
    pulses && canScreen(rules) ? createScreening({ pulses }, board.latest) : undefined
  const learn = screening?.learn
  const evaluating: EvaluateDeps = { ...deps, board, events, ...(learn && { learn }) }
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

  const takeAll = async (jobs: readonly string[], at: () => number) => {
    for (const part of inParts(jobs, JOBS_PER_READ)) {
      if (signal.aborted) return
      const free = part.filter((job) => !inHand.has(job))
      if (free.length > 0) await take(free, at())
    }
  }

  /** Asks of the next jobs what is new while those before them are read. */
  const takeLoud = async (by: Screening, jobs: readonly string[], at: number) => {
    const parts = inParts(jobs, JOBS_PER_SCREEN)
    const ask = (index: number) => {
      const part = parts[index]
      const asked = part && by.screen(part, at)
      // Whoever waits for it hears of a failure; until somebody does, it must not count as nobody's.
      asked?.catch(() => {})
      return asked
    }
    for (let index = 0, next = ask(0); next !== undefined && !signal.aborted; index++) {
      const { kept, loud } = await next
      next = ask(index + 1)
      await repeat(
        kept.filter(({ diagnosis }) => !inHand.has(diagnosis.job)),
        evaluating,
      )
      await takeAll(loud, () => at)
    }
  }

  const round = async (at: number) => {
    let stage = 'restore'
    try {
      await restore(at)
      stage = 'list'
      const jobs = await facts.jobs(at)
      board.keepOnly(new Set(jobs))
      stage = 'read'
      if (screening && jobs.length >= SCREENED_FROM) await takeLoud(screening, jobs, at)
      else await takeAll(jobs, () => clock.now())
      screening?.endRound(new Set(jobs))
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
    attend(job) {
      if (board.latest().has(job)) screening?.attend(job, clock.now())
    },
    intervalMs,
  }
}

function inParts<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}
