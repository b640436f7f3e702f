import type { Topology } from '../../core/model/topology.ts'
import type { Demand } from './demand.ts'
import type { TuningHistory, TuningPolicy } from './history.ts'
import type { MeasuredVertex } from './measure.ts'
import { scalabilityOf } from './scalability.ts'
import { type Limit, type Size, sizeFor } from './size.ts'

/** A vertex with what will arrive at it, and the size for that. */
export interface PlannedVertex {
  readonly measured: MeasuredVertex
  readonly demand: Demand
  /** Absent where its capacity is not known. */
  readonly size: Size | undefined
  /** A vertex that cannot pass on more, so that this one gets less than its sources would send. */
  readonly heldBy: { readonly name: string; readonly because: string } | undefined
}

export interface PlanContext {
  readonly topology: Topology
  readonly history: TuningHistory
  readonly policy: TuningPolicy
  readonly restartMs: number | undefined
  /** Vertices that an outside system or a key holds at what they pass now, with the reason. */
  readonly fixed: Readonly<Record<string, string>>
}

/**
 * Sizes for the demand of every vertex. What cannot carry its demand at any size (partitions, key groups, a fixed
 * vertex) holds its sources back, so everything that these feed is sized for what will really arrive.
 */
export function planOf(
  measured: readonly MeasuredVertex[],
  demands: ReadonlyMap<string, Demand>,
  context: PlanContext,
): ReadonlyMap<string, PlannedVertex> {
  const sources = sourcesOf(context.topology)
  const holds = measured.flatMap((one) =>
    holdOf(one, demands.get(one.vertex.id), context, sources.get(one.vertex.id) ?? []),
  )
  const plan = new Map<string, PlannedVertex>()
  for (const one of measured) {
    const demand = demands.get(one.vertex.id)
    if (!demand) continue
    const own = sources.get(one.vertex.id) ?? []
    const hold = holds
      .filter(
        ({ vertex, sources: held }) =>
          vertex !== one.vertex.id && own.some((id) => held.includes(id)),
      )
      .sort((a, b) => a.share - b.share)[0]
    const less = hold ? { ...demand, perSecond: demand.perSecond * hold.share } : demand
    plan.set(one.vertex.id, {
      measured: one,
      demand: less,
      size: sized(one, less, context),
      heldBy: hold && { name: hold.name, because: hold.because },
    })
  }
  return plan
}

interface Hold {
  readonly vertex: string
  readonly name: string
  readonly because: string
  /** Of its demand that it can pass on, 0–1. */
  readonly share: number
  readonly sources: readonly string[]
}

function holdOf(
  one: MeasuredVertex,
  demand: Demand | undefined,
  context: PlanContext,
  sources: readonly string[],
): readonly Hold[] {
  const { id, name } = one.vertex
  if (!demand || demand.perSecond <= 0) return []
  const fixed = context.fixed[id]
  const limit = limitOf(one)
  const most =
    fixed !== undefined
      ? one.takenPerSecond
      : limit && one.capacity && limit.subtasks * one.capacity.value * FULLY_BUSY
  if (most === undefined || most >= demand.perSecond) return []
  const because = fixed ?? limit?.because ?? ''
  return [
    {
      vertex: id,
      name,
      because,
      share: most / demand.perSecond,
      sources,
    },
  ]
}

/** A vertex is worth sizing others for up to here. */
const FULLY_BUSY = 0.95

/** The sources that feed each vertex; vertices stand in topological order. */
function sourcesOf({ vertices, edges }: Topology): ReadonlyMap<string, readonly string[]> {
  const senders = new Map<string, string[]>()
  for (const { from, to } of edges) senders.set(to, [...(senders.get(to) ?? []), from])
  const sources = new Map<string, readonly string[]>()
  for (const { id } of vertices) {
    const above = senders.get(id)
    const fed = above?.flatMap((sender) => sources.get(sender) ?? []) ?? [id]
    sources.set(id, [...new Set(fed)])
  }
  return sources
}

/** Key groups bound what is keyed, partitions bound sources; Flink's max parallelism bounds everything. */
export function limitOf({ vertex, partitions }: MeasuredVertex): Limit | undefined {
  const most = vertex.maxParallelism > 0 ? vertex.maxParallelism : undefined
  if (partitions !== undefined && partitions < (most ?? Number.POSITIVE_INFINITY))
    return {
      subtasks: partitions,
      because: `it reads ${partitions} partitions, and one subtask reads each`,
    }
  return most === undefined
    ? undefined
    : { subtasks: most, because: `its max parallelism is ${most}` }
}

/** What its load is divided by: partitions, or key groups behind a hash; undefined where any record may go anywhere. */
export function groupsOf({ vertex, partitions, inputs }: MeasuredVertex): number | undefined {
  if (partitions !== undefined) return partitions
  const keyed = inputs.some(({ strategy }) => strategy === 'HASH')
  return keyed && vertex.maxParallelism > 0 ? vertex.maxParallelism : undefined
}

function sized(
  one: MeasuredVertex,
  demand: Demand,
  { history, policy, restartMs }: PlanContext,
): Size | undefined {
  if (!one.capacity || one.capacity.value <= 0) return undefined
  return sizeFor({
    demandPerSecond: demand.perSecond,
    capacity: one.capacity,
    from: one.vertex.parallelism,
    groups: groupsOf(one),
    limit: limitOf(one),
    scalability: scalabilityOf(history.sizes?.[one.vertex.id] ?? []),
    restartMs,
    policy,
  })
}

/** Busy share of a vertex at a size, were nothing else in its way: above 1 it holds its sources back. */
export function busyAt(
  one: MeasuredVertex,
  demandPerSecond: number,
  subtasks: number,
): { readonly value: number; readonly low: number; readonly high: number } | undefined {
  const { capacity } = one
  if (!capacity || capacity.value <= 0) return undefined
  const share = (perSubtask: number) => demandPerSecond / (subtasks * perSubtask)
  return {
    value: share(capacity.value),
    low: share(capacity.high),
    high: capacity.low > 0 ? share(capacity.low) : Number.POSITIVE_INFINITY,
  }
}
