import type { Clock } from './clock.ts'

export interface RetryPlan {
  readonly clock: Clock
  /** Ends the waiting; the error of the last attempt is thrown then. */
  readonly signal: AbortSignal
  /** How often to try in all; `Infinity` tries until the signal aborts. */
  readonly attempts: number
  /** The longest first wait; it doubles with each attempt … */
  readonly minMs: number
  /** … up to this. */
  readonly maxMs: number
  /** From 0 to 1, for the jitter. */
  readonly random?: () => number
  /** Told before each wait, to log it. `attempt` counts from 1. */
  readonly onRetry?: (error: unknown, attempt: number, waitMs: number) => void
}

/**
 * Runs until it succeeds, fails for good (its error does not say `retriable`), or the attempts or the
 * signal end. Waits between attempts with full jitter, so that many who failed together do not come back
 * together.
 */
export async function retry<T>(run: (attempt: number) => Promise<T>, plan: RetryPlan): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(attempt)
    } catch (error) {
      if (!isRetriable(error) || attempt >= plan.attempts || plan.signal.aborted) throw error
      const waitMs = backoffMs(attempt, plan)
      plan.onRetry?.(error, attempt, waitMs)
      await plan.clock.sleep(waitMs, plan.signal).catch(() => {
        throw error
      })
    }
  }
}

/** The wait after a failed attempt (from 1): anything from 0 up to a ceiling that doubles. */
export function backoffMs(
  attempt: number,
  { minMs, maxMs, random = Math.random }: Pick<RetryPlan, 'minMs' | 'maxMs' | 'random'>,
): number {
  return Math.round(random() * Math.min(maxMs, minMs * 2 ** (attempt - 1)))
}

const bugs = [TypeError, RangeError, ReferenceError, SyntaxError, EvalError]

/** Whether the error itself says that trying again makes sense. Bugs never do, whatever they carry. */
export function isRetriable(error: unknown): boolean {
  if (!(error instanceof Error) || bugs.some((bug) => error instanceof bug)) return false
  return 'retriable' in error && error.retriable === true
}
