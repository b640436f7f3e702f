/** How records travel along an edge; Flink names it in the plan as `ship_strategy`. */
export type ShipStrategy =
  | 'FORWARD'
  | 'HASH'
  | 'REBALANCE'
  | 'RESCALE'
  | 'BROADCAST'
  | 'GLOBAL'
  | 'OTHER'

export interface Vertex {
  readonly id: string
  readonly name: string
  readonly parallelism: number
  /** 0 where it is not known. */
  readonly maxParallelism: number
  readonly slotSharingGroup?: string
}

export interface Edge {
  readonly from: string
  readonly to: string
  readonly strategy: ShipStrategy
}

/** The job graph of one run, vertices in topological order from the sources. */
export interface Topology {
  readonly vertices: readonly Vertex[]
  readonly edges: readonly Edge[]
  /** Learned from metrics alone, which name vertices but no edge: any may be upstream of any other. */
  readonly inferred?: true
}

/** Vertices that send to this one; all that may, where the edges are not known. */
export function upstreamOf(topology: Topology, vertex: string): readonly string[] {
  if (topology.inferred) return topology.vertices.flatMap(({ id }) => (id === vertex ? [] : id))
  return indexOf(topology).upstream.get(vertex) ?? []
}

export function downstreamOf(topology: Topology, vertex: string): readonly string[] {
  return indexOf(topology).downstream.get(vertex) ?? []
}

interface GraphIndex {
  readonly upstream: ReadonlyMap<string, readonly string[]>
  readonly downstream: ReadonlyMap<string, readonly string[]>
  readonly names: ReadonlyMap<string, string>
  /** Filled as they are asked for. */
  readonly ancestors: Map<string, readonly string[]>
}

/** A graph is asked for every vertex by many rules: one of thousands of vertices is walked once. */
const indexes = new WeakMap<Topology, GraphIndex>()

function indexOf(topology: Topology): GraphIndex {
  const known = indexes.get(topology)
  if (known) return known
  const index = {
    upstream: neighbours(topology.edges.map(({ from, to }) => [to, from])),
    downstream: neighbours(topology.edges.map(({ from, to }) => [from, to])),
    names: new Map(topology.vertices.map(({ id, name }) => [id, name])),
    ancestors: new Map<string, readonly string[]>(),
  }
  indexes.set(topology, index)
  return index
}

function neighbours(
  pairs: readonly (readonly [string, string])[],
): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>()
  for (const [of, other] of pairs) {
    const list = lists.get(of)
    if (list) list.push(other)
    else lists.set(of, [other])
  }
  return lists
}

/** A vertex that nothing sends to; without edges, one that carries Flink's `Source: ` prefix. */
export function isSource(topology: Topology, vertex: string): boolean {
  if (topology.inferred) return /^Source: /.test(nameIn(topology, vertex))
  return upstreamOf(topology, vertex).length === 0
}

/**
 * A vertex that writes to the outside: a leaf, or one whose name carries Flink's sink suffixes
 * (`: Writer`, `: Committer`) or the `Sink: ` prefix of chained sinks.
 */
export function isSink(topology: Topology, vertex: string): boolean {
  const isLeaf = !topology.inferred && downstreamOf(topology, vertex).length === 0
  return isLeaf || /(^|-> )Sink: |: (Writer|Committer)\b/.test(nameIn(topology, vertex))
}

function nameIn(topology: Topology, vertex: string): string {
  return indexOf(topology).names.get(vertex) ?? ''
}

/** Every vertex reachable against the stream, nearest first, itself left out. */
export function ancestorsOf(topology: Topology, vertex: string): readonly string[] {
  const { ancestors } = indexOf(topology)
  const known = ancestors.get(vertex)
  if (known) return known
  const found = new Set<string>()
  // A set is walked in the order in which it grows.
  for (const id of upstreamOf(topology, vertex)) found.add(id)
  for (const id of found) {
    for (const above of upstreamOf(topology, id)) found.add(above)
  }
  found.delete(vertex)
  const list = [...found]
  ancestors.set(vertex, list)
  return list
}

/** Slots of a job: the largest parallelism of each slot sharing group, summed (SlotSharingGroup). */
export function slotsOf(
  vertices: readonly Pick<Vertex, 'parallelism' | 'slotSharingGroup'>[],
): number {
  const widest = new Map<string, number>()
  for (const { parallelism, slotSharingGroup = 'default' } of vertices)
    widest.set(slotSharingGroup, Math.max(widest.get(slotSharingGroup) ?? 0, parallelism))
  return [...widest.values()].reduce((sum, slots) => sum + slots, 0)
}
