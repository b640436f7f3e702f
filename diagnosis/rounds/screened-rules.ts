import type { Rule } from '../engine/rule.ts'

/**
 * By what the answer of a rule is known to hold without its windows being read.
 * - `words`: it follows from what was told (states, graph, configuration, failures, pods): no new word, no new answer
 * - `calm`: it is healthy while nobody is held back or saturated, and nothing was lost or has stopped
 * - `checkpoints`: from the checkpoints that ended since
 * - `heaps`: from extremes of heap and collections
 * - `causes`: it is healthy while nothing but standing findings is open, and says nothing of a job that never changed
 * - `widths`: from the subtasks that the work of each vertex needs
 * - `lasting`: a hint about the layout of the graph, no trouble: it may be as old as the last reading
 */
type Known = 'words' | 'calm' | 'checkpoints' | 'heaps' | 'causes' | 'widths' | 'lasting'

/** A rule that is not here lets no job be screened: `quiet.ts` must know it first. */
export const SCREENED: Readonly<Record<string, Known>> = {
  'job-failed': 'words',
  'no-slots': 'words',
  unschedulable: 'words',
  'image-pull': 'words',
  'crash-loop': 'words',
  'network-buffers-insufficient': 'words',
  'heap-oom': 'words',
  'oom-killed': 'words',
  'poison-record': 'words',
  'class-missing': 'words',
  'metaspace-leak': 'words',
  'direct-oom': 'words',
  'jobmanager-failover': 'words',
  'restart-loop': 'words',
  'heartbeat-timeout': 'words',
  'taskmanager-lost': 'words',
  'registration-failed': 'words',
  'broker-unreachable': 'calm',
  'checkpoint-storage': 'checkpoints',
  'checkpoint-expired': 'checkpoints',
  'checkpoint-sync': 'checkpoints',
  'checkpoint-start-delay': 'calm',
  'checkpoint-alignment': 'calm',
  'checkpoint-async': 'checkpoints',
  'checkpoint-stalled': 'checkpoints',
  'checkpoint-back-to-back': 'checkpoints',
  'unaligned-bloat': 'checkpoints',
  'commit-burst': 'calm',
  'state-growth': 'checkpoints',
  'stuck-task': 'calm',
  'slow-instance': 'calm',
  'under-provisioned': 'calm',
  'blocking-call': 'calm',
  'async-capacity': 'calm',
  'slow-sink': 'calm',
  'data-skew': 'calm',
  'source-skew': 'calm',
  'uneven-partitions': 'calm',
  'source-limited': 'calm',
  overload: 'calm',
  'lag-growing': 'calm',
  'catching-up': 'calm',
  'gc-pressure': 'heaps',
  'cpu-throttled': 'calm',
  'heap-leak': 'heaps',
  'thread-leak': 'calm',
  'late-records': 'calm',
  'idle-source-subtasks': 'calm',
  'watermark-stalled': 'calm',
  'watermark-behind': 'calm',
  'no-traffic': 'calm',
  'over-provisioned': 'widths',
  'load-imbalance': 'calm',
  'idle-slots': 'words',
  'rescale-instead-of-rebalance': 'lasting',
  'memory-over-provisioned': 'heaps',
  'checkpointing-off': 'words',
  'no-high-availability': 'words',
  'max-parallelism-trap': 'words',
  'fragile-tolerances': 'words',
  'removed-option': 'words',
  'regression-after-change': 'causes',
}

/**
 * Findings with which a job may be quiet: what a size or a setting is, day after day. Of all others somebody
 * wants to see the newest numbers.
 */
export const STANDING: ReadonlySet<string> = new Set([
  'uneven-partitions',
  'no-traffic',
  'over-provisioned',
  'idle-slots',
  'rescale-instead-of-rebalance',
  'memory-over-provisioned',
  'checkpointing-off',
  'no-high-availability',
  'max-parallelism-trap',
  'fragile-tolerances',
  'removed-option',
])

export const canScreen = (rules: readonly Rule[]): boolean =>
  rules.every(({ id }) => id in SCREENED)
