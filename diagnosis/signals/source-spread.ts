import type { ShipStrategy, Topology, Vertex } from '../../core/model/topology.ts'
import { SATURATED } from './bottleneck.ts'
import { loadOf, type SubtaskLoad } from './load.ts'
import { backlogOf, partitionsOf, sourcesOf } from './sources.ts'
import { mean, median } from './statistics.ts'
import type { JobView } from './view.ts'

/** The few subtasks that have no time left because of what their part of the source brings. */
export interface Loaded {
  /** The source itself, or the vertex its records go to without being spread again. */
  readonly vertex: Vertex
  readonly subtasks: readonly SubtaskLoad[]
  /** Their records ÷ the median of the others. */
  readonly times: number
  readonly heldBack: number
}

/** How a Kafka source shares its partitions among its subtasks. */
export interface SourceSpread {
  readonly source: Vertex
  readonly bySubtask: ReadonlyMap<number, number>
  readonly partitions: number
  readonly mostPartitions: number
  /** Records of a partition of the loaded subtasks ÷ of a partition of the others; 1 while none is loaded. */
  readonly perPartition: number
  readonly loaded: Loaded | undefined
}

/** Undefined while no reporter tells the partitions of the sources. */
export function sourceSpreads(view: JobView): readonly SourceSpread[] | undefined {
  const { facts } = view
  const spreads = sourcesOf(facts).flatMap((source) => {
    const bySubtask = partitionsOf(facts, source.id)
    if (!bySubtask || bySubtask.size < source.parallelism) return []
    const counts = [...bySubtask.values()]
    const loaded = loadedBy(view, source)
    return [
      {
        ...{ source, bySubtask, loaded },
        partitions: counts.reduce((a, b) => a + b, 0),
        mostPartitions: Math.max(...counts),
        perPartition: loaded ? timesPerPartition(view, source, bySubtask, loaded) : 1,
      },
    ]
  })
  const isReported = facts.tasks.some(({ values }) => values.sourceIdleMs !== undefined)
  return spreads.length > 0 || isReported ? spreads : undefined
}

/** Edges that leave each record in the share it came in. */
const POINTWISE: readonly ShipStrategy[] = ['FORWARD', 'RESCALE']

/** What a source's subtasks bring too unevenly for one of its followers, or for itself. */
export function loadedBy(view: JobView, source: Vertex): Loaded | undefined {
  const { topology } = view.facts
  if (!topology || topology.inferred) return undefined
  const below = view.bottlenecks.find(
    ({ load, shape }) => shape === 'skewed' && isFedPointwise(topology, source.id, load.vertex),
  )
  const vertex = topology.vertices.find(({ id }) => id === below?.load.vertex)
  if (below && vertex) {
    const { saturated: subtasks, topAgainstOthers: times, heldBack } = below
    return { vertex, subtasks, times, heldBack }
  }
  return loadedItself(view, source)
}

function isFedPointwise(topology: Topology, source: string, vertex: string): boolean {
  const edges = topology.edges.filter(({ to }) => to === vertex)
  return edges.some(
    ({ from, strategy }) =>
      POINTWISE.includes(strategy) && (from === source || isFedPointwise(topology, source, from)),
  )
}

const FEW = 0.5
const MORE_TIMES = 1.5

/** The work stands in the source's own chain: nobody above it waits, but what it has not read piles up. */
function loadedItself(view: JobView, source: Vertex): Loaded | undefined {
  const load = loadOf(view.loads, source.id)
  const subtasks = load?.subtasks.filter(({ busy }) => busy >= SATURATED) ?? []
  if (!load || subtasks.length === 0 || subtasks.length > FEW * load.parallelism) return undefined
  const others = load.subtasks.filter((subtask) => !subtasks.includes(subtask))
  const rates = (of: readonly SubtaskLoad[]) => of.flatMap((s) => s.recordsPerSecond ?? [])
  const [top, rest] = [mean(rates(subtasks)), median(rates(others))]
  if (top === undefined || rest === undefined || rest <= 0 || top < MORE_TIMES * rest)
    return undefined
  const backlog = backlogOf(view.facts, source.id)
  if (!backlog?.trend.isSteady || backlog.trend.perSecond <= 0) return undefined
  // What it leaves behind is to it what being held back is to somebody upstream.
  const { perSecond } = backlog.trend
  const heldBack = perSecond / (perSecond + backlog.readPerSecond)
  return { vertex: source, subtasks, times: top / rest, heldBack }
}

/** What one partition of the loaded subtasks brings ÷ one of the others. */
function timesPerPartition(
  view: JobView,
  source: Vertex,
  bySubtask: ReadonlyMap<number, number>,
  { subtasks: loaded, times }: Loaded,
): number {
  const own = loadOf(view.loads, source.id)?.subtasks ?? []
  const perPartition = own.flatMap(({ subtask, recordsPerSecond }) => {
    const partitions = bySubtask.get(subtask) ?? 0
    return recordsPerSecond === undefined || partitions === 0
      ? []
      : [{ subtask, rate: recordsPerSecond / partitions }]
  })
  const isTop = ({ subtask }: { readonly subtask: number }) =>
    loaded.some((one) => one.subtask === subtask)
  const top = mean(perPartition.filter(isTop).map(({ rate }) => rate))
  const rest = median(perPartition.filter((one) => !isTop(one)).map(({ rate }) => rate))
  return top === undefined || rest === undefined || rest <= 0 ? times : top / rest
}
