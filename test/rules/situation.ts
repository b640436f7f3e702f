import type {
  CheckpointEvent,
  ExceptionEvent,
  JobState,
  PlacementEvent,
  RunEvent,
  TaskManagerEvent,
} from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import type { JobSample, ProcessSample, TaskSample } from '../../core/model/samples.ts'
import type { Edge, ShipStrategy, Topology } from '../../core/model/topology.ts'
import type { Earlier, Situation } from './case-file.ts'
import { cgroupsOf, podsOf } from './kubernetes.ts'
import { logsOf } from './logs.ts'
import { parseDurationMs, parseSeries } from './series.ts'

/** When every situation begins; only differences matter. */
export const BEGIN = 1_790_000_000_000
const JOB = 'lab/-/job'
const RUN = 'a'.repeat(32)
const about = { job: JOB, run: RUN }
type Checkpoint = NonNullable<Situation['checkpoints']>[number]

/** Everything that a situation makes known, from its beginning to its end. */
export function factsOf(situation: Situation): JobFacts {
  const { graph, graphless = false } = situation
  const topology = graph === undefined || graphless ? undefined : parseGraph(graph)
  const stepMs = parseDurationMs(situation.step ?? '5s')
  return {
    job: JOB,
    ref: { cluster: 'lab', namespace: '-', name: 'job' },
    at: BEGIN,
    runs: runsOf(situation),
    topology,
    config: situation.config,
    tasks: topology ? tasksOf(situation, topology, stepMs) : [],
    processes: [...processesOf(situation, stepMs), ...cgroupsOf(situation, stepMs, BEGIN)].sort(
      (a, b) => a.at - b.at,
    ),
    samples: jobSamples(situation, stepMs),
    placements: topology ? placementsOf(situation, topology) : [],
    checkpoints: checkpointsOf(situation, topology),
    exceptions: exceptionsOf(situation),
    taskmanagers: taskmanagersOf(situation),
    clusters:
      situation.unreachable === undefined
        ? []
        : [
            {
              type: 'cluster',
              at: BEGIN + parseDurationMs(situation.unreachable),
              cluster: 'lab',
              state: 'unreachable',
            },
          ],
    pods: podsOf(situation, BEGIN),
    logs: logsOf(situation, about, BEGIN),
  }
}

/** Only what had arrived by then. */
export function until(facts: JobFacts, at: number): JobFacts {
  const by = <T extends { readonly at: number }>(list: readonly T[]) =>
    list.filter((item) => item.at <= at)
  return {
    ...facts,
    at,
    runs: by(facts.runs),
    tasks: by(facts.tasks),
    processes: by(facts.processes),
    samples: by(facts.samples),
    placements: by(facts.placements),
    checkpoints: by(facts.checkpoints),
    exceptions: by(facts.exceptions),
    taskmanagers: by(facts.taskmanagers),
    clusters: by(facts.clusters),
    pods: by(facts.pods),
    logs: facts.logs && { lines: by(facts.logs.lines), failures: by(facts.logs.failures) },
  }
}

/** What the run of before made known: the same situation, ended when this one begins. */
export function factsOfEarlier(earlier: Earlier): JobFacts {
  const { for: length, ...situation } = earlier
  const lengthMs = parseDurationMs(length)
  const told = JSON.stringify(factsOf(situation)).replaceAll(RUN, 'b'.repeat(32))
  // Whatever is as large as this is a moment.
  const moved = (_: string, value: unknown) =>
    typeof value === 'number' && value > BEGIN / 2 ? value - lengthMs : value
  // The shape is that of the facts it was made of.
  return JSON.parse(told, moved) as JobFacts
}

function parseGraph(text: string): Topology {
  const vertices = new Map<string, number>()
  const edges: Edge[] = []
  for (const chain of text.split(';')) {
    const parts = chain.trim().split(/\s+-(\w+)->\s+/)
    parts.forEach((part, index) => {
      if (index % 2 === 1) {
        // The odd parts are the strategies captured between two vertices.
        const strategy = part.toUpperCase() as ShipStrategy
        edges.push({ from: nameOf(parts[index - 1]), to: nameOf(parts[index + 1]), strategy })
      } else
        vertices.set(nameOf(part), Number(part.split('/')[1] ?? vertices.get(nameOf(part)) ?? 1))
    })
  }
  return {
    vertices: [...vertices].map(([name, parallelism]) => ({
      id: name,
      name,
      parallelism,
      maxParallelism: 128,
    })),
    edges,
  }
}

