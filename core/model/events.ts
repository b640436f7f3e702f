import type { KubernetesEvent } from './kubernetes.ts'
import type { Topology } from './topology.ts'

/** Flink's JobStatus. */
export type JobState =
  | 'INITIALIZING'
  | 'CREATED'
  | 'RUNNING'
  | 'FAILING'
  | 'FAILED'
  | 'CANCELLING'
  | 'CANCELED'
  | 'FINISHED'
  | 'RESTARTING'
  | 'SUSPENDED'
  | 'RECONCILING'

/** Flink's ExecutionState of one subtask. */
export type TaskState =
  | 'CREATED'
  | 'SCHEDULED'
  | 'DEPLOYING'
  | 'INITIALIZING'
  | 'RUNNING'
  | 'FINISHED'
  | 'CANCELING'
  | 'CANCELED'
  | 'FAILED'
  | 'RECONCILING'

/** A run was seen, or its state changed. `since` is when Flink says the state began. */
export interface RunEvent {
  readonly type: 'run'
  readonly at: number
  readonly job: string
  readonly run: string
  readonly state: JobState
  readonly since: number
  readonly startedAt: number
  readonly endedAt?: number
  readonly bounded: boolean
  readonly flinkVersion: string
  /** Learned from metrics alone: a word of Flink itself takes its place. */
  readonly inferred?: true
}

export interface TopologyEvent {
  readonly type: 'topology'
  readonly at: number
  readonly job: string
  readonly run: string
  readonly topology: Topology
}

/** Configuration of the run as Flink reports it; secrets are masked before they leave the agent. */
export interface ConfigEvent {
  readonly type: 'config'
  readonly at: number
  readonly job: string
  readonly run: string
  readonly values: Readonly<Record<string, string>>
}

export interface PlacedTask {
  readonly subtask: number
  readonly attempt: number
  readonly state: TaskState
  /** ResourceID; absent while no slot is assigned. */
  readonly taskmanager?: string
  /** When this attempt began to be RUNNING, or was scheduled when it does not run yet. */
  readonly startedAt: number
}

/** Where the subtasks of one vertex are; sent when anything of it changes. */
export interface PlacementEvent {
  readonly type: 'placement'
  readonly at: number
  readonly job: string
  readonly run: string
  readonly vertex: string
  readonly tasks: readonly PlacedTask[]
}

/** The slowest subtask's phases of one vertex in one checkpoint, all in ms. */
export interface CheckpointTask {
  readonly vertex: string
  readonly acknowledged: number
  readonly subtasks: number
  readonly endToEndMs?: number
  readonly startDelayMs?: number
  readonly alignmentMs?: number
  readonly syncMs?: number
  readonly asyncMs?: number
  readonly stateBytes?: number
  /** Subtasks that never acknowledged: the ones an expired checkpoint waited for. */
  readonly missing?: readonly number[]
}

export interface CheckpointEvent {
  readonly type: 'checkpoint'
  readonly at: number
  readonly job: string
  readonly run: string
  readonly id: number
  readonly state: 'in-progress' | 'completed' | 'failed'
  readonly savepoint: boolean
  readonly unaligned: boolean
  readonly triggeredAt: number
  readonly endToEndMs: number
  readonly stateBytes: number
  /** Of it, records that were on their way: unaligned checkpoints keep them. */
  readonly inFlightBytes?: number
  readonly acknowledged: number
  readonly subtasks: number
  readonly failure?: string
  readonly externalPath?: string
  readonly tasks: readonly CheckpointTask[]
}

/** One entry of Flink's exception history. `root` is the class of the innermost cause. */
export interface ExceptionEvent {
  readonly type: 'exception'
  readonly at: number
  readonly job: string
  readonly run: string
  readonly name: string
  readonly root: string
  readonly message: string
  readonly stack: string
  readonly task?: string
  readonly taskmanager?: string
}

export interface TaskManagerEvent {
  readonly type: 'taskmanager'
  readonly at: number
  readonly cluster: string
  readonly id: string
  readonly state: 'registered' | 'gone'
  readonly slots: number
  readonly freeSlots: number
  readonly cpuCores?: number
  readonly heapBytes?: number
  readonly managedBytes?: number
  readonly networkBytes?: number
  readonly processBytes?: number
}

/** Whether the JobManager answers us. Unreachable is not failed. */
export interface ClusterEvent {
  readonly type: 'cluster'
  readonly at: number
  readonly cluster: string
  readonly state: 'reachable' | 'unreachable'
  readonly flinkVersion?: string
  readonly reason?: string
}

export type FlinkEvent =
  | RunEvent
  | TopologyEvent
  | ConfigEvent
  | PlacementEvent
  | CheckpointEvent
  | ExceptionEvent
  | TaskManagerEvent
  | ClusterEvent
  | KubernetesEvent
