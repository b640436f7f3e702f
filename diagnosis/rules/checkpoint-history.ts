import type { CheckpointEvent, CheckpointTask } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import type { Need } from '../engine/rule.ts'
import { median } from '../signals/statistics.ts'
import type { JobView } from '../signals/view.ts'
import { durationOf } from './words.ts'

/** The newest checkpoints that ended well: two of three say that it is no single one. */
const LOOKED_AT = 3

export const newestCompleted: Need<readonly CheckpointEvent[]> = {
  missing: 'the checkpoint history (REST)',
  read: (view) => (view.run === undefined ? undefined : completed(view.facts).slice(-LOOKED_AT)),
}

export function completed({ checkpoints }: JobFacts): readonly CheckpointEvent[] {
  return checkpoints.filter(({ state, savepoint }) => state === 'completed' && !savepoint)
}

/** Barriers wait in queues, and queues are there while somebody is held back. */
export const heldBack: Need<number> = {
  missing: 'backpressured time of every subtask (four samples of one attempt)',
  read({ loads }) {
    const shares = loads.map(({ maxBackpressured }) => maxBackpressured)
    if (shares.length === 0 || shares.some((share) => share === undefined)) return undefined
    return Math.max(...shares.map((share) => share ?? 0))
  },
}

type Phase = 'startDelayMs' | 'alignmentMs' | 'asyncMs'

/** The newest checkpoint in which a phase of its slowest subtask was at least half of the whole. */
export interface Dominated {
  readonly checkpoint: CheckpointEvent
  readonly task: CheckpointTask
  readonly ms: number
  /** How many of those looked at it dominated. */
  readonly times: number
}

const DOMINATES = 0.5
const SEVERAL = 2

/** Undefined unless the phase dominates the newest checkpoint, and another of those looked at. */
export function dominatedBy(
  checkpoints: readonly CheckpointEvent[],
  phase: Phase,
  leastMs: number,
): Dominated | undefined {
  const long = checkpoints.flatMap((checkpoint) => {
    const [task] = [...checkpoint.tasks].sort((a, b) => (b[phase] ?? 0) - (a[phase] ?? 0))
    const ms = task?.[phase]
    if (!task || ms === undefined || ms < leastMs) return []
    return ms >= DOMINATES * checkpoint.endToEndMs ? [{ checkpoint, task, ms }] : []
  })
  const last = long.at(-1)
  if (!last || long.length < SEVERAL || last.checkpoint !== checkpoints.at(-1)) return undefined
  return { ...last, times: long.length }
}

/** Flink's own default (execution.checkpointing.timeout). */
const DEFAULT_TIMEOUT_MS = 600_000

export interface Pace {
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Checkpoints kept this pace; else it is the cluster's configuration, which a job may overrule. */
  readonly isSeen: boolean
}

/**
 * How often checkpoints are wanted: as configured, else as triggered while they were quick; a job may set its own.
 * Undefined while neither is known.
 */
export function paceOf({ facts }: Pick<JobView, 'facts'>): Pace | undefined {
  const triggers = facts.checkpoints
    .filter(({ savepoint }) => !savepoint)
    .map(({ triggeredAt, endToEndMs }) => ({ triggeredAt, endToEndMs }))
  const spaces = triggers.flatMap(({ triggeredAt, endToEndMs }, index) => {
    const next = triggers[index + 1]
    const spaceMs = next === undefined ? 0 : next.triggeredAt - triggeredAt
    return endToEndMs < spaceMs / 2 ? [spaceMs] : []
  })
  const configured = durationOf(facts.config?.['execution.checkpointing.interval'])
  const seen = spaces.length >= SEVERAL ? median(spaces) : undefined
  const intervalMs = seen ?? configured
  if (intervalMs === undefined || intervalMs <= 0) return undefined
  const timeoutMs =
    durationOf(facts.config?.['execution.checkpointing.timeout']) ?? DEFAULT_TIMEOUT_MS
  return { intervalMs, timeoutMs, isSeen: seen !== undefined }
}