const nameOf = (part: string | undefined) => (part ?? '').split('/')[0] ?? ''

function tasksOf(situation: Situation, topology: Topology, stepMs: number): TaskSample[] {
  const samples = topology.vertices.flatMap((vertex) =>
    Array.from({ length: vertex.parallelism }, (_, subtask) => {
      const spec = situation.tasks?.[`${vertex.name}/${subtask}`] ?? situation.tasks?.[vertex.name]
      return spec
        ? integrate(spec, vertex.id, subtask, situation.via ?? 'flink-prometheus', stepMs)
        : []
    }).flat(),
  )
  return samples.sort((a, b) => a.at - b.at)
}

/** Counters start past the warm-up of an attempt. */
const AGE_MS = 60_000

/** Flink's word for a watermark that was never set. */
const NEVER = -9.223372036854776e18

function integrate(
  spec: NonNullable<Situation['tasks']>[string],
  vertex: string,
  subtask: number,
  via: TaskSample['via'],
  stepMs: number,
): TaskSample[] {
  const columns = columnsOf(spec)
  const total = {
    ...{ busyMs: 0, idleMs: AGE_MS, backpressuredMs: 0, sourceIdleMs: 0 },
    ...{ records: 0, lateRecords: 0, commitsSucceeded: 0, commitsFailed: 0 },
    watermarkAt: BEGIN - AGE_MS,
  }
  return columns.busy.flatMap((share, index) => {
    if (share === undefined) return []
    const now = (name: keyof typeof columns) => last(columns[name], index)
    const grow = (perSecond: number | undefined) => ((perSecond ?? 0) * stepMs) / 1000
    const backpressured = now('backpressured') ?? 0
    total.busyMs += share * stepMs
    total.backpressuredMs += backpressured * stepMs
    total.idleMs += (1 - share - backpressured) * stepMs
    total.records += grow(now('rate'))
    total.sourceIdleMs = now('rate') === 0 ? total.sourceIdleMs + stepMs : 0
    total.watermarkAt += (now('speed') ?? 0) * stepMs
    total.lateRecords += grow(now('late'))
    total.commitsSucceeded += grow(now('commits'))
    total.commitsFailed += grow(now('refused'))
    const { records, watermarkAt, lateRecords, sourceIdleMs, commitsSucceeded, commitsFailed } =
      total
    const { busyMs, idleMs, backpressuredMs } = total
    const about = { vertex, subtask, attempt: 0, at: BEGIN + index * stepMs }
    const lag = now('lag')
    return [
      {
        ...{ job: JOB, run: RUN, ...about, via },
        values: {
          ...{ busyMs, idleMs, backpressuredMs },
          ...(columns.rate && { recordsIn: records, recordsOut: records }),
          ...told('mailsPerSecond', now('mails')),
          ...(columns.speed && { watermarkAt: now('speed') === undefined ? NEVER : watermarkAt }),
          ...(columns.late && { lateRecords }),
          ...told('pendingRecords', now('pending')),
          ...told('brokerConnections', now('connections')),
          ...(columns.commits && { commitsSucceeded }),
          ...(columns.refused && { commitsFailed }),
          ...(spec.partitions !== undefined && {
            sourceIdleMs,
            ...(spec.partitions > 0 && { sourcePartitions: spec.partitions }),
          }),
        },
      },
      ...(lag === undefined
        ? []
        : [{ job: JOB, run: RUN, ...about, via: 'kafka' as const, values: { lagRecords: lag } }]),
    ]
  })
}

