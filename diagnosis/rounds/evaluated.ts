import type {
  CheckpointEvent,
  ClusterEvent,
  ExceptionEvent,
  TaskManagerEvent,
} from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import type { JobRef } from '../../core/model/job-ref.ts'
import type { SharedThing } from '../../core/model/platform.ts'
import type { Topology } from '../../core/model/topology.ts'
import type { Diagnosis } from '../engine/diagnosis.ts'
import { sharesOf } from '../platform/shares.ts'

/** The newest word on one job: its diagnosis and what the API tells of its facts. */
export interface Evaluated {
  readonly diagnosis: Diagnosis
  readonly facts: FactsSummary
}

/** What is kept of the facts after a round; the windows of samples are let go. */
export interface FactsSummary {
  readonly ref: JobRef
  readonly topology: Topology | undefined
  /** The newest ones, oldest first. */
  readonly checkpoints: readonly CheckpointEvent[]
  readonly exceptions: readonly ExceptionEvent[]
  /** ResourceIDs that host the job's subtasks, sorted. */
  readonly taskmanagers: readonly string[]
  /** What it stands on that other jobs may stand on as well. */
  readonly shares: readonly SharedThing[]
  readonly restarts: number | undefined
  /** When the newest sample of the job's subtasks or of the job itself was taken. */
  readonly newestSampleAt: number | undefined
  /** At how many moments the job's subtasks were sampled within the window. */
  readonly sampleMoments: number
}

/** What the newest facts say of a cluster; kept once, however many jobs run on it. */
export interface ClusterState {
  readonly cluster: string
  readonly reachability: ClusterEvent | undefined
  /** The newest word on each TaskManager, gone ones included. */
  readonly taskmanagers: readonly TaskManagerEvent[]
}

const KEPT_CHECKPOINTS = 100
const KEPT_EXCEPTIONS = 30

/** Lets go of what only the rules needed. */
export function summarize(facts: JobFacts): FactsSummary {
  const samples = [facts.tasks, facts.samples].flatMap((list) => list.at(-1)?.at ?? [])
  const hosts = facts.placements.flatMap((p) => p.tasks.flatMap((t) => t.taskmanager ?? []))
  return {
    ref: facts.ref,
    topology: facts.topology,
    checkpoints: facts.checkpoints.slice(-KEPT_CHECKPOINTS),
    exceptions: facts.exceptions.slice(-KEPT_EXCEPTIONS),
    taskmanagers: [...new Set(hosts)].sort(),
    shares: sharesOf(facts),
    restarts: facts.samples.findLast((s) => s.values.restarts !== undefined)?.values.restarts,
    newestSampleAt: samples.length === 0 ? undefined : Math.max(...samples),
    sampleMoments: momentsOf(facts),
  }
}

/** Sampling moments of the subtask that was sampled most often by one source. */
function momentsOf(facts: JobFacts): number {
  const counts = new Map<string, number>()
  let most = 0
  for (const { vertex, subtask, via } of facts.tasks) {
    const key = `${vertex}/${subtask}/${via}`
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    most = Math.max(most, count)
  }
  return most
}

/** The cluster as the facts of one of its jobs show it. */
export function clusterState(facts: JobFacts): ClusterState {
  const newest = new Map<string, TaskManagerEvent>()
  for (const event of facts.taskmanagers) newest.set(event.id, event)
  return {
    cluster: facts.ref.cluster,
    reachability: facts.clusters.at(-1),
    taskmanagers: [...newest.values()],
  }
}
