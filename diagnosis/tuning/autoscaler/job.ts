import type { PendingScaleDown } from './delay.ts'
import type { GlobalEvaluation, ScaledVertex } from './evaluate.ts'
import { inExcludedPeriod } from './excluded-periods.ts'
import type { ScalingRecord } from './history.ts'
import type { AutoscalerOptions } from './options.ts'
import {
  type DecisionContext,
  decideVertex,
  type VertexDecision,
  type VertexEvaluation,
} from './vertex.ts'

/** A vertex that moves. */
export interface Change {
  readonly from: number
  readonly to: number
  readonly trueProcessingRate: number
  readonly targetDataRate: number
  readonly expectedRate: number
}

export type Blocked = 'memory-pressure' | 'disabled' | 'excluded-period' | 'cluster' | 'quota'

/** What becomes of a job in one round of the autoscaler. */
export interface JobDecision {
  /** Vertices that would move; empty when none is outside its band. */
  readonly changes: Readonly<Record<string, Change>>
  readonly blocked: Blocked | undefined
  readonly pending: Readonly<Record<string, PendingScaleDown>>
  readonly events: readonly string[]
}

/** Everything beside the vertices that decides. */
export interface JobContext extends Omit<DecisionContext, 'history' | 'pending'> {
  readonly history: Readonly<Record<string, readonly ScalingRecord[]>>
  readonly pending: Readonly<Record<string, PendingScaleDown>>
  readonly global: GlobalEvaluation
  readonly vertices: readonly ScaledVertex[]
  /** Cores and memory of one TaskManager, and its slots; what is unknown is not checked. */
  readonly taskManager: {
    readonly slots: number
    readonly cores?: number
    readonly memoryBytes?: number
  }
  /** Whether the cluster has room for so many TaskManagers; asked when it is given. */
  readonly hasRoom?: (now: number, after: number) => boolean
}

/**
 * The decision for a whole job (ScalingExecutor): if any vertex that changes lies outside its band, all that change
 * move together, unless memory, a schedule, the cluster or a quota forbids it.
 */
export function decideJob(
  evaluated: ReadonlyMap<string, VertexEvaluation>,
  context: JobContext,
): JobDecision {
  const pressure = memoryPressure(context.global, context.options)
  if (pressure) {
    const { pending } = context
    return { changes: {}, blocked: 'memory-pressure', pending, events: ['MemoryPressure'] }
  }
  const { decided, pending } = decideVertices(evaluated, context)
  const events = decided.flatMap(({ decision }) => decision.events)
  const moving = decided.filter(
    ({ vertex, decision }) => decision.parallelism !== vertex.parallelism,
  )
  if (!moving.some(({ decision }) => decision.outside))
    return { changes: {}, blocked: undefined, pending, events }
  const changes = Object.fromEntries(
    moving.map(({ id, vertex, decision }) => [id, changeOf(vertex, decision)]),
  )
  const blocked = blockedBy(changes, context)
  const reason = blocked === 'quota' ? ['ResourceQuotaReached'] : []
  return {
    changes,
    blocked,
    // A rescale that is carried out ends every waiting scale-down.
    pending: blocked ? pending : {},
    events: [...events, ...reason],
  }
}

function decideVertices(evaluated: ReadonlyMap<string, VertexEvaluation>, context: JobContext) {
  const pending = { ...context.pending }
  const decided: {
    readonly id: string
    readonly vertex: VertexEvaluation
    readonly decision: VertexDecision
  }[] = []
  for (const [id, vertex] of evaluated) {
    if (context.options.excludedVertices.includes(id)) continue
    const history = context.history[id] ?? []
    const decision = decideVertex(vertex, { ...context, history, pending: pending[id] })
    if (decision.pending) pending[id] = decision.pending
    else delete pending[id]
    decided.push({ id, vertex, decision })
  }
  return { decided, pending }
}

function changeOf(vertex: VertexEvaluation, decision: VertexDecision): Change {
  return {
    from: vertex.parallelism,
    to: decision.parallelism,
    trueProcessingRate: vertex.trueProcessingRate,
    targetDataRate: vertex.targetDataRate,
    expectedRate: decision.expectedRate ?? Number.NaN,
  }
}

function memoryPressure(global: GlobalEvaluation, options: AutoscalerOptions): boolean {
  return (
    global.gcPressure.current > options.gcPressureThreshold ||
    global.heapUsageRatio.average > options.heapUsageThreshold
  )
}

function blockedBy(
  changes: Readonly<Record<string, Change>>,
  context: JobContext,
): Blocked | undefined {
  const { options, at } = context
  if (!options.scalingEnabled) return 'disabled'
  if (options.excludedPeriods.some((period) => inExcludedPeriod(period, at)))
    return 'excluded-period'
  if (exceedsCluster(changes, context)) return 'cluster'
  if (exceedsQuota(changes, context)) return 'quota'
  return undefined
}

/**
 * Slots after a rescale: the largest parallelism when the job uses exactly its largest now (all slots are shared),
 * else the sum of all (ResourceCheckUtils.estimateNumTaskSlotsAfterRescale).
 */
export function slotsAfter(
  vertices: readonly ScaledVertex[],
  changes: Readonly<Record<string, Pick<Change, 'to'>>>,
  slotsUsed: number,
): number {
  const after = vertices.map(({ id, parallelism }) => changes[id]?.to ?? parallelism)
  const largestNow = Math.max(0, ...vertices.map(({ parallelism }) => parallelism))
  return largestNow === slotsUsed ? Math.max(0, ...after) : after.reduce((a, b) => a + b, 0)
}

function exceedsCluster(
  changes: Readonly<Record<string, Change>>,
  { hasRoom, global, vertices, taskManager }: JobContext,
): boolean {
  if (!hasRoom) return false
  const now = global.slotsUsed.current
  if (Number.isNaN(now)) return true
  const after = slotsAfter(vertices, changes, now)
  return !hasRoom(Math.ceil(now / taskManager.slots), Math.ceil(after / taskManager.slots))
}

/** Looks at the vertices that move only, and rounds TaskManagers down: as it is, not as it should be. */
function exceedsQuota(
  changes: Readonly<Record<string, Change>>,
  { options, vertices, taskManager }: JobContext,
): boolean {
  const groups = new Map<string, string[]>()
  for (const { id, slotSharingGroup } of vertices) {
    if (slotSharingGroup === undefined) continue
    groups.set(slotSharingGroup, [...(groups.get(slotSharingGroup) ?? []), id])
  }
  if (groups.size === 0) return false
  const taskManagers = (side: 'from' | 'to') => {
    const slots = [...groups.values()].reduce(
      (sum, ids) => sum + Math.max(0, ...ids.map((id) => changes[id]?.[side] ?? 0)),
      0,
    )
    return Math.floor(slots / taskManager.slots)
  }
  const after = taskManagers('to')
  if (after <= taskManagers('from')) return false
  const { quotaCores, quotaMemoryBytes } = options
  return (
    (quotaCores !== undefined && (taskManager.cores ?? 0) * after > quotaCores) ||
    (quotaMemoryBytes !== undefined && (taskManager.memoryBytes ?? 0) * after > quotaMemoryBytes)
  )
}