function columnsOf(spec: NonNullable<Situation['tasks']>[string]) {
  const column = (text: string | undefined) => (text === undefined ? undefined : parseSeries(text))
  return {
    busy: parseSeries(spec.busy ?? '0'),
    ...{ backpressured: column(spec.backpressured), rate: column(spec.rate) },
    ...{ mails: column(spec.mails), speed: column(spec.speed), late: column(spec.late) },
    ...{ lag: column(spec.lag), pending: column(spec.pending) },
    ...{ connections: column(spec.connections), commits: column(spec.commits) },
    refused: column(spec.refused),
  }
}

/** The last value of a series holds on. */
const last = <T>(list: readonly T[] | undefined, index: number) =>
  list?.[Math.min(index, list.length - 1)]

const told = (name: string, value: number | undefined) =>
  value === undefined ? {} : { [name]: value }

function processesOf(situation: Situation, stepMs: number): ProcessSample[] {
  return Object.entries(situation.processes ?? {}).flatMap(([process, spec]) => {
    const columns = [spec.cores, spec.gc, spec.heapMiB, spec.collections, spec.threads].map(
      (text) => (text === undefined ? [] : parseSeries(text)),
    )
    const [cores = [], gc = [], heap = [], collections = [], threads = []] = columns
    const total = { cpuMs: 0, gcMs: 0, gcCount: 0 }
    return Array.from(
      { length: Math.max(...columns.map((c) => c.length)) },
      (_, index): ProcessSample => {
        total.cpuMs += (cores[index] ?? 0) * stepMs
        total.gcMs += (gc[index] ?? 0) * stepMs
        total.gcCount += collections[index] ?? 0
        const heapMiB = heap[index]
        const live = threads[index]
        return {
          cluster: 'lab',
          process: process.replaceAll('-', '_'),
          via: 'flink-prometheus',
          at: BEGIN + index * stepMs,
          values: {
            ...(spec.cores === undefined ? {} : { cpuMs: total.cpuMs }),
            ...(spec.gc === undefined ? {} : { gcMs: total.gcMs }),
            ...(spec.collections === undefined ? {} : { gcCount: total.gcCount }),
            ...(heapMiB === undefined ? {} : { heapUsedBytes: heapMiB * 2 ** 20 }),
            ...(live === undefined ? {} : { threads: live }),
            ...(spec.heapMaxMiB === undefined ? {} : { heapMaxBytes: spec.heapMaxMiB * 2 ** 20 }),
          },
        }
      },
    )
  })
}

function runsOf(situation: Situation): RunEvent[] {
  return Object.entries(situation.states ?? { '0s': 'RUNNING' }).map(([at, state]) => ({
    type: 'run',
    ...about,
    at: BEGIN + parseDurationMs(at),
    // Case files name Flink's states; a wrong one fails its case.
    state: state as JobState,
    since: BEGIN + parseDurationMs(at),
    startedAt: startOf(situation, at),
    bounded: situation.bounded ?? false,
    flinkVersion: situation.version ?? '2.2.1',
  }))
}

function startOf({ takenOver }: Situation, at: string): number {
  const isNew = takenOver !== undefined && parseDurationMs(at) >= parseDurationMs(takenOver)
  return isNew ? BEGIN + parseDurationMs(takenOver) : BEGIN - 10 * 60_000
}

function jobSamples(situation: Situation, stepMs: number): JobSample[] {
  const end =
    situation.unreachable === undefined ? 25 * 60_000 : parseDurationMs(situation.unreachable)
  const completed = parseSeries(situation.completed ?? '10')
  const running = parseSeries(situation.running ?? '5')
  return Array.from({ length: Math.floor(end / stepMs) }, (_, index) => ({
    ...about,
    via: 'flink-rest',
    at: BEGIN + index * stepMs,
    values: {
      tasksRunning: running[Math.min(index, running.length - 1)] ?? 5,
      tasksTotal: 5,
      checkpointsCompleted: completed[Math.min(index, completed.length - 1)] ?? 10,
    },
  }))
}

