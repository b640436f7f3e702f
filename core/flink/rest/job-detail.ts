import { z } from 'zod'
import type { Edge, ShipStrategy, Topology, Vertex } from '../../model/topology.ts'
import { jobStates } from './jobs.ts'

/** `GET /jobs/:id` (JobDetailsHandler), as far as it is read. `job-type` came with 1.20. */
export const JobDetail = z.object({
  jid: z.string(),
  name: z.string(),
  state: z.enum(jobStates),
  'job-type': z.string().optional(),
  'start-time': z.number(),
  'end-time': z.number(),
  timestamps: z.record(z.string(), z.number()),
  vertices: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      parallelism: z.number(),
      maxParallelism: z.number(),
      slotSharingGroupId: z.string().optional(),
    }),
  ),
  plan: z.object({
    type: z.string().optional(),
    nodes: z.array(
      z.object({
        id: z.string(),
        inputs: z.array(z.object({ id: z.string(), ship_strategy: z.string() })).optional(),
      }),
    ),
  }),
})
export type JobDetail = z.output<typeof JobDetail>

const strategies: readonly ShipStrategy[] = [
  'FORWARD',
  'HASH',
  'REBALANCE',
  'RESCALE',
  'BROADCAST',
  'GLOBAL',
]

/** The job graph, vertices in topological order. Names are the vertices' own: plan descriptions carry markup. */
export function topologyOf(detail: JobDetail): Topology {
  const edges: Edge[] = detail.plan.nodes.flatMap((node) =>
    (node.inputs ?? []).map((input) => ({
      from: input.id,
      to: node.id,
      strategy: strategies.find((strategy) => strategy === input.ship_strategy) ?? 'OTHER',
    })),
  )
  const vertices: Vertex[] = detail.vertices.map(
    ({ id, name, parallelism, maxParallelism, slotSharingGroupId }) => ({
      id,
      name,
      parallelism,
      maxParallelism,
      ...(slotSharingGroupId === undefined ? {} : { slotSharingGroup: slotSharingGroupId }),
    }),
  )
  return { vertices: inFlowOrder(vertices, edges), edges }
}

function inFlowOrder(vertices: readonly Vertex[], edges: readonly Edge[]): readonly Vertex[] {
  const ordered: Vertex[] = []
  const left = new Set(vertices)
  while (left.size > 0) {
    const ready = [...left].filter((vertex) =>
      edges.every(
        (edge) => edge.to !== vertex.id || ![...left].some((other) => other.id === edge.from),
      ),
    )
    // A graph of Flink has no cycle; a body that claims one keeps its own order.
    const next = ready.length > 0 ? ready : [...left]
    for (const vertex of next) {
      ordered.push(vertex)
      left.delete(vertex)
    }
  }
  return ordered
}

/** Bounded jobs get no lag and checkpoint rules. Before 1.20 only the plan tells. */
export function isBounded(detail: JobDetail): boolean {
  return (detail['job-type'] ?? detail.plan.type ?? 'STREAMING') === 'BATCH'
}
