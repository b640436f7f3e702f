import { ancestorsOf, type Topology, upstreamOf } from '../../core/model/topology.ts'
import { loadOf, type SubtaskLoad, type VertexLoad } from './load.ts'
import { mean, median } from './statistics.ts'

/** A subtask this busy has no time left: what arrives beyond it waits. */
export const SATURATED = 0.85

/**
 * Upstream held back at least this share of its time: a rate r against a capacity c holds the
 * upstream back 1 − c/r, so 0.1 is an overload of about 10 %.
 */
export const HELD_BACK = 0.1

/**
 * - `uniform`: (nearly) all subtasks are saturated
 * - `skewed`: few are, and they get far more records than the others
 * - `slow-few`: few are, although they get no more than the others: a slow instance, a blocked snapshot
 * - `stuck`: a saturated subtask passes no record at all
 */
export type BottleneckShape = 'uniform' | 'skewed' | 'slow-few' | 'stuck'

/** The first vertex below backpressured ones that is itself busy and not backpressured. */
export interface Bottleneck {
  readonly load: VertexLoad
  readonly shape: BottleneckShape
  readonly saturated: readonly SubtaskLoad[]
  /** Largest backpressured share among the direct upstream vertices. */
  readonly heldBack: number
  /** Saturated rate ÷ median of the others; 1 where all are saturated. */
  readonly topAgainstOthers: number
  /** Vertices upstream that are backpressured because of it, nearest first. */
  readonly victims: readonly string[]
}

export function bottlenecks(
  topology: Topology,
  loads: readonly VertexLoad[],
): readonly Bottleneck[] {
  return loads.flatMap((load) => {
    const upstream = upstreamOf(topology, load.vertex)
    const heldBack = Math.max(0, ...upstream.map((id) => loadOf(loads, id)?.maxBackpressured ?? 0))
    const saturated = load.subtasks.filter((subtask) => subtask.busy >= SATURATED)
    if (saturated.length === 0 || heldBack < HELD_BACK) return []
    // Without edges only what waits for nobody can be the one that others wait for.
    if (topology.inferred && (load.maxBackpressured ?? 0) >= HELD_BACK) return []
    const victims = ancestorsOf(topology, load.vertex).filter(
      (id) => (loadOf(loads, id)?.maxBackpressured ?? 0) >= HELD_BACK,
    )
    return [{ load, heldBack, saturated, victims, ...shapeOf(load, saturated) }]
  })
}

/**
 * Whether a vertex with a saturated subtask may be a bottleneck, or one of another shape, for all that was not
 * measured: what waits for it has subtasks that nobody heard of, or rates that would tell a skew are missing.
 */
export function isUndecided(
  topology: Topology,
  loads: readonly VertexLoad[],
  load: VertexLoad,
): boolean {
  const saturated = load.subtasks.filter((subtask) => subtask.busy >= SATURATED)
  if (saturated.length === 0) return false
  const above = upstreamOf(topology, load.vertex).map((id) => loadOf(loads, id))
  const isHeldBack = above.some((one) => (one?.maxBackpressured ?? 0) >= HELD_BACK)
  if (!isHeldBack) return above.some((one) => !one || one.subtasks.length < one.parallelism)
  return (
    saturated.length < UNIFORM_SHARE * load.parallelism &&
    load.subtasks.some(({ recordsPerSecond }) => recordsPerSecond === undefined)
  )
}

/** Few means fewer than three quarters: with two subtasks both must be saturated to be uniform. */
const UNIFORM_SHARE = 0.75
const SKEWED_TIMES = 2

function shapeOf(
  load: VertexLoad,
  saturated: readonly SubtaskLoad[],
): { readonly shape: BottleneckShape; readonly topAgainstOthers: number } {
  if (saturated.some((subtask) => subtask.recordsPerSecond === 0))
    return { shape: 'stuck', topAgainstOthers: 0 }
  const others = load.subtasks.filter((subtask) => !saturated.includes(subtask))
  if (others.length === 0 || saturated.length >= UNIFORM_SHARE * load.parallelism) {
    return { shape: 'uniform', topAgainstOthers: 1 }
  }
  const rates = (of: readonly SubtaskLoad[]) => of.flatMap((s) => s.recordsPerSecond ?? [])
  const top = mean(rates(saturated)) ?? 0
  const rest = median(rates(others)) ?? 0
  const topAgainstOthers = rest > 0 ? top / rest : Number.POSITIVE_INFINITY
  return { shape: topAgainstOthers >= SKEWED_TIMES ? 'skewed' : 'slow-few', topAgainstOthers }
}
