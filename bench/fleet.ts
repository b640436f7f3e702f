import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readRecording } from '../agent/transport/recording.ts'
import { createPoller, recordedSources, virtualClock } from '../cli/replay/replay.ts'
import { rowsOf, type SampleRows } from '../core/api/rows.ts'
import { silentLog } from '../core/kit/log.ts'
import { packageRoot } from '../core/kit/package-root.ts'
import type { CheckpointEvent, FlinkEvent } from '../core/model/events.ts'
import { jobMetrics, type MetricSpec, processMetrics, taskMetrics } from '../core/model/metrics.ts'
import { JOBMANAGER, type ProcessSample, type TaskSample, type Via } from '../core/model/samples.ts'
import type { Edge, Topology, Vertex } from '../core/model/topology.ts'

/** How large each job of the fleet is, and how it is sampled. */
export interface JobShape {
  readonly vertices: number
  readonly subtasks: number
  readonly taskmanagers: number
  readonly intervalMs: number
}

/** All that the store would hold of one job: what was measured and what was told. */
export interface JobRows extends SampleRows {
  readonly events: readonly FlinkEvent[]
}

/** A recorded cluster as rows, its first minute (start, warm-up) left out. */
interface Recorded extends JobRows {
  readonly beginAt: number
  readonly endAt: number
  readonly topology: Topology
}

const SETTLED_AFTER_MS = 60_000
const POLL_MS = 5_000

/** @throws SourceError when the recording is not there */
export async function recordedRows(name: string): Promise<Recorded> {
  const folder = join(packageRoot(import.meta.url), 'test', 'recordings')
  const recording = await readRecording(join(folder, `${name}.ndjson.gz`))
  const clock = virtualClock(recording.header.begin)
  const poll = createPoller(recordedSources(recording, name, { clock, shiftMs: 0 }, silentLog))
  const beginAt = recording.header.begin + SETTLED_AFTER_MS
  const rows: SampleRows = { tasks: [], processes: [], jobs: [] }
  const events: FlinkEvent[] = []
  let endAt = beginAt
  for (let at = recording.header.begin; at <= recording.endAt; at += POLL_MS) {
    clock.set(at)
    endAt = at
    for (const payload of await poll(at)) {
      if (payload.kind === 'events') events.push(...payload.events)
      if (payload.kind !== 'samples' || at < beginAt) continue
      const { tasks, processes, jobs } = rowsOf(payload.blocks)
      // One source per subtask, as where TaskManagers are scraped; REST tells the job and its events.
      rows.tasks.push(...tasks.filter(({ via }) => via !== 'flink-rest'))
      rows.processes.push(...processes)
      rows.jobs.push(...jobs)
    }
  }
  const topology = events.findLast((event) => event.type === 'topology')?.topology
  if (!topology) throw new Error(`The recording ${name} has no graph.`)
  return { ...rows, events, beginAt, endAt, topology }
}

/**
 * One job as the recorded one, in another shape: each vertex of the chain does what a recorded vertex did,
 * each subtask what one of its subtasks did. Played on until `endAt` for `spanMs`, counters going on.
 */
export function jobLike(
  recorded: Recorded,
  cluster: string,
  shape: JobShape,
  { endAt, spanMs }: { readonly endAt: number; readonly spanMs: number },
): JobRows {
  const job = `${cluster}/-/${jobName(recorded)}`
  const run = createHash('md5').update(job).digest('hex')
  const graph = graphLike(recorded.topology, shape)
  return {
    ...samplesLike(recorded, { cluster, job, run, shape, graph, endAt, spanMs }),
    events: eventsLike(recorded, { cluster, job, run, shape, graph, endAt, spanMs }),
  }
}

interface Playing {
  readonly cluster: string
  readonly job: string
  readonly run: string
  readonly shape: JobShape
  readonly graph: Graph
  readonly endAt: number
  readonly spanMs: number
}

interface Graph {
  readonly topology: Topology
  /** The recorded vertex that each vertex does as. */
  readonly models: readonly Vertex[]
}

function jobName({ events }: Recorded): string {
  const run = events.find((event) => event.type === 'run')
  return run?.job.split('/')[2] ?? 'job'
}

