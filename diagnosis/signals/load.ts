import type { JobFacts } from '../../core/model/facts.ts'
import { processKey } from '../../core/model/samples.ts'
import { isSource, type Topology, type Vertex } from '../../core/model/topology.ts'
import { oncePer } from './once.ts'
import { max, mean, median } from './statistics.ts'
import { loadWindow, type SubtaskVectors, type TaskVector, vectorsOf } from './vectors.ts'

/** What one subtask did in the window, from differences of its counters. */
export interface SubtaskLoad {
  readonly subtask: number
  readonly attempt: number
  readonly taskmanager: string | undefined
  /** Shares of Flink's own clock (busy + idle + backpressured), 0–1. */
  readonly busy: number
  readonly idle: number
  readonly backpressured: number
  /** Records a second over that same clock: taken in, or sent out by a source. */
  readonly recordsPerSecond: number | undefined
  readonly recordsInPerSecond: number | undefined
  readonly recordsOutPerSecond: number | undefined
  /** How many distinct samples the differences rest on, and the span of Flink's clock. */
  readonly samples: number
  readonly spanMs: number
  readonly mailsPerSecond: number | undefined
  readonly mailboxLatencyMs: number | undefined
  readonly inPoolUsage: number | undefined
  readonly outPoolUsage: number | undefined
  /** How fast event time advances against the clock: 1 = real time, above = catching up. */
  readonly eventTimeSpeed: number | undefined
  /** Records a source had not fetched, at the beginning and the end of the window. */
  readonly pendingRecords: { readonly from: number; readonly to: number } | undefined
}

/** What one vertex did in the window. Undefined numbers are unknown, never zero. */
export interface VertexLoad {
  readonly vertex: string
  readonly name: string
  readonly parallelism: number
  readonly subtasks: readonly SubtaskLoad[]
  /** Means and maxima over the subtasks that were measured. */
  readonly busy: number | undefined
  readonly maxBusy: number | undefined
  readonly backpressured: number | undefined
  readonly maxBackpressured: number | undefined
  readonly idle: number | undefined
  /** Sum over the subtasks; undefined while one of them is not measured. */
  readonly recordsPerSecond: number | undefined
  /** Largest subtask rate ÷ median of the others. */
  readonly skew: number | undefined
}

/** One entry per vertex of the graph, in its order; none while the graph is unknown. */
export function vertexLoads(facts: JobFacts): readonly VertexLoad[] {
  const { topology } = facts
  if (!topology) return []
  const hosts = hostsOf(facts)
  const measured = new Map<string, SubtaskVectors[]>()
  for (const series of vectorsOf(facts)) {
    const list = measured.get(series.vertex)
    if (list) list.push(series)
    else measured.set(series.vertex, [series])
  }
  return topology.vertices.map((vertex) => {
    const source = isSource(topology, vertex.id)
    const series = measured.get(vertex.id) ?? []
    return vertexLoad(
      vertex,
      series.flatMap((s) => subtaskLoad(s, facts.at, source, hosts)),
    )
  })
}

function subtaskLoad(
  series: SubtaskVectors,
  at: number,
  source: boolean,
  hosts: ReadonlyMap<string, string>,
): readonly SubtaskLoad[] {
  const window = loadWindow(series.vectors, at)
  if (!window) return []
  const first = window[0]
  const last = window[window.length - 1] ?? first
  const spanMs = last.clockMs - first.clockMs
  const recordsInPerSecond = rate(first.recordsIn, last.recordsIn, spanMs)
  const recordsOutPerSecond = rate(first.recordsOut, last.recordsOut, spanMs)
  const { values } = last.sample
  return [
    {
      subtask: series.subtask,
      attempt: series.attempt,
      taskmanager: hosts.get(`${series.vertex}/${series.subtask}`),
      busy: (last.busyMs - first.busyMs) / spanMs,
      idle: (last.idleMs - first.idleMs) / spanMs,
      backpressured: (last.backpressuredMs - first.backpressuredMs) / spanMs,
      recordsPerSecond: source ? recordsOutPerSecond : recordsInPerSecond,
      recordsInPerSecond,
      recordsOutPerSecond,
      samples: window.length,
      spanMs,
      mailsPerSecond: values.mailsPerSecond,
      mailboxLatencyMs: values.mailboxLatencyMs,
      inPoolUsage: values.inPoolUsage,
      outPoolUsage: values.outPoolUsage,
      eventTimeSpeed: eventTimeSpeed(window),
      pendingRecords: pendingOf(window),
    },
  ]
}

