import type { TopologyView, VertexLoadView } from '../../core/api/public.ts'
import type { Finding } from '../../core/model/finding.ts'
import { ancestorsOf, downstreamOf, type Topology } from '../../core/model/topology.ts'
import type { VertexLoad } from '../signals/load.ts'
import { mean } from '../signals/statistics.ts'
import { openCauses } from './job-view.ts'

/** From this share of backpressured time on, a vertex above a root counts as held back by it. */
const HELD_BACK = 0.5

/** The graph with what flows through it and who holds back whom. */
export function topologyView(
  at: number,
  topology: Topology,
  loads: readonly VertexLoad[],
  findings: readonly Finding[],
): TopologyView {
  const loadOf = new Map(loads.map((load) => [load.vertex, load]))
  const roots = rootsOf(topology, findings)
  return {
    at,
    topology,
    loads: topology.vertices.map(({ id }) =>
      loadView(id, loadOf.get(id), roleOf(id, topology, loadOf.get(id), roots)),
    ),
    channels: topology.edges.map(({ from, to }) => ({
      from,
      to,
      fill: fillOf(loadOf.get(from), loadOf.get(to)),
      recordsPerSecond: channelRate(topology, from, to, loadOf),
    })),
  }
}

type Role = VertexLoadView['role']

/** The vertices that open causes of the flow name. */
function rootsOf(topology: Topology, findings: readonly Finding[]): ReadonlySet<string> {
  const known = new Set(topology.vertices.map((vertex) => vertex.id))
  const roots = new Set<string>()
  for (const { category, subject } of openCauses(findings)) {
    const about = subject.subject
    if (category !== 'flow' || !('vertex' in about) || !known.has(about.vertex)) continue
    roots.add(about.vertex)
  }
  return roots
}

function roleOf(
  vertex: string,
  topology: Topology,
  load: VertexLoad | undefined,
  roots: ReadonlySet<string>,
): Role {
  if (roots.has(vertex)) return 'root'
  const all = [...roots]
  const above = all.some((root) => ancestorsOf(topology, root).includes(vertex))
  if (above && (load?.backpressured ?? 0) >= HELD_BACK) return 'victim'
  const below = ancestorsOf(topology, vertex).some((ancestor) => roots.has(ancestor))
  return below ? 'far' : 'calm'
}

function loadView(vertex: string, load: VertexLoad | undefined, role: Role): VertexLoadView {
  return {
    vertex,
    busy: load?.busy ?? null,
    backpressured: load?.backpressured ?? null,
    idle: load?.idle ?? null,
    recordsPerSecond: load?.recordsPerSecond ?? null,
    skew: load?.skew ?? null,
    subtasks: (load?.subtasks ?? []).map((subtask) => ({
      subtask: subtask.subtask,
      busy: subtask.busy,
      backpressured: subtask.backpressured,
      taskmanager: subtask.taskmanager ?? null,
    })),
    role,
  }
}

/**
 * How full a channel is: the writer's output buffers or the reader's input buffers, whichever stand
 * higher. A channel inside one TaskManager has no input buffers of its own (LocalInputChannel).
 */
function fillOf(writer: VertexLoad | undefined, reader: VertexLoad | undefined): number | null {
  const usage = (load: VertexLoad | undefined, pool: 'inPoolUsage' | 'outPoolUsage') =>
    mean((load?.subtasks ?? []).flatMap((subtask) => subtask[pool] ?? [])) ?? null
  const [out, input] = [usage(writer, 'outPoolUsage'), usage(reader, 'inPoolUsage')]
  return out === null && input === null ? null : Math.max(out ?? 0, input ?? 0)
}

/**
 * What a channel carries: what its only reader's only input takes, else what its writer sends to its
 * only reader. With several on both sides Flink counts no single channel.
 */
function channelRate(
  topology: Topology,
  from: string,
  to: string,
  loadOf: ReadonlyMap<string, VertexLoad>,
): number | null {
  const inputs = topology.edges.filter((edge) => edge.to === to).length
  if (inputs === 1) return loadOf.get(to)?.recordsPerSecond ?? null
  if (downstreamOf(topology, from).length !== 1) return null
  const writer = loadOf.get(from)
  if (!writer || writer.subtasks.length !== writer.parallelism) return null
  let sum = 0
  for (const { recordsOutPerSecond } of writer.subtasks) {
    if (recordsOutPerSecond === undefined) return null
    sum += recordsOutPerSecond
  }
  return sum
}