function graphLike({ vertices, edges }: Topology, shape: JobShape): Graph {
  const models = Array.from({ length: shape.vertices }, (_, index) => {
    const model = vertices[Math.floor((index * vertices.length) / shape.vertices)]
    if (!model) throw new Error('A recorded graph has no vertex.')
    return model
  })
  const made = models.map((model, index) => ({
    ...model,
    id: `${model.id.slice(0, 28)}${String(index).padStart(4, '0')}`,
    name:
      models.indexOf(model) === index
        ? model.name
        : `${model.name.replace(/^Source: /, '')} ${index}`,
    parallelism: shape.subtasks,
    maxParallelism: 128,
  }))
  const chain = made.slice(1).map((to, index): Edge => {
    const model = models[index + 1]
    const isNew = model !== models[index]
    const strategy = edges.find((edge) => edge.to === model?.id)?.strategy ?? 'REBALANCE'
    return { from: made[index]?.id ?? '', to: to.id, strategy: isNew ? strategy : 'FORWARD' }
  })
  return { topology: { vertices: made, edges: chain }, models }
}

/** Loops of the recorded stretch, newest last; each begins where counters had come to. */
function samplesLike(recorded: Recorded, playing: Playing): SampleRows {
  const { shape, graph, cluster, job, run } = playing
  const tasks = playedOn(recorded, recorded.tasks, subtaskOf, taskMetrics, playing)
  const processes = playedOn(recorded, recorded.processes, processOf, processMetrics, playing)
  const jobs = playedOn(recorded, recorded.jobs, ({ via }) => via, jobMetrics, playing)
  const hosts = [...new Set(recorded.processes.map(({ process }) => process))].filter(
    (process) => process !== JOBMANAGER,
  )
  const told = byKey(tasks, ({ vertex, subtask }) => `${vertex}/${subtask}`)
  return {
    tasks: graph.topology.vertices.flatMap(({ id }, index) => {
      const model = graph.models[index]
      return Array.from({ length: shape.subtasks }, (_, subtask) =>
        (told.get(`${model?.id}/${subtask % (model?.parallelism ?? 1)}`) ?? []).map((sample) => ({
          ...{ ...sample, job, run, vertex: id, subtask },
        })),
      ).flat()
    }),
    processes: [JOBMANAGER, ...taskmanagers(shape)].flatMap((process, index) => {
      const model = process === JOBMANAGER ? process : hosts[(index - 1) % hosts.length]
      return processes
        .filter((sample) => sample.process === model)
        .map((sample) => ({ ...sample, cluster, process }))
    }),
    jobs: jobs.map((sample) => ({
      ...{ ...sample, job, run },
      values: {
        ...sample.values,
        ...(sample.values.tasksRunning !== undefined && {
          tasksRunning: shape.vertices * shape.subtasks,
          tasksTotal: shape.vertices * shape.subtasks,
        }),
      },
    })),
  }
}

const subtaskOf = ({ vertex, subtask, via }: TaskSample) => `${vertex}/${subtask}/${via}`
const processOf = ({ process, via }: ProcessSample) => `${process}/${via}`

interface Timed {
  readonly at: number
  readonly via: Via
  readonly values: Readonly<Partial<Record<string, number>>>
}

function playedOn<S extends Timed>(
  { beginAt, endAt: recordedEnd }: Recorded,
  samples: readonly S[],
  keyOf: (sample: S) => string,
  catalogue: Readonly<Record<string, MetricSpec>>,
  { endAt, spanMs, shape }: Playing,
): S[] {
  const loopMs = recordedEnd - beginAt + POLL_MS
  const loops = Math.ceil(spanMs / loopMs)
  const played: S[] = []
  for (const list of byKey(samples, keyOf).values()) {
    const grown = growthOf(list, catalogue)
    // The last poll before each moment at which an agent with this interval would have sampled.
    const sampled = new Map<number, S>()
    for (let loop = 0; loop < loops; loop++) {
      const shiftMs = endAt - (loops - loop) * loopMs + POLL_MS - beginAt
      for (const sample of list) {
        const at = sample.at + shiftMs
        if (at <= endAt - spanMs || at > endAt) continue
        const values = Object.entries(sample.values).map(([metric, value = 0]) => {
          if (catalogue[metric]?.unit === 'epochMs')
            return [metric, value > 0 ? value + shiftMs : value]
          return [metric, value + loop * (grown.get(metric) ?? 0)]
        })
        const moment = Math.ceil(at / shape.intervalMs)
        sampled.set(moment, { ...sample, at, values: Object.fromEntries(values) })
      }
    }
    played.push(...sampled.values())
  }
  return played
}