function vertexLoad(vertex: Vertex, subtasks: readonly SubtaskLoad[]): VertexLoad {
  const rates = subtasks.flatMap((s) =>
    s.recordsPerSecond === undefined ? [] : [s.recordsPerSecond],
  )
  const complete = rates.length === vertex.parallelism
  return {
    vertex: vertex.id,
    name: vertex.name,
    parallelism: vertex.parallelism,
    subtasks,
    busy: mean(subtasks.map((s) => s.busy)),
    maxBusy: max(subtasks.map((s) => s.busy)),
    backpressured: mean(subtasks.map((s) => s.backpressured)),
    maxBackpressured: max(subtasks.map((s) => s.backpressured)),
    idle: mean(subtasks.map((s) => s.idle)),
    recordsPerSecond: complete ? rates.reduce((a, b) => a + b, 0) : undefined,
    skew: complete ? topAgainstOthers(rates) : undefined,
  }
}

/** Largest ÷ median of the others: with two subtasks a plain median would halve every skew. */
function topAgainstOthers(rates: readonly number[]): number | undefined {
  const [top, ...others] = [...rates].sort((a, b) => b - a)
  const middle = median(others)
  return top === undefined || middle === undefined || middle <= 0 ? undefined : top / middle
}

function rate(
  from: number | undefined,
  to: number | undefined,
  spanMs: number,
): number | undefined {
  if (from === undefined || to === undefined || to < from) return undefined
  return ((to - from) * 1000) / spanMs
}

/** Undefined where no watermark was ever set (Flink's Long.MIN_VALUE) or the input has ended. */
function eventTimeSpeed(window: readonly TaskVector[]): number | undefined {
  const marks = window.flatMap(({ at, sample }) => {
    const mark = sample.values.watermarkAt
    return mark !== undefined && mark > 0 && mark < 8e15 ? [{ at, mark }] : []
  })
  const first = marks[0]
  const last = marks.at(-1)
  if (!first || !last || last.at - first.at < 10_000) return undefined
  return (last.mark - first.mark) / (last.at - first.at)
}

function pendingOf(window: readonly TaskVector[]): SubtaskLoad['pendingRecords'] {
  const pending = window.flatMap(({ sample }) => sample.values.pendingRecords ?? [])
  const from = pending[0]
  const to = pending.at(-1)
  return from === undefined || to === undefined || pending.length < 2 ? undefined : { from, to }
}

/** `vertex/subtask` → ResourceID, by the newest placement. */
export const hostsOf = oncePer((facts: JobFacts): ReadonlyMap<string, string> => {
  const hosts = new Map<string, string>()
  for (const placement of facts.placements) {
    for (const task of placement.tasks) {
      if (task.taskmanager !== undefined)
        hosts.set(`${placement.vertex}/${task.subtask}`, task.taskmanager)
    }
  }
  return hosts
})

/** Vertex → the TaskManagers that host it, in the form that joins them to their processes. */
export const hostKeysOf = oncePer((facts: JobFacts): ReadonlyMap<string, ReadonlySet<string>> => {
  const keys = new Map<string, Set<string>>()
  for (const [task, host] of hostsOf(facts)) {
    const vertex = task.slice(0, task.lastIndexOf('/'))
    const own = keys.get(vertex)
    if (own) own.add(processKey(host))
    else keys.set(vertex, new Set([processKey(host)]))
  }
  return keys
})

const byVertex = oncePer(
  (loads: readonly VertexLoad[]): ReadonlyMap<string, VertexLoad> =>
    new Map(loads.map((load) => [load.vertex, load])),
)

export function loadOf(loads: readonly VertexLoad[], vertex: string): VertexLoad | undefined {
  return byVertex(loads).get(vertex)
}

export function nameOf(topology: Topology | undefined, vertex: string): string {
  return topology?.vertices.find((v) => v.id === vertex)?.name ?? vertex
}
