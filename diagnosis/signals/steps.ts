import type { JobFacts } from '../../core/model/facts.ts'
import { upstreamOf } from '../../core/model/topology.ts'
import { HELD_BACK, SATURATED } from './bottleneck.ts'
import { type TaskVector, vectorsOf } from './vectors.ts'

/** What a vertex did between two readings of its subtasks. */
export interface VertexStep {
  readonly vertex: string
  readonly fromAt: number
  readonly toAt: number
  /** Backpressured share of its most backpressured subtask, and busy share of its busiest, 0–1. */
  readonly backpressured: number
  readonly busy: number
}

/**
 * One step per vertex and pair of neighbouring readings, oldest first: the finest that the counters
 * can tell, where a load over half a minute would blur the begin and the end of an episode.
 */
export function vertexSteps(facts: JobFacts): ReadonlyMap<string, readonly VertexStep[]> {
  const steps = new Map<string, Map<number, VertexStep>>()
  for (const { vertex, vectors } of vectorsOf(facts)) {
    const ofVertex = steps.get(vertex) ?? new Map<number, VertexStep>()
    steps.set(vertex, ofVertex)
    for (const [index, to] of vectors.entries()) {
      const from = vectors[index - 1]
      if (!from) continue
      const step = stepOf(vertex, from, to)
      const other = ofVertex.get(to.at)
      ofVertex.set(to.at, other ? worse(step, other) : step)
    }
  }
  return new Map(
    [...steps].map(([vertex, ofVertex]) => [
      vertex,
      [...ofVertex.values()].sort((a, b) => a.toAt - b.toAt),
    ]),
  )
}

function stepOf(vertex: string, from: TaskVector, to: TaskVector): VertexStep {
  const spanMs = to.clockMs - from.clockMs
  return {
    vertex,
    fromAt: from.at,
    toAt: to.at,
    // Flink adds its three times up at slightly different moments, so a share may pass 1 by a hair.
    backpressured: Math.min(1, (to.backpressuredMs - from.backpressuredMs) / spanMs),
    busy: Math.min(1, (to.busyMs - from.busyMs) / spanMs),
  }
}

function worse(a: VertexStep, b: VertexStep): VertexStep {
  return {
    ...a,
    fromAt: Math.min(a.fromAt, b.fromAt),
    backpressured: Math.max(a.backpressured, b.backpressured),
    busy: Math.max(a.busy, b.busy),
  }
}

/** A step, and the share by which somebody waits: 0 where nobody does. */
export interface WaitingStep extends VertexStep {
  readonly share: number
}

/** By how much each vertex waits for room downstream. */
export function victimSteps(steps: readonly VertexStep[]): readonly WaitingStep[] {
  return steps.map((step) => ({
    ...step,
    share: step.backpressured >= HELD_BACK ? step.backpressured : 0,
  }))
}

/** By how much others wait for this vertex: its direct upstream, while it is saturated itself. */
export function rootSteps(
  facts: JobFacts,
  vertex: string,
  steps: ReadonlyMap<string, readonly VertexStep[]>,
): readonly WaitingStep[] {
  const upstream = facts.topology ? upstreamOf(facts.topology, vertex) : []
  return (steps.get(vertex) ?? []).map((step) => {
    // Sources of one poll carry one time; others are matched by what they overlap.
    const heldBack = upstream.flatMap((id) =>
      (steps.get(id) ?? [])
        .filter(({ fromAt, toAt }) => fromAt < step.toAt && toAt > step.fromAt)
        .map(({ backpressured }) => backpressured),
    )
    const share = Math.max(0, ...heldBack)
    const isRoot = step.busy >= SATURATED && step.backpressured < HELD_BACK && share >= HELD_BACK
    return { ...step, share: isRoot ? share : 0 }
  })
}
