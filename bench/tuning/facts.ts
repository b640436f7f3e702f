import type { PlacementEvent, RunEvent, TaskManagerEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import type { JobSample, ProcessSample, TaskSample } from '../../core/model/samples.ts'
import type { Topology } from '../../core/model/topology.ts'
import { SAMPLE_WINDOW_MS } from '../../diagnosis/facts/source.ts'
import {
  type SimState,
  type SimSubtask,
  type SimVertex,
  SLOTS_PER_TASKMANAGER,
  type Troubles,
} from './stream.ts'

/** What a scenario hides from both sides. */
export interface Hidden {
  /** Neither `pendingRecords` nor the broker's offsets. */
  readonly lag?: boolean
  /** So many subtasks of a vertex send no metrics. */
  readonly subtasks?: Readonly<Record<string, number>>
}

/** Everything an agent has said of the simulated job so far, as far back as the rules look. */
export interface Seen {
  readonly tasks: TaskSample[]
  readonly processes: ProcessSample[]
  readonly samples: JobSample[]
  readonly runs: RunEvent[]
  placements: PlacementEvent[]
  taskmanagers: TaskManagerEvent[]
  topology: Topology | undefined
  attempt: number
  /** CPU and collections of each TaskManager, ms; busy time of the tasks when they were last read. */
  readonly cpuMs: Map<string, number>
  readonly busyMs: Map<SimSubtask, number>
}

export function nothingSeen(): Seen {
  return {
    ...{ tasks: [], processes: [], samples: [], runs: [], placements: [], taskmanagers: [] },
    ...{ topology: undefined, attempt: -1, cpuMs: new Map(), busyMs: new Map() },
  }
}

const BEGIN = 1_790_000_000_000
const about = { job: 'sim/-/job', run: 'f'.repeat(32) }
const HEAP_BYTES = 2 ** 30
const hostOf = (subtask: number) => `tm-${Math.floor(subtask / SLOTS_PER_TASKMANAGER) + 1}`

/** One scrape, every ten seconds: counters of all tasks that run, CPU and heap of their TaskManagers. */
export function look(
  seen: Seen,
  state: SimState,
  vertices: readonly SimVertex[],
  second: number,
  troubles: Troubles,
  hidden: Hidden,
): void {
  const at = BEGIN + second * 1000
  if (state.attempt !== seen.attempt) newAttempt(seen, state, vertices, at)
  if (second < state.runningFrom) return
  const hosts = new Map<string, number>()
  for (const vertex of vertices) {
    const subtasks = state.subtasks.get(vertex.id) ?? []
    const lag = state.lag.get(vertex.id)
    for (const [index, subtask] of subtasks.entries()) {
      const host = hostOf(index)
      const busy = subtask.busyMs - (seen.busyMs.get(subtask) ?? 0)
      seen.busyMs.set(subtask, subtask.busyMs)
      hosts.set(host, (hosts.get(host) ?? 0) + busy * (vertex.cpu ?? 1))
      if (index < (hidden.subtasks?.[vertex.id] ?? 0)) continue
      seen.tasks.push(
        taskSample(vertex, index, subtask, subtasks.length, lag, state.attempt, at, hidden),
      )
    }
  }
  for (const [host, cpuMs] of hosts)
    seen.processes.push(processSample(seen, host, cpuMs, at, troubles))
  const tasks = [...state.subtasks.values()].reduce((sum, list) => sum + list.length, 0)
  seen.samples.push({
    ...about,
    ...{ via: 'flink-rest', at },
    values: {
      tasksRunning: tasks,
      tasksTotal: tasks,
      checkpointsCompleted: Math.floor(second / 60),
    },
  })
  const from = at - SAMPLE_WINDOW_MS
  for (const list of [seen.tasks, seen.processes, seen.samples])
    list.splice(
      0,
      Math.max(
        0,
        list.findIndex((sample) => sample.at >= from),
      ),
    )
}

function taskSample(
  vertex: SimVertex,
  subtask: number,
  counters: SimSubtask,
  of: number,
  lag: number | undefined,
  attempt: number,
  at: number,
  hidden: Hidden,
): TaskSample {
  const { busyMs, idleMs, backpressuredMs, recordsIn, recordsOut } = counters
  const isFull = vertex.asyncCapacity !== undefined
  const seconds = Math.max(1, busyMs + idleMs + backpressuredMs) / 1000
  return {
    ...about,
    ...{ vertex: vertex.id, subtask, attempt, via: 'flink-prometheus', at },
    values: {
      ...{ busyMs, idleMs, backpressuredMs, recordsIn, recordsOut },
      // Measured on real Flink: a mail a record in asynchronous operators, one in 400 otherwise.
      mailsPerSecond: (recordsIn / seconds) * (isFull ? 1 : 0.0025),
      ...(lag === undefined || hidden.lag
        ? {}
        : { lagRecords: lag / of, pendingRecords: lag / of }),
      ...(vertex.partitions === undefined
        ? {}
        : { sourcePartitions: partitionsOn(subtask, of, vertex.partitions) }),
    },
  }
}

const partitionsOn = (subtask: number, of: number, partitions: number) =>
  Math.floor(partitions / of) + (subtask < partitions % of ? 1 : 0)

function processSample(
  seen: Seen,
  host: string,
  taskCpuMs: number,
  at: number,
  { gcShare = 0.005 }: Troubles,
): ProcessSample {
  const cpuMs = (seen.cpuMs.get(host) ?? 0) + taskCpuMs * (1 - gcShare) + 150
  seen.cpuMs.set(host, cpuMs)
  const live = gcShare > 0.1 ? 0.85 : 0.3
  return {
    cluster: 'sim',
    process: host,
    ...{ via: 'flink-prometheus', at },
    values: {
      cpuMs,
      gcMs: (at - BEGIN) * gcShare,
      // The saw-tooth of a heap: every reading another part of the way up to the next collection.
      heapUsedBytes: HEAP_BYTES * (live + (0.95 - live) * ((at / 10_000) % 4) * 0.2),
      heapMaxBytes: HEAP_BYTES,
    },
  }
}

/** A restart: new attempts, new placements, perhaps new sizes and TaskManagers. */
function newAttempt(seen: Seen, state: SimState, vertices: readonly SimVertex[], at: number): void {
  const since = BEGIN + state.runningSince * 1000
  if (seen.attempt >= 0) seen.runs.push(runEvent(at, 'RESTARTING', at))
  seen.runs.push(runEvent(since, 'RUNNING', since))
  seen.attempt = state.attempt
  seen.topology = {
    vertices: vertices.map(({ id, maxParallelism = 128 }) => ({
      ...{ id, name: id, parallelism: state.parallelism.get(id) ?? 1, maxParallelism },
    })),
    edges: vertices.flatMap(({ id, inputs = [] }) =>
      inputs.map(({ from, ship = 'REBALANCE' }) => ({ from, to: id, strategy: ship })),
    ),
  }
  seen.placements = vertices.map(({ id }) => ({
    type: 'placement',
    ...about,
    ...{ at, vertex: id },
    tasks: Array.from({ length: state.parallelism.get(id) ?? 1 }, (_, subtask) => ({
      ...{
        subtask,
        attempt: state.attempt,
        state: 'RUNNING',
        taskmanager: hostOf(subtask),
        startedAt: since,
      },
    })),
  }))
  const largest = Math.max(...state.parallelism.values())
  seen.taskmanagers = Array.from(
    { length: Math.ceil(largest / SLOTS_PER_TASKMANAGER) },
    (_, index) => ({
      ...{ type: 'taskmanager', at, cluster: 'sim', id: `tm-${index + 1}`, state: 'registered' },
      ...{ slots: SLOTS_PER_TASKMANAGER, freeSlots: 0, cpuCores: SLOTS_PER_TASKMANAGER },
    }),
  )
}

const runEvent = (at: number, state: RunEvent['state'], since: number): RunEvent => ({
  ...{ type: 'run', ...about, at, state, since },
  ...{ startedAt: BEGIN, bounded: false, flinkVersion: '2.2.1' },
})

export function factsAt(seen: Seen, second: number): JobFacts {
  const at = BEGIN + second * 1000
  return {
    job: about.job,
    ref: { cluster: 'sim', namespace: '-', name: 'job' },
    at,
    runs: seen.runs.filter((run) => run.at <= at),
    topology: seen.topology,
    config: undefined,
    tasks: [...seen.tasks],
    processes: [...seen.processes],
    samples: [...seen.samples],
    placements: seen.placements,
    taskmanagers: seen.taskmanagers,
    ...{ checkpoints: [], exceptions: [], clusters: [], pods: [] },
    logs: undefined,
  }
}
