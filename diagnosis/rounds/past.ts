import type { Clock } from '../../core/kit/clock.ts'
import { type EventKit, event } from '../../core/kit/events.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { isSource, type Topology } from '../../core/model/topology.ts'
import type { PastQuestion, PastSource } from '../facts/past.ts'
import { NO_HISTORY, type TuningHistory } from '../tuning/history.ts'

/** The longer memory of jobs, as far as it was read. */
export interface Past {
  /** What is known now; nothing before the first look at it. Never waits. */
  of(job: string): TuningHistory
  /** Has it read soon, and again while somebody goes on wanting it. */
  want(facts: JobFacts): void
}

export interface PastDeps {
  readonly read: PastSource
  readonly clock: Clock
  readonly kit: EventKit
}

/** What days have shown does not change in minutes. */
const READ_AGAIN_MS = 10 * 60_000
const TRY_AGAIN_MS = 60_000
/** One look at a time, and not one after the other: rounds read from the same store. */
const PAUSE_MS = 250
/** Jobs that are kept; those that were not wanted for longest go first. */
const MOST_KEPT = 2_000

interface Kept {
  readonly history: TuningHistory
  readonly readAgainAt: number
}

/** Reads the past of jobs that have something open, one after the other, beside the rounds. */
export function startPast({ read, clock, kit }: PastDeps, scope: Scope): Past {
  const { signal } = scope
  const readFailed = event(
    { ...kit, clock },
    {
      metric: 'weir_past_unread_total',
      help: 'Looks at the past of a job that failed: sizes are advised without it.',
      level: 'warn',
      sentence: 'The past of a job could not be read; nothing is taken away from it until it was.',
      logEveryMs: 60_000,
    },
  )
  const kept = new Map<string, Kept>()
  const waiting = new Map<string, PastQuestion>()
  let reading: Promise<void> | undefined

  const keep = (job: string, entry: Kept) => {
    kept.delete(job)
    kept.set(job, entry)
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break
      kept.delete(oldest)
    }
  }

  const readAll = async () => {
    for (let question = first(); question && !signal.aborted; question = first()) {
      const { job } = question
      try {
        const history = await read(question)
        keep(job, { history, readAgainAt: clock.now() + READ_AGAIN_MS })
      } catch (error) {
        if (signal.aborted) return
        readFailed({ job, error })
        const history = kept.get(job)?.history ?? NO_HISTORY
        keep(job, { history, readAgainAt: clock.now() + TRY_AGAIN_MS })
      }
      await clock.sleep(PAUSE_MS, signal).catch(() => {})
    }
  }

  const first = (): PastQuestion | undefined => {
    const [entry] = waiting
    if (entry) waiting.delete(entry[0])
    return entry?.[1]
  }

  scope.add('past', async () => {
    await reading
  })

  return {
    of: (job) => kept.get(job)?.history ?? NO_HISTORY,
    want(facts) {
      const known = kept.get(facts.job)
      if (signal.aborted || !facts.topology || (known && clock.now() < known.readAgainAt)) return
      waiting.set(facts.job, questionOf(facts, facts.topology))
      reading ??= readAll().finally(() => {
        reading = undefined
      })
    },
  }
}

/** The facts themselves hold windows of samples, and are let go. */
function questionOf({ job, ref, at }: JobFacts, topology: Topology): PastQuestion {
  const { vertices } = topology
  return {
    ...{ job, cluster: ref.cluster, at },
    sources: vertices.flatMap(({ id }) => (isSource(topology, id) ? [id] : [])),
    subtasks: vertices.reduce((sum, { parallelism }) => sum + parallelism, 0),
  }
}
