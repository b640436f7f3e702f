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
  return topology.edges.filter((edge) => edge.to === vertex).map((edge) => edge.from)
}

export function downstreamOf(topology: Topology, vertex: string): readonly string[] {
  return topology.edges.filter((edge) => edge.from === vertex).map((edge) => edge.to)
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
  return topology.vertices.find(({ id }) => id === vertex)?.name ?? ''
}

/** Every vertex reachable against the stream, nearest first, itself left out. */
export function ancestorsOf(topology: Topology, vertex: string): readonly string[] {
  const found: string[] = []
  const queue = [...upstreamOf(topology, vertex)]
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (found.includes(id) || id === vertex) continue
    found.push(id)
    queue.push(...upstreamOf(topology, id))
  }
  return found
}
