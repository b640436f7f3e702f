import { processKey } from '../../core/model/samples.ts'
import {
  type Edge,
  isSource,
  type ShipStrategy,
  type Topology,
  type Vertex,
} from '../../core/model/topology.ts'
import { hostsOf, type VertexLoad } from '../signals/load.ts'
import { type SubtaskVectors, subtaskVectors } from '../signals/vectors.ts'
import type { JobView } from '../signals/view.ts'
import { bestRate, type Capacity, capacityOf } from './capacity.ts'

/** An input of a vertex and how many records come through it for each record its sender takes. */
export interface MeasuredInput {
  readonly from: string
  readonly strategy: ShipStrategy
  readonly perRecord: number | undefined
}

/** One vertex as its counters show it. Undefined is not measured, never zero. */
export interface MeasuredVertex {
  readonly vertex: Vertex
  readonly source: boolean
  readonly load: VertexLoad
  readonly capacity: Capacity | undefined
  /** Records a second it takes now (a source: sends). */
  readonly takenPerSecond: number | undefined
  /** Highest rate of half a minute in the window. */
  readonly carriedPerSecond: number | undefined
  /** How fast event time advances at its slowest subtask; 1 is real time. */
  readonly eventTimeSpeed: number | undefined
  /** By how many records a second the backlog in front of a source grows (below 0: shrinks). */
  readonly lagGrowthPerSecond: number | undefined
  readonly lagRecords: number | undefined
  /** Partitions a source reads, where every subtask says it. */
  readonly partitions: number | undefined
  readonly inputs: readonly MeasuredInput[]
}

/** The vertices of a job in topological order, as measured; none while the graph is not known. */
export function measure(view: JobView): readonly MeasuredVertex[] {
  const { topology } = view.facts
  if (!topology) return []
  const byVertex = new Map<string, SubtaskVectors[]>()
  for (const one of subtaskVectors(view.facts.tasks)) {
    const list = byVertex.get(one.vertex)
    if (list) list.push(one)
    else byVertex.set(one.vertex, [one])
  }
  const gcShares = gcSharesOf(view)
  const flow = flowOf(view, topology)
  return topology.vertices.flatMap((vertex) => {
    const load = flow.loads.get(vertex.id)
    if (!load) return []
    const series = byVertex.get(vertex.id) ?? []
    const inputs = flow.into.get(vertex.id) ?? []
    const source = topology.inferred ? isSource(topology, vertex.id) : inputs.length === 0
    const counter = source ? 'recordsOut' : 'recordsIn'
    const speeds = load.subtasks.flatMap((subtask) => subtask.eventTimeSpeed ?? [])
    return [
      {
        ...{ vertex, load, source },
        capacity: capacityOf(series, view.facts.at, counter, gcShares.get(vertex.id)),
        takenPerSecond: load.recordsPerSecond,
        carriedPerSecond: bestRate(series, load.parallelism, counter),
        eventTimeSpeed: speeds.length > 0 ? Math.min(...speeds) : undefined,
        ...(source ? lagOf(series, view.facts.at, load) : NO_LAG),
        partitions: source ? partitionsOf(series, load) : undefined,
        inputs: inputs.map(({ from, strategy }) => ({
          ...{ from, strategy },
          perRecord: perRecord(flow, from, vertex.id),
        })),
      },
    ]
  })
}

/** What flows along the graph, by vertex. */
interface Flow {
  readonly loads: ReadonlyMap<string, VertexLoad>
  readonly into: ReadonlyMap<string, readonly Edge[]>
  /** How many edges lead out of a vertex. */
  readonly outs: ReadonlyMap<string, number>
  readonly sent: ReadonlyMap<string, number | undefined>
}

function flowOf({ loads }: JobView, { edges }: Topology): Flow {
  const into = new Map<string, Edge[]>()
  const outs = new Map<string, number>()
  for (const edge of edges) {
    const list = into.get(edge.to)
    if (list) list.push(edge)
    else into.set(edge.to, [edge])
    outs.set(edge.from, (outs.get(edge.from) ?? 0) + 1)
  }
  return {
    ...{ into, outs },
    loads: new Map(loads.map((load) => [load.vertex, load])),
    sent: new Map(loads.map((load) => [load.vertex, sumOf(load, 'recordsOutPerSecond')])),
  }
}

