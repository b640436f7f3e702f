import type {
  CheckpointEvent,
  ClusterEvent,
  ExceptionEvent,
  PlacementEvent,
  RunEvent,
  TaskManagerEvent,
} from './events.ts'
import type { JobRef } from './job-ref.ts'
import type { PodEvent } from './kubernetes.ts'
import type { LogPlace, ToldLine } from './logs.ts'
import type { JobSample, ProcessSample, TaskSample } from './samples.ts'
import type { Topology } from './topology.ts'

/**
 * Everything the rules may look at for one job at one moment, as it was measured: windows of
 * samples and the newest word of every event. Made from the store or from batches in memory; the
 * rules cannot tell which. Everything is ordered by time, oldest first.
 */
export interface JobFacts {
  readonly job: string
  readonly ref: JobRef
  readonly at: number
  /** The newest run and how it came to its state, oldest first. */
  readonly runs: readonly RunEvent[]
  readonly topology: Topology | undefined
  readonly config: Readonly<Record<string, string>> | undefined
  readonly tasks: readonly TaskSample[]
  readonly processes: readonly ProcessSample[]
  readonly samples: readonly JobSample[]
  readonly placements: readonly PlacementEvent[]
  readonly checkpoints: readonly CheckpointEvent[]
  readonly exceptions: readonly ExceptionEvent[]
  readonly taskmanagers: readonly TaskManagerEvent[]
  readonly clusters: readonly ClusterEvent[]
  /** Pods of the cluster; empty where nobody looks at Kubernetes. */
  readonly pods: readonly PodEvent[]
  /** What logs of its processes told lately; undefined where nobody follows them or they were silent. */
  readonly logs: LoggedFacts | undefined
}

/** The lines that say something about faults and checkpoints, oldest first. */
export interface LoggedFacts {
  readonly lines: readonly ToldLine[]
  /** Failures of tasks among them, as the exception history would tell them. */
  readonly failures: readonly LoggedFailure[]
}

/** A failure that a line of a log tells. */
export interface LoggedFailure extends ExceptionEvent {
  readonly line: LogPlace
}
