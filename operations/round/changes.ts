import type { Clock } from '../../core/kit/clock.ts'
import { messageOf } from '../../core/kit/errors.ts'
import { isGood, type OperationsEvents } from '../events.ts'
import type { JobFacts } from '../facts/job-facts.ts'
import { judge } from '../follow/judge.ts'
import { type Application, changeText, type Resize, type State } from '../journal/application.ts'
import type { Journal } from '../journal/journal.ts'
import type { JobPolicy } from '../policy/job-policy.ts'
import { type Refusal, refuse } from '../policy/refusal.ts'
import { isRefusal, type Standing, type Way } from '../ways/way.ts'

export type Ways = Readonly<Record<Application['written']['way'], Way | undefined>>

export interface ChangeDeps {
  readonly ways: Ways
  readonly journal: Journal
  readonly clock: Clock
  readonly events: OperationsEvents
  /** By when a write that was not answered has been carried out, or never will be. */
  readonly graceMs: number
}

/**
 * Changes of sizes from the decision to their end. Every step stands in the journal before it is taken, and what was
 * interrupted is found out by looking, never by doing it again: after a crash at any moment no change is made twice,
 * and none is forgotten.
 */
export interface Changes {
  /** What would be written, or why nothing can be. Changes nothing. */
  tryOut(
    facts: JobFacts,
    resized: readonly Resize[],
    policy: JobPolicy,
    signal: AbortSignal,
  ): Promise<Application['written'] | Refusal>
  /** Carries a change out, or says why it cannot be. */
  begin(
    facts: JobFacts,
    resized: readonly Resize[],
    policy: JobPolicy,
    signal: AbortSignal,
  ): Promise<Application | Refusal>
  /** Takes the next step of a change that is not settled, if there is one to take. */
  goOn(
    application: Application,
    facts: JobFacts | undefined,
    policy: JobPolicy,
    signal: AbortSignal,
  ): Promise<void>
}

export function createChanges({ ways, journal, clock, events, graceMs }: ChangeDeps): Changes {
  const move = async (application: Application, state: State) => {
    await journal.move(application.id, state)
    tellOf(events, application, state)
  }

  const tryOut: Changes['tryOut'] = async (facts, resized, policy, signal) => {
    const way = policy.way === 'print' ? undefined : ways[policy.way]
    if (!way) return refuse('unreachable', `the way "${policy.way}" is not configured`)
    try {
      return await way.prepare(facts, resized, policy, signal)
    } catch (error) {
      signal.throwIfAborted()
      events.failed({ what: 'way', job: facts.job, error })
      return refuse('unreachable', messageOf(error))
    }
  }

  /** A write without an answer leaves the change as it stands: `goOn` finds out what became of it. */
  const write = async (
    application: Application,
    which: 'before' | 'after',
    signal: AbortSignal,
  ) => {
    try {
      const notTaken = await wayOf(ways, application).write(application, which, signal)
      return notTaken ?? 'done'
    } catch (error) {
      signal.throwIfAborted()
      events.failed({ what: 'way', job: application.job, error })
      return 'unknown'
    }
  }

  const begin: Changes['begin'] = async (facts, resized, policy, signal) => {
    const written = await tryOut(facts, resized, policy, signal)
    if (isRefusal(written)) return written
    const at = clock.now()
    const application: Application = {
      id: `${at}-${journal.applications().length + 1}`,
      ...{ job: facts.job, run: facts.run, at, resized: [...resized] },
      before: {
        score: facts.score,
        recordsPerSecond: facts.recordsPerSecond,
        checkpointEveryMs: longestGapMs(facts.checkpointsAt),
      },
      ...{ written, state: { kind: 'intended', at } },
    }
    await journal.intend(application)
    tellOf(events, application, application.state)
    const done = await write(application, 'after', signal)
    if (done === 'done') await move(application, { kind: 'applied', at: clock.now() })
    if (typeof done === 'string') return application
    await move(application, { kind: 'failed', at: clock.now(), reason: done.reason })
    return refuse('conflict', done.reason)
  }

  const takeBack = async (application: Application, reason: string, signal: AbortSignal) => {
    const standing = await wayOf(ways, application).standing(application, signal)
    const at = () => clock.now()
    if (standing === 'before') return move(application, { kind: 'taken-back', at: at(), reason })
    if (standing !== 'after') {
      return move(application, { kind: 'left', at: at(), reason: `${reason}; ${seen[standing]}` })
    }
    const done = await write(application, 'before', signal)
    if (done === 'done') return move(application, { kind: 'taken-back', at: at(), reason })
    if (done === 'unknown') return
    const both = `${reason}; it could not be taken back: ${done.reason}`
    return move(application, { kind: 'left', at: at(), reason: both })
  }

  /** Nobody knows whether it was carried out: a crash or a lost answer came between. */
  const findOut = async (application: Application, signal: AbortSignal) => {
    if (clock.now() - application.state.at < graceMs) return
    const standing = await wayOf(ways, application).standing(application, signal)
    const at = clock.now()
    if (standing === 'after') return move(application, { kind: 'applied', at })
    const reason = `it was interrupted, and never carried out: ${seen[standing]}`
    return move(application, { kind: 'failed', at, reason })
  }

  return {
    tryOut,
    begin,
    async goOn(application, facts, policy, signal) {
      const { state } = application
      if (state.kind === 'intended') return findOut(application, signal)
      if (state.kind === 'taking-back') return takeBack(application, state.reason, signal)
      const next = judge(application, { at: clock.now(), facts, policy })
      if (!next) return
      await move(application, next)
      if (next.kind === 'taking-back') await takeBack(application, next.reason, signal)
    },
  }
}

const seen: Readonly<Record<Exclude<Standing, 'after'>, string>> = {
  before: 'the old sizes stand there',
  other: 'somebody else changed the sizes meanwhile',
  gone: 'the job is gone',
}

function wayOf(ways: Ways, { written }: Application): Way {
  const way = ways[written.way]
  // Configured when it began; a restart with another configuration may have taken it away.
  if (!way)
    throw new Error(`The way "${written.way}" of an open change is not configured any more.`)
  return way
}

function tellOf(events: OperationsEvents, application: Application, state: State): void {
  const { id, job, resized } = application
  const because =
    'reason' in state ? state.reason : 'sentence' in state ? state.sentence : undefined
  const facts = { state: state.kind, id, job, change: changeText(resized), because }
  if (isGood(state.kind)) events.wentOn(facts)
  else events.wentWrong(facts)
}

function longestGapMs(completedAt: readonly number[]): number | null {
  const gaps = completedAt.slice(1).map((at, index) => at - (completedAt[index] ?? at))
  return gaps.length === 0 ? null : Math.max(...gaps)
}
