/** The busiest subtask may carry this much more than an even share before another subtask is worth it. */
const UNEVEN = 1.03

/**
 * The fewest subtasks whose busiest one stays at its share. `groups` are what cannot be divided between two subtasks:
 * key groups behind a hash, partitions of a source. `wanted` is the number of evenly loaded subtasks, not rounded:
 * each would have groups ÷ wanted, so the busiest may have that many whole ones, and this is the fewest that gives
 * nobody more. Even division (the autoscaler's EVENLY_SPREAD) takes up to twice as many for nothing: 24 of 128 groups
 * need 26, not 32.
 */
export function aligned(wanted: number, groups: number): number {
  const whole = Math.max(1, Math.ceil(wanted))
  if (whole >= groups) return groups
  return Math.max(whole, Math.ceil(groups / Math.floor((UNEVEN * groups) / wanted)))
}

/** How unevenly groups fall: the busiest subtask's share against an even one (1 is even). */
export function imbalance(parallelism: number, groups: number): number {
  return (Math.ceil(groups / parallelism) * parallelism) / groups
}