/** By how much each counter of a series grew. */
function growthOf(
  list: readonly Timed[],
  catalogue: Readonly<Record<string, MetricSpec>>,
): ReadonlyMap<string, number> {
  const grown = new Map<string, number>()
  for (const metric of Object.keys(catalogue)) {
    if (catalogue[metric]?.kind !== 'counter') continue
    const told = list.flatMap(({ values }) => values[metric] ?? [])
    grown.set(metric, Math.max(0, (told.at(-1) ?? 0) - (told[0] ?? 0)))
  }
  return grown
}

const taskmanagers = ({ taskmanagers: count }: JobShape) =>
  Array.from({ length: count }, (_, index) => `tm_${index}`)

/** Checkpoints lie this far apart, as in jobs that run for months. */
const CHECKPOINT_MS = 60_000
const CHECKPOINTS = 20
const RUNS_SINCE_MS = 6 * 3_600_000

function eventsLike(recorded: Recorded, playing: Playing): readonly FlinkEvent[] {
  const { cluster, job, run, shape, graph, endAt } = playing
  const beganAt = endAt - RUNS_SINCE_MS
  const hosts = taskmanagers(shape)
  const common = { at: beganAt, job, run }
  const told = recorded.events
  const lasting = told.flatMap((event): FlinkEvent[] => {
    if (event.type === 'config') return [{ ...event, ...common }]
    if (event.type === 'cluster') return [{ ...event, at: beganAt, cluster }]
    if (event.type !== 'run' || event.state !== 'RUNNING') return []
    return [{ ...event, ...common, since: beganAt, startedAt: beganAt }]
  })
  const slots = Math.ceil((shape.vertices * shape.subtasks) / Math.max(1, hosts.length))
  const model = told.find((event) => event.type === 'taskmanager')
  return [
    ...lasting,
    { type: 'topology', ...common, topology: graph.topology },
    ...graph.topology.vertices.map(
      ({ id }): FlinkEvent => ({
        type: 'placement',
        ...common,
        vertex: id,
        tasks: Array.from({ length: shape.subtasks }, (_, subtask) => ({
          ...{ subtask, attempt: 0, state: 'RUNNING' as const, startedAt: beganAt },
          taskmanager: hosts[subtask % hosts.length] ?? '',
        })),
      }),
    ),
    ...hosts.map(
      (id): FlinkEvent => ({
        ...(model?.type === 'taskmanager' ? model : { type: 'taskmanager', state: 'registered' }),
        ...{ at: beganAt, cluster, id, slots, freeSlots: 0 },
      }),
    ),
    ...checkpointsLike(told, playing),
  ]
}

function checkpointsLike(told: readonly FlinkEvent[], playing: Playing): readonly FlinkEvent[] {
  const { job, run, shape, graph, endAt } = playing
  const models = told.filter((event): event is CheckpointEvent => event.type === 'checkpoint')
  const ended = models.filter(({ state }) => state !== 'in-progress')
  return Array.from({ length: CHECKPOINTS }, (_, index) => {
    const model = ended[(index + Math.floor(ended.length / 2)) % ended.length]
    if (!model) return []
    const triggeredAt = endAt - (CHECKPOINTS - index) * CHECKPOINT_MS + CHECKPOINT_MS / 2
    const tasks = graph.topology.vertices.flatMap(({ id }, vertex) =>
      model.tasks
        .filter((task) => task.vertex === graph.models[vertex]?.id)
        .map((task) => ({
          ...task,
          vertex: id,
          subtasks: shape.subtasks,
          acknowledged: shape.subtasks,
        })),
    )
    const at = triggeredAt + model.endToEndMs
    return [{ ...model, ...{ job, run, at, triggeredAt, id: 1_000 + index, tasks } }]
  }).flat()
}

function byKey<T>(
  list: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of list) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
