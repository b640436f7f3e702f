import type { Clock } from '../../core/kit/clock.ts'

/**
 * The clock of a demonstration: runs from `startAt` at `speed` and stands still from `holdAt` on, so
 * that what was reached stays as it is. Waiting is always in real time.
 */
export function pacedClock(
  real: Clock,
  {
    startAt,
    speed,
    holdAt,
  }: { readonly startAt: number; readonly speed: number; readonly holdAt: number },
): Clock {
  const begunAt = real.now()
  return {
    now: () => Math.min(holdAt, startAt + (real.now() - begunAt) * speed),
    sleep: (ms, signal) => real.sleep(ms / speed, signal),
  }
}