function placementsOf(situation: Situation, topology: Topology): PlacementEvent[] {
  return topology.vertices.map((vertex) => ({
    type: 'placement',
    ...about,
    at: BEGIN,
    vertex: vertex.id,
    tasks: Array.from({ length: vertex.parallelism }, (_, subtask) => ({
      subtask,
      attempt: 0,
      state: 'RUNNING',
      taskmanager:
        situation.hosts?.[`${vertex.name}/${subtask}`] ?? situation.hosts?.[vertex.name] ?? 'tm-1',
      startedAt: BEGIN - AGE_MS,
    })),
  }))
}

function checkpointsOf(situation: Situation, topology: Topology | undefined): CheckpointEvent[] {
  const sizes = parseSeries(situation.sizes ?? '_')
  const regular = sizes.flatMap((MiB, index): readonly Checkpoint[] =>
    MiB === undefined ? [] : [{ at: `${10 * index}s`, took: '1s', MiB }],
  )
  return [...regular, ...(situation.checkpoints ?? [])].map((told, index) => {
    const { failure, answered = {}, phases = {}, states = {}, took = '10s' } = told
    const at = BEGIN + parseDurationMs(told.at)
    return {
      type: 'checkpoint',
      ...{ job: JOB, run: RUN, at, id: index + 1 },
      state: failure === undefined ? 'completed' : 'failed',
      savepoint: false,
      unaligned: told.unaligned ?? false,
      ...(told.inFlightMiB === undefined ? {} : { inFlightBytes: told.inFlightMiB * 2 ** 20 }),
      triggeredAt: at - parseDurationMs(took),
      endToEndMs: parseDurationMs(took),
      stateBytes: told.MiB === undefined ? 1000 : told.MiB * 2 ** 20,
      acknowledged: 0,
      subtasks: topology?.vertices.reduce((sum, v) => sum + v.parallelism, 0) ?? 0,
      ...(failure === undefined ? {} : { failure }),
      tasks: [
        ...Object.entries(answered).map(([vertex, share]) => {
          const [acknowledged = 0, subtasks = 0] = share.split('/').map(Number)
          return { vertex, acknowledged, subtasks }
        }),
        ...Object.entries(phases).map(([vertex, text]) => ({
          ...{ vertex, acknowledged: 2, subtasks: 2 },
          ...phasesOf(text),
        })),
        ...Object.entries(states).map(([vertex, MiB]) => ({
          ...{ vertex, acknowledged: 2, subtasks: 2, stateBytes: MiB * 2 ** 20 },
        })),
      ],
    }
  })
}

/** `sync 6s, async 2s` → `{ syncMs: 6000, asyncMs: 2000 }`. */
function phasesOf(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    text.split(', ').map((phase) => {
      const [name = '', duration = ''] = phase.split(' ')
      return [`${name}Ms`, parseDurationMs(duration)]
    }),
  )
}

function exceptionsOf(situation: Situation): ExceptionEvent[] {
  return (situation.exceptions ?? []).map(({ at, ...exception }) => ({
    type: 'exception',
    ...about,
    at: BEGIN + parseDurationMs(at),
    name: exception.root,
    stack: `${exception.root}: ${exception.message}`,
    root: exception.root,
    message: exception.message,
    ...(exception.task === undefined ? {} : { task: exception.task }),
    ...(exception.taskmanager === undefined ? {} : { taskmanager: exception.taskmanager }),
  }))
}

function taskmanagersOf(situation: Situation): TaskManagerEvent[] {
  const ids = new Set([
    'tm-1',
    ...Object.values(situation.hosts ?? {}),
    ...Object.keys(situation.gone ?? {}),
    ...Object.keys(situation.slots ?? {}),
  ])
  const slotsOf = (id: string) => (situation.slots?.[id] ?? '4/2').split('/').map(Number)
  const event = (id: string, at: number, state: TaskManagerEvent['state']): TaskManagerEvent => ({
    type: 'taskmanager',
    cluster: 'lab',
    id,
    at,
    state,
    slots: slotsOf(id)[0] ?? 4,
    freeSlots: slotsOf(id)[1] ?? 2,
  })
  return [
    ...[...ids].map((id) => event(id, BEGIN, 'registered')),
    ...Object.entries(situation.gone ?? {}).map(([id, at]) =>
      event(id, BEGIN + parseDurationMs(at), 'gone'),
    ),
  ]
}