/** Collections take time from all tasks of a TaskManager: by vertex, the largest share among its hosts. */
function gcSharesOf(view: JobView): ReadonlyMap<string, number> {
  const ofHost = new Map(
    view.processes.map(({ process, gcShare }) => [processKey(process), gcShare ?? 0]),
  )
  const shares = new Map<string, number>()
  for (const [task, host] of hostsOf(view.facts)) {
    const vertex = task.slice(0, task.lastIndexOf('/'))
    const share = Math.min(0.9, ofHost.get(processKey(host)) ?? 0)
    shares.set(vertex, Math.max(share, shares.get(vertex) ?? 0))
  }
  return shares
}

function sumOf(
  { subtasks, parallelism }: VertexLoad,
  rate: 'recordsInPerSecond' | 'recordsOutPerSecond',
): number | undefined {
  const rates = subtasks.flatMap((subtask) => subtask[rate] ?? [])
  return rates.length === parallelism ? rates.reduce((a, b) => a + b, 0) : undefined
}

/**
 * Records to `to` for each that `from` takes. Flink counts per vertex, not per edge: an only input is what goes in;
 * else what goes in less what the others send, if those send nowhere else. Otherwise it is not known.
 */
function perRecord({ loads, into, outs, sent }: Flow, from: string, to: string) {
  const taken = loads.get(from)?.recordsPerSecond
  const receiver = loads.get(to)
  const received = receiver && sumOf(receiver, 'recordsInPerSecond')
  if (taken === undefined || taken <= 0 || received === undefined) return undefined
  const others = new Set(into.get(to)?.flatMap((edge) => (edge.from === from ? [] : edge.from)))
  const lonely = [...others].every((id) => outs.get(id) === 1)
  if (!lonely) {
    const out = sent.get(from)
    return outs.get(from) === 1 && out !== undefined ? out / taken : undefined
  }
  let rest = received
  for (const id of others) {
    const out = sent.get(id)
    if (out === undefined) return undefined
    rest -= out
  }
  return Math.max(0, rest) / taken
}

/** Upstream waits at least this share of its time: below it, what a source has not fetched is a true number. */
const HELD_BACK = 0.1

/**
 * The backlog in front of a source and how it grows: from the broker's own offsets, else from `pendingRecords` while
 * nothing holds the source back (held back it under-reports many times over).
 */
function lagOf(series: readonly SubtaskVectors[], now: number, load: VertexLoad): Lag {
  const ends = series.flatMap(({ vectors }) => {
    const lags = vectors
      .filter(({ at }) => now - at <= LAG_WINDOW_MS)
      .flatMap(({ at, sample }) => {
        const lag = sample.values.lagRecords
        return lag === undefined ? [] : [{ at, lag }]
      })
    const [first, last] = [lags[0], lags.at(-1)]
    return first && last && last.at - first.at >= LAG_SPAN_MS ? [{ first, last }] : []
  })
  if (ends.length > 0 && ends.length === load.parallelism) {
    return {
      lagRecords: ends.reduce((sum, { last }) => sum + last.lag, 0),
      lagGrowthPerSecond: ends.reduce(
        (sum, { first, last }) => sum + ((last.lag - first.lag) * 1000) / (last.at - first.at),
        0,
      ),
    }
  }
  const pending = load.subtasks.flatMap(({ pendingRecords, spanMs }) =>
    pendingRecords ? [{ ...pendingRecords, spanMs }] : [],
  )
  const heldBack = (load.maxBackpressured ?? 0) >= HELD_BACK
  if (heldBack || pending.length === 0 || pending.length < load.parallelism) return NO_LAG
  return {
    lagRecords: pending.reduce((sum, { to }) => sum + to, 0),
    lagGrowthPerSecond: pending.reduce(
      (sum, { from, to, spanMs }) => sum + ((to - from) * 1000) / spanMs,
      0,
    ),
  }
}

type Lag = Pick<MeasuredVertex, 'lagGrowthPerSecond' | 'lagRecords'>

const NO_LAG: Lag = { lagRecords: undefined, lagGrowthPerSecond: undefined }

/** Short, so that a jump in what arrives is not averaged with what came before it. */
const LAG_WINDOW_MS = 35_000
const LAG_SPAN_MS = 20_000

/** Partitions that all subtasks read together, by their newest words. */
function partitionsOf(series: readonly SubtaskVectors[], load: VertexLoad): number | undefined {
  const read = series.flatMap(({ vectors }) => vectors.at(-1)?.sample.values.sourcePartitions ?? [])
  const sum = read.reduce((a, b) => a + b, 0)
  return read.length === load.parallelism && sum > 0 ? sum : undefined
}
