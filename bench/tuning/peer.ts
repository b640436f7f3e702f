import { readingOf } from '../../diagnosis/tuning/autoscaler/collect.ts'
import type { ScaledVertex, VertexReading } from '../../diagnosis/tuning/autoscaler/evaluate.ts'
import type { JobDecision } from '../../diagnosis/tuning/autoscaler/job.ts'
import {
  type AutoscalerState,
  autoscalerRound,
  NOTHING_SEEN,
} from '../../diagnosis/tuning/autoscaler/loop.ts'
import {
  type AutoscalerOptions,
  autoscalerOptions,
} from '../../diagnosis/tuning/autoscaler/options.ts'
import type { Hidden } from './facts.ts'
import {
  RESTART_SECONDS,
  type SimState,
  type SimVertex,
  SLOTS_PER_TASKMANAGER,
  type Troubles,
} from './stream.ts'

/** The autoscaler as it comes, and with what its documentation would have an attentive owner set. */
export const peerSettings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'autoscaler defaults': {},
  'autoscaler best': {
    'job.autoscaler.stabilization.interval': '1 min',
    'job.autoscaler.metrics.window': '3 min',
    'job.autoscaler.utilization.max': '0.8',
    'job.autoscaler.utilization.min': '0.6',
    'job.autoscaler.scale-down.interval': '10 min',
    'job.autoscaler.restart.time-tracking.enabled': 'true',
    'job.autoscaler.scaling.effectiveness.detection.enabled': 'true',
  },
}

export const optionsOf = (name: string): AutoscalerOptions =>
  autoscalerOptions(peerSettings[name] ?? {})

/** Counters of a subtask at a moment, for the gauges that average over the last minute. */
interface Moment {
  readonly second: number
  readonly attempt: number
  readonly counters: ReadonlyMap<string, readonly Counters[]>
}

interface Counters {
  readonly busyMs: number
  readonly backpressuredMs: number
  readonly idleMs: number
  readonly recordsIn: number
  readonly recordsOut: number
}

/** The peer's memory: its own, and the minute behind Flink's gauges. */
export interface PeerState {
  readonly autoscaler: AutoscalerState
  readonly moments: readonly Moment[]
}

export const PEER_BEGIN: PeerState = { autoscaler: NOTHING_SEEN, moments: [] }

/** One loop of the autoscaler over the simulated job, every ten seconds. */
export function peerLooks(
  peer: PeerState,
  state: SimState,
  vertices: readonly SimVertex[],
  second: number,
  options: AutoscalerOptions,
  troubles: Troubles,
  hidden: Hidden,
): { readonly peer: PeerState; readonly decision: JobDecision | undefined } {
  if (second < state.runningFrom) return { peer, decision: undefined }
  const moments = [...peer.moments, momentOf(state, second, hidden)].filter(
    (moment) => moment.attempt === state.attempt && second - moment.second <= 60,
  )
  const first = moments[0]
  const last = moments.at(-1)
  if (!first || !last || first === last) return { peer: { ...peer, moments }, decision: undefined }
  const scaled = vertices.map((vertex) => scaledVertex(vertex, state))
  const readings = vertices.map((vertex) => [
    vertex.id,
    reading(vertex, state, { first, last }, options, peer.autoscaler, hidden),
  ])
  const { state: autoscaler, decision } = autoscalerRound(
    peer.autoscaler,
    {
      reading: {
        at: second * 1000,
        vertices: Object.fromEntries(readings),
        global: {
          gcPressure: troubles.gcShare ?? 0,
          heapUsageRatio: 0.9,
          slotsUsed: Math.max(...state.parallelism.values()),
        },
      },
      vertices: scaled,
      runningSince: state.runningSince * 1000,
      taskManager: { slots: SLOTS_PER_TASKMANAGER },
    },
    options,
    'main',
  )
  return { peer: { autoscaler, moments }, decision }
}

/** The autoscaler has measured its own restart once the job runs again. */
export function restarted(peer: PeerState): PeerState {
  const { autoscaler } = peer
  return {
    ...peer,
    autoscaler: {
      ...autoscaler,
      trackedRestartSeconds: [...autoscaler.trackedRestartSeconds, RESTART_SECONDS],
    },
  }
}

function scaledVertex(vertex: SimVertex, state: SimState): ScaledVertex {
  return {
    id: vertex.id,
    parallelism: state.parallelism.get(vertex.id) ?? 1,
    maxParallelism: vertex.maxParallelism ?? 128,
    sourcePartitions: vertex.partitions ?? 0,
    inputs: (vertex.inputs ?? []).map(({ from, ship = 'REBALANCE' }) => ({ from, ship })),
  }
}

/** What the endpoints aggregate is of the subtasks that have the metric: the others are left out silently. */
function momentOf(state: SimState, second: number, hidden: Hidden): Moment {
  return {
    second,
    attempt: state.attempt,
    counters: new Map(
      [...state.subtasks].map(([id, subtasks]) => [
        id,
        subtasks.slice(hidden.subtasks?.[id] ?? 0).map((subtask) => ({ ...subtask })),
      ]),
    ),
  }
}

function reading(
  vertex: SimVertex,
  state: SimState,
  minute: { readonly first: Moment; readonly last: Moment },
  options: AutoscalerOptions,
  autoscaler: AutoscalerState,
  hidden: Hidden,
): VertexReading {
  const now = minute.last.counters.get(vertex.id) ?? []
  const before = minute.first.counters.get(vertex.id) ?? []
  const seconds = minute.last.second - minute.first.second
  // busy = 1000 − min(idle + backpressured, 1000), each an average of the last minute (TimerGauge).
  const gauges = now.map((counters, index) => {
    const of = (name: keyof Counters) => (counters[name] - (before[index]?.[name] ?? 0)) / seconds
    const backpressured = of('backpressuredMs')
    return {
      busy: 1000 - Math.min(1000, of('idleMs') + backpressured),
      backpressured,
      rate: vertex.inputs ? of('recordsIn') : of('recordsOut'),
    }
  })
  const busy = gauges.map((gauge) => gauge.busy)
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const source = vertex.inputs === undefined
  return readingOf(
    {
      source,
      busyMsPerSecond: {
        max: Math.max(...busy),
        min: Math.min(...busy),
        avg: sum(busy) / busy.length,
      },
      backpressuredMsPerSecond: {
        avg: sum(gauges.map((gauge) => gauge.backpressured)) / gauges.length,
      },
      ...(source && !hidden.lag ? { pendingRecords: state.lag.get(vertex.id) ?? 0 } : {}),
      recordsIn: sum(now.map((c) => (source ? c.recordsOut : c.recordsIn))),
      recordsOut: sum(now.map((c) => c.recordsOut)),
      accumulatedBusyMs: sum(now.map((c) => c.busyMs)),
      recordsInPerSecond: sum(gauges.map((gauge) => gauge.rate)),
    },
    options,
    autoscaler.readings.map(({ vertices }) => vertices[vertex.id]?.observedRate),
  )
}
