import type { Category } from '../../core/model/finding.ts'

/** Stamped on every score: change it with any number in this file. */
export const WEIGHTS_VERSION = 'w4'

/** The most that one family can take: five views of one bottleneck must not count five times. */
export const FAMILY_CAP: Readonly<Record<Category, number>> = {
  flow: 4.5,
  memory: 4.5,
  checkpoints: 4.5,
  failures: 10,
  'event-time': 3,
  efficiency: 2,
  config: 1,
}

/**
 * How much of a job each rule assesses. State, flow, checkpoints and failures carry 80 %, so that a
 * healthy job seen over REST alone is covered (a test holds it).
 */
export const RULE_WEIGHT: Readonly<Record<string, number>> = {
  'job-failed': 13,
  'no-slots': 3,
  'network-buffers-insufficient': 1,
  'heap-oom': 3,
  'restart-loop': 12,
  'taskmanager-lost': 10,
  'checkpoint-storage': 6,
  'checkpoint-expired': 8,
  'checkpoint-sync': 2,
  'stuck-task': 3,
  'slow-instance': 3,
  'under-provisioned': 6,
  'slow-sink': 4,
  'blocking-call': 3,
  'async-capacity': 2,
  'data-skew': 4,
  'gc-pressure': 16,
  'late-records': 1,
  'watermark-stalled': 2,
  'watermark-behind': 0.5,
  'idle-source-subtasks': 0.5,
  'broker-unreachable': 2,
  'source-skew': 2,
  'source-limited': 1,
  'uneven-partitions': 0.5,
  overload: 0.5,
  'lag-growing': 2,
  'catching-up': 0.5,
  'no-traffic': 0.5,
  'heap-leak': 2,
  'thread-leak': 0.5,
  'state-growth': 1,
  'over-provisioned': 0.5,
  'load-imbalance': 0,
  'idle-slots': 0.5,
  'rescale-instead-of-rebalance': 0,
  'memory-over-provisioned': 0.5,
  'poison-record': 3,
  'class-missing': 1,
  'metaspace-leak': 1,
  'direct-oom': 1,
  'jobmanager-failover': 0,
  'heartbeat-timeout': 3,
  'registration-failed': 0,
  'checkpoint-start-delay': 1,
  'checkpoint-alignment': 0,
  'checkpoint-async': 0.5,
  'checkpoint-stalled': 2,
  'checkpoint-back-to-back': 0.5,
  'unaligned-bloat': 0,
  'commit-burst': 0.5,
  'checkpointing-off': 0.5,
  unschedulable: 0,
  'image-pull': 0,
  'crash-loop': 0,
  'oom-killed': 0,
  'cpu-throttled': 0,
  'no-high-availability': 0.5,
  'max-parallelism-trap': 0.5,
  'fragile-tolerances': 0.5,
  'removed-option': 0.5,
  'regression-after-change': 0,
}

/** Below this coverage there is no number. */
export const MIN_COVERAGE = 0.6

export const HEALTHY_FROM = 8
export const DEGRADED_FROM = 5
