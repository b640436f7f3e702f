import dagre from '@dagrejs/dagre'
import type { TopologyView, VertexLoadView } from '../../../core/api/public.ts'

export interface PlacedVertex {
  readonly id: string
  readonly name: string
  readonly parallelism: number
  readonly x: number
  readonly y: number
  readonly load: VertexLoadView | undefined
}

export interface PlacedChannel {
  readonly key: string
  readonly strategy: string
  /** Middle of the right side of the upper vertex, and of the left side of the lower one. */
  readonly from: { readonly x: number; readonly y: number }
  readonly to: { readonly x: number; readonly y: number }
  /** Share of the buffers in use; null is unknown, never empty. */
  readonly fill: number | null
  readonly recordsPerSecond: number | null
  /** It stands before a root: the water is lit. */
  readonly lit: boolean
}

export interface River {
  readonly width: number
  readonly height: number
  readonly vertices: readonly PlacedVertex[]
  readonly channels: readonly PlacedChannel[]
}

export const CARD = { width: 188, narrow: 148, height: 100 }
/** Room for the plate of a root above its card. */
const HEADROOM = 44

/**
 * Lays the graph out from left to right in the width there is: cards shrink and channels shorten
 * before anything scrolls.
 */
export function layRiver(view: TopologyView, width: number): River {
  const { vertices, edges } = view.topology
  const graph = new dagre.graphlib.Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: 56, ranksep: 110, marginx: 0, marginy: 0 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of vertices) graph.setNode(id, { width: CARD.width, height: CARD.height })
  for (const { from, to } of edges) graph.setEdge(from, to)
  dagre.layout(graph)
  const columns = [...new Set(vertices.map(({ id }) => graph.node(id).x))].sort((a, b) => a - b)
  const cardWidth = width / columns.length > CARD.width + 90 ? CARD.width : CARD.narrow
  const gap =
    columns.length > 1
      ? Math.max(70, Math.min(170, (width - columns.length * cardWidth) / (columns.length - 1)))
      : 0
  const places = new Map(
    vertices.map(({ id }) => {
      const node = graph.node(id)
      return [
        id,
        { x: columns.indexOf(node.x) * (cardWidth + gap), y: node.y - CARD.height / 2 + HEADROOM },
      ]
    }),
  )
  const rootIds = new Set(
    view.loads.filter(({ role }) => role === 'root').map(({ vertex }) => vertex),
  )
  return {
    width: columns.length * cardWidth + (columns.length - 1) * gap,
    height: Math.max(...[...places.values()].map(({ y }) => y), 0) + CARD.height + 20,
    vertices: vertices.map(({ id, name, parallelism }) => ({
      id,
      name,
      parallelism,
      ...(places.get(id) ?? { x: 0, y: 0 }),
      load: view.loads.find(({ vertex }) => vertex === id),
    })),
    channels: edges.map(({ from, to, strategy }) => {
      const [a, b] = [places.get(from) ?? { x: 0, y: 0 }, places.get(to) ?? { x: 0, y: 0 }]
      const flow = view.channels.find((channel) => channel.from === from && channel.to === to)
      return {
        key: `${from} ${to}`,
        strategy,
        from: { x: a.x + cardWidth, y: a.y + CARD.height / 2 },
        to: { x: b.x, y: b.y + CARD.height / 2 },
        fill: flow?.fill ?? null,
        recordsPerSecond: flow?.recordsPerSecond ?? null,
        lit:
          rootIds.has(to) ||
          view.loads.some((load) => load.vertex === to && load.role === 'victim'),
      }
    }),
  }
}

export function cardWidthOf(river: River): number {
  return river.channels.length === 0
    ? CARD.width
    : Math.min(...river.channels.map(({ from }) => from.x - nearestLeft(river, from.x)))
}

/** The left side of the card whose right side is at `x`. */
function nearestLeft({ vertices }: River, x: number): number {
  return Math.max(...vertices.map((vertex) => vertex.x).filter((left) => left < x))
}
