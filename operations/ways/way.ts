import type { JobFacts } from '../facts/job-facts.ts'
import type { Application, Resize, Written } from '../journal/application.ts'
import type { JobPolicy } from '../policy/job-policy.ts'
import type { Refusal } from '../policy/refusal.ts'

/** What stands where a way writes: what was there before the change, the change itself, or what somebody else wrote. */
export type Standing = 'before' | 'after' | 'other' | 'gone'

/** Why a write was not taken; nothing was changed then. */
export interface NotTaken {
  readonly reason: string
}

/**
 * One way to carry a change out. It reads before it writes, and never repeats a write by itself.
 * @throws (every method) SourceError when the other side does not answer; after a `write` that threw, `standing` tells
 * whether it was carried out
 */
export interface Way {
  /** What would be written, or why it cannot be. Changes nothing. */
  prepare(
    facts: JobFacts,
    resized: readonly Resize[],
    policy: Pick<JobPolicy, 'growsOnDemand'>,
    signal: AbortSignal,
  ): Promise<Written | Refusal>
  /** Writes what was prepared, or what stood before it. */
  write(
    application: Pick<Application, 'job' | 'run' | 'written'>,
    which: 'before' | 'after',
    signal: AbortSignal,
  ): Promise<NotTaken | undefined>
  standing(
    application: Pick<Application, 'job' | 'run' | 'written'>,
    signal: AbortSignal,
  ): Promise<Standing>
}

export const isRefusal = (answer: Written | Refusal): answer is Refusal => 'code' in answer
