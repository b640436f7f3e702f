import { buffersOf, DEFAULT_NETWORK } from '../../../core/flink/memory/network.ts'
import type { Topology } from '../../../core/model/topology.ts'
import { hostsOf } from '../../signals/load.ts'
import type { JobView } from '../../signals/view.ts'

/** Room above what the gates may take at once. */
const ROOM = 1.2

/** Subtasks of each vertex that one TaskManager hosts. */
export type Hosted = ReadonlyMap<string, number>

/** Network memory in bytes that the gates of these subtasks may take, at both ends of every edge. */
export function gateBytes(topology: Topology, hosted: Hosted): number {
  const parallelism = new Map(topology.vertices.map((v) => [v.id, v.parallelism]))
  const of = (id: string) => parallelism.get(id) ?? 1
  const buffers = topology.edges.reduce(
    (sum, { from, to, strategy }) =>
      sum +
      (hosted.get(from) ?? 0) * buffersOf(of(from), of(to), strategy) +
      (hosted.get(to) ?? 0) * buffersOf(of(to), of(from), strategy),
    0,
  )
  return buffers * DEFAULT_NETWORK.segmentBytes
}

/** What the fullest TaskManager should have: of where tasks really run, else of an even spread over the slots. */
export function networkNeedBytes(view: JobView, slots: number): number | undefined {
  const { topology } = view.facts
  if (!topology || topology.inferred) return undefined
  const placed = placedOn(view)
  const hosts = placed.length > 0 ? placed : [evenly(topology, slots)]
  return Math.max(...hosts.map((hosted) => gateBytes(topology, hosted))) * ROOM
}

function placedOn(view: JobView): readonly Hosted[] {
  const hosts = new Map<string, Map<string, number>>()
  for (const [task, host] of hostsOf(view.facts)) {
    const vertex = task.slice(0, task.lastIndexOf('/'))
    const hosted = hosts.get(host) ?? new Map<string, number>()
    hosts.set(host, hosted.set(vertex, (hosted.get(vertex) ?? 0) + 1))
  }
  return [...hosts.values()]
}

/** Slots are shared: one TaskManager hosts at most `slots` subtasks of a vertex, and no more than its part of them. */
export function evenly(topology: Topology, slots: number): Hosted {
  const largest = Math.max(1, ...topology.vertices.map(({ parallelism }) => parallelism))
  const taskManagers = Math.ceil(largest / slots)
  return new Map(
    topology.vertices.map(({ id, parallelism }) => [
      id,
      Math.min(slots, Math.ceil(parallelism / taskManagers)),
    ]),
  )
}
