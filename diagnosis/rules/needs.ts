import { processKey } from '../../core/model/samples.ts'
import { ancestorsOf } from '../../core/model/topology.ts'
import type { Asked, Need } from '../engine/rule.ts'
import { type Bottleneck, isUndecided } from '../signals/bottleneck.ts'
import { hostKeysOf, loadOf, type VertexLoad } from '../signals/load.ts'
import { type CpuPerBusy, cpuPerBusy, type ProcessLoad } from '../signals/process.ts'
import { median } from '../signals/statistics.ts'
import type { JobView } from '../signals/view.ts'

/** The vertex's load and, when everything upstream waits for it, what shape that has. */
export interface Flow {
  readonly load: VertexLoad
  readonly bottleneck: Bottleneck | undefined
}

export const flow: Need<Flow> = {
  missing: 'busy, idle and backpressured time of every subtask (four samples of one attempt)',
  read(view, asked) {
    const vertex = vertexOf(asked)
    const load = vertex === undefined ? undefined : loadOf(view.loads, vertex)
    if (!load || load.subtasks.length < load.parallelism) return undefined
    const { topology } = view.facts
    if (topology && isUndecided(topology, view.loads, load)) return undefined
    return { load, bottleneck: view.bottlenecks.find((b) => b.load.vertex === vertex) }
  },
}

/** CPU of the TaskManagers that host the vertex ÷ its busy time: near 0 waits, near 1 computes. */
export const cpu: Need<CpuPerBusy> = {
  missing: 'CPU time of the TaskManagers (Prometheus reporter, or REST Status.JVM.CPU.Time)',
  read(view, asked) {
    const vertex = vertexOf(asked)
    return vertex === undefined
      ? undefined
      : cpuPerBusy(view.facts, view.loads, view.processes, vertex)
  },
}

/** Largest share of time in collections among the TaskManagers that host the vertex. */
export const gcOfHosts: Need<number> = {
  missing: 'garbage collection time of the TaskManagers',
  read(view, asked) {
    const shares = hostProcesses(view, asked).flatMap((p) => p.gcShare ?? [])
    return shares.length === 0 ? undefined : Math.max(...shares)
  },
}

/**
 * A task has about one mail a second that no record is behind (checkpoints, timers, metrics): of a record in three
 * seconds mails tell nothing.
 */
const MAILS_TELL_FROM = 5

/**
 * Mailbox mails per record of the saturated subtasks: about 1 is an asynchronous operator at its
 * capacity, far below 0.1 a synchronous one (measured 90/s at 97 records/s against 1/s at 395).
 */
export const mailsPerRecord: Need<number> = {
  missing: 'mailboxMailsPerSecond (Prometheus reporter), at five records a second or more',
  read(view, asked) {
    const vertex = vertexOf(asked)
    const load = vertex === undefined ? undefined : loadOf(view.loads, vertex)
    const ratios = load?.subtasks.flatMap(({ mailsPerSecond, recordsPerSecond }) =>
      mailsPerSecond === undefined ||
      recordsPerSecond === undefined ||
      recordsPerSecond < MAILS_TELL_FROM
        ? []
        : [mailsPerSecond / recordsPerSecond],
    )
    return median(ratios ?? [])
  },
}

/** Whether a backlog is being worked off above the vertex: then it is busy on purpose, for a while. */
export interface Backlog {
  readonly eventTimeSpeed: number | undefined
  /** Records the sources above had not fetched at the beginning and the end of the window. */
  readonly pending: { readonly from: number; readonly to: number } | undefined
}

export const backlog: Need<Backlog> = {
  missing: 'watermarks or pendingRecords',
  read(view, asked) {
    const vertex = vertexOf(asked)
    const load = vertex === undefined ? undefined : loadOf(view.loads, vertex)
    if (vertex === undefined || !load || !view.facts.topology) return undefined
    const eventTimeSpeed = median(load.subtasks.flatMap((s) => s.eventTimeSpeed ?? []))
    const above = new Set([vertex, ...ancestorsOf(view.facts.topology, vertex)])
    const pending = view.loads
      .filter((candidate) => above.has(candidate.vertex))
      .flatMap((candidate) => candidate.subtasks.flatMap((subtask) => subtask.pendingRecords ?? []))
    const sum = (of: 'from' | 'to') => pending.reduce((total, item) => total + item[of], 0)
    if (eventTimeSpeed === undefined && pending.length === 0) return undefined
    return {
      eventTimeSpeed,
      pending: pending.length === 0 ? undefined : { from: sum('from'), to: sum('to') },
    }
  },
}

function hostProcesses(view: JobView, asked: Asked): readonly ProcessLoad[] {
  const hosts = hostKeysOf(view.facts).get(vertexOf(asked) ?? '')
  return view.processes.filter(({ process }) => hosts?.has(processKey(process)))
}

export function vertexOf(asked: Asked): string | undefined {
  return asked.subject.kind === 'vertex' ? asked.subject.vertex : undefined
}

/** A vertex as the subject of a finding that a rule about the whole job makes. */
export function aboutVertex(
  { facts, run }: JobView,
  { id, name }: { readonly id: string; readonly name: string },
): Asked {
  return { subject: { kind: 'vertex', job: facts.job, run: run?.run ?? '', vertex: id }, name }
}
