import { aligned } from './align.ts'
import type { Capacity } from './capacity.ts'
import type { TuningPolicy } from './history.ts'
import { efficiency, type Scalability } from './scalability.ts'

/** Why a vertex cannot get as many subtasks as its demand asks for. */
export interface Limit {
  readonly subtasks: number
  readonly because: string
}

/** Everything a size is computed from. Rates are records a second. */
export interface SizeQuestion {
  readonly demandPerSecond: number
  /** Of one subtask at the present size. */
  readonly capacity: Capacity
  readonly from: number
  /** What cannot be divided between two subtasks: key groups behind a hash, partitions of a source. */
  readonly groups: number | undefined
  readonly limit: Limit | undefined
  readonly scalability: Scalability
  /** Longest measured restart; a gap that nothing was measured of is not planned for. */
  readonly restartMs: number | undefined
  readonly policy: TuningPolicy
}

export interface Size {
  readonly subtasks: number
  /** Ends of the interval: of the capacity, and of growth that is not linear. */
  readonly low: number
  readonly high: number
  /** What the demand asks for, where a limit lies below it. */
  readonly unlimited: number
  readonly limitedBy: Limit | undefined
}

/** Subtasks that carry the demand at the busy share aimed at, the backlog of a restart included. */
export function sizeFor(question: SizeQuestion): Size {
  const { capacity, limit, policy, scalability } = question
  const linear: Scalability = { ...scalability, sigma: 0 }
  const measured = scalability.kind === 'measured' ? scalability : linear
  const unlimited = subtasksFor(question, capacity.value, measured)
  const lowest = subtasksFor(question, capacity.high, linear)
  const highest =
    capacity.low > 0
      ? subtasksFor(question, capacity.low, scalability)
      : Math.max(unlimited, question.from)
  const most = Math.min(limit?.subtasks ?? Number.POSITIVE_INFINITY, policy.maxParallelism)
  const within = (subtasks: number) => Math.max(Math.min(subtasks, most), policy.minParallelism)
  return {
    subtasks: within(unlimited),
    low: within(Math.min(lowest, unlimited)),
    high: within(Math.max(highest, unlimited)),
    unlimited,
    limitedBy: unlimited > most ? (limit ?? boundOf(policy)) : undefined,
  }
}

const boundOf = ({ maxParallelism }: TuningPolicy): Limit => ({
  subtasks: maxParallelism,
  because: `its largest allowed parallelism is ${maxParallelism}`,
})

/** More than a subtask per group never helps; beyond this no loop looks. */
const MOST = 100_000

function subtasksFor(question: SizeQuestion, perSubtask: number, growth: Scalability): number {
  const { policy, groups, from, demandPerSecond, restartMs = 0 } = question
  const room = 1 / (policy.targetBusy + policy.busyTolerance) + restartMs / policy.catchUpMs
  // Linear first; each subtask more takes a little from the others, so the sum settles from below.
  let wanted = (demandPerSecond * room) / perSubtask
  while (growth.sigma > 0 && wanted < MOST) {
    const each = perSubtask * efficiency(from, Math.ceil(wanted), growth)
    if (Math.ceil(wanted) * each >= demandPerSecond * room) break
    wanted = Math.ceil(wanted) + 1
  }
  return groups === undefined ? Math.max(1, Math.ceil(wanted)) : aligned(wanted, groups)
}
