/** What was recommended for a vertex at a moment, and whether it lay outside its band then. */
export interface Recommended {
  readonly at: number
  readonly parallelism: number
  readonly outside: boolean
}

/** A scale-down that waits for its interval to pass (DelayedScaleDown). */
export interface PendingScaleDown {
  readonly firstAt: number
  readonly recommended: readonly Recommended[]
}

/** Notes a recommendation; those it makes irrelevant (smaller or equal, earlier) go. */
export function delayed(
  pending: PendingScaleDown | undefined,
  recommendation: Recommended,
): PendingScaleDown {
  const earlier = (pending?.recommended ?? []).filter(
    ({ parallelism }) => parallelism > recommendation.parallelism,
  )
  return {
    firstAt: pending?.firstAt ?? recommendation.at,
    recommended: [...earlier, recommendation],
  }
}

/** The largest recommendation since `fromAt`. */
export function largestSince(pending: PendingScaleDown, fromAt: number): Recommended | undefined {
  return pending.recommended.find(({ at }) => at >= fromAt)
}
