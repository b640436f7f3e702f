import type { FlinkEvent } from '../../../core/model/events.ts'
import type { Topology } from '../../../core/model/topology.ts'
import { clusterOf, jobOf, type Point, type PointOptions } from './point.ts'

/** Learns from metrics that a job runs and which vertices it has. */
export interface SeenJobs {
  /** What these points say that was not known yet. */
  learn(points: readonly Point[], options: PointOptions): readonly FlinkEvent[]
  /** These words did not arrive: they are said again when there is occasion. */
  forget(events: readonly FlinkEvent[]): void
}

interface SeenRun {
  readonly job: string
  readonly run: string
  /** Of its newest word: of two words on one thing the later one counts. */
  at: number
  readonly startedAt: number
  readonly vertices: Map<string, { readonly name: string; parallelism: number }>
}

/** Beyond it the run that was seen first is forgotten, and told of again when it is seen again. */
const MOST_RUNS = 10_000
/** Every subtask of every line of Flink has it. */
const TELLING = 'flink_taskmanager_job_task_numRecordsIn'

/**
 * Flink's metrics name the job, its run and its vertices in their labels, but not how the vertices are
 * joined. That is enough to know a job of which no agent tells: its words are marked `inferred`, and give
 * way to an agent's.
 */
export function createSeenJobs(): SeenJobs {
  const runs = new Map<string, SeenRun>()
  return {
    learn(points, options) {
      const told = new Map<string, SeenRun>()
      for (const point of points) {
        if (point.name !== TELLING || !Number.isFinite(point.value)) continue
        const run = point.labels.get('job_id')
        const vertex = vertexOf(point)
        const name = point.labels.get('job_name')
        if (run === undefined || name === undefined || vertex === undefined) continue
        const cluster = clusterOf(point.labels, options)
        const job = jobOf(cluster, point.labels, name)
        const key = JSON.stringify([job, run])
        const seen = runs.get(key) ?? { job, run, startedAt: point.at, at: 0, vertices: new Map() }
        if (!runs.has(key)) remember(runs, key, seen)
        const known = seen.vertices.get(vertex.id)
        if (known && known.parallelism >= vertex.parallelism) continue
        seen.vertices.set(vertex.id, vertex)
        seen.at = Math.max(seen.at + 1, point.at)
        told.set(key, seen)
      }
      return [...told.values()].flatMap(words)
    },
    forget(events) {
      for (const event of events) {
        if ('run' in event) runs.delete(JSON.stringify([event.job, event.run]))
      }
    },
  }
}

function remember(runs: Map<string, SeenRun>, key: string, seen: SeenRun): void {
  const [oldest] = runs.keys()
  if (runs.size >= MOST_RUNS && oldest !== undefined) runs.delete(oldest)
  runs.set(key, seen)
}

function vertexOf({ labels }: Point) {
  const id = labels.get('task_id')
  const subtask = Number(labels.get('subtask_index'))
  if (id === undefined || id === '' || !Number.isInteger(subtask) || subtask < 0) return undefined
  return { id, name: labels.get('task_name') ?? id, parallelism: subtask + 1 }
}

function words({ job, run, at, startedAt, vertices }: SeenRun): readonly FlinkEvent[] {
  const topology: Topology = {
    vertices: [...vertices].map(([id, { name, parallelism }]) => {
      return { id, name, parallelism, maxParallelism: 0 }
    }),
    edges: [],
    inferred: true,
  }
  return [
    {
      ...{ type: 'run', at, job, run, state: 'RUNNING', since: startedAt, startedAt },
      ...{ bounded: false, flinkVersion: '', inferred: true },
    },
    { type: 'topology', at, job, run, topology },
  ]
}
