import type { Level } from '../engine/rule.ts'

/**
 * How long upstream is held back says how much is missing: a demand d against a capacity c holds
 * the upstream back about 1 − c/d, so 0.2 is a quarter too much, 0.6 two and a half times.
 */
export const HELD_BACK_LEVEL: Level = {
  minor: 0.1,
  major: 0.2,
  crit: 0.8,
  help: 'Share of time the upstream of the bottleneck is backpressured.',
}
