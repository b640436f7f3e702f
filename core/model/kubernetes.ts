/** What the exit of a container means: its code, Kubernetes' reason and Flink's own codes, taken together. */
export type ExitMeaning =
  | 'ended'
  | 'stopped'
  | 'killed'
  | 'out-of-memory-kill'
  | 'java-out-of-memory'
  | 'start-up-failed'
  | 'fatal-error'
  | 'uncaught-exception'
  | 'crashed'
  | 'segmentation-fault'
  | 'application-failed'
  | 'application-unknown'
  | 'never-started'
  | 'unknown'

/** One end of one container. `id` is the runtime's: it tells apart two ends within one second. */
export interface ContainerExit {
  readonly id?: string
  readonly exitCode: number
  readonly signal?: number
  readonly reason?: string
  readonly message?: string
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly meaning: ExitMeaning
}

export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason?: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAt?: number }
  | { readonly kind: 'terminated'; readonly exit: ContainerExit }

/** What a container asks for or may use; an absent number was not set, which is no zero. */
export interface ContainerResources {
  readonly cpuCores?: number
  readonly memoryBytes?: number
}

export interface PodContainer {
  readonly name: string
  readonly part: 'init' | 'app'
  readonly image: string
  /** Absent until the kubelet has spoken of it. */
  readonly state?: ContainerState
  /** The end before this state: where a container that restarts keeps its reason. */
  readonly last?: ContainerExit
  readonly restarts: number
  readonly requests: ContainerResources
  readonly limits: ContainerResources
}

/** A condition of a pod or a node that says more than that all is well. */
export interface KubernetesCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly since?: number
}

/**
 * A pod of a Flink cluster was seen, changed, or is gone. What stands in a word of a pod that is gone is what
 * was last seen of it: one that vanished while nobody looked was `running` then, and ended somehow.
 */
export interface PodEvent {
  readonly type: 'pod'
  readonly at: number
  /** The Flink cluster, as everything else that is told of it names it. */
  readonly cluster: string
  readonly namespace: string
  readonly name: string
  /** Never used again: a pod that comes back under its name is another. */
  readonly uid: string
  readonly component: 'jobmanager' | 'taskmanager' | 'other'
  /** ResourceID, where it follows from the pod; else `ip` is the host in `host:port-abcdef`. */
  readonly taskmanager?: string
  readonly ip?: string
  readonly node?: string
  readonly owner?: { readonly kind: string; readonly name: string }
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown' | 'gone'
  readonly ready: boolean
  /** Why the pod as a whole is what it is: `Evicted`, `NodeLost`, `Preempting`. */
  readonly reason?: string
  readonly message?: string
  readonly conditions: readonly KubernetesCondition[]
  readonly containers: readonly PodContainer[]
  readonly createdAt?: number
  readonly startedAt?: number
  /** When it was told to go; it may take its grace period. */
  readonly deletedAt?: number
}

/** A node on which pods of this Flink cluster stand, once for each such cluster. */
export interface NodeEvent {
  readonly type: 'node'
  readonly at: number
  readonly cluster: string
  readonly name: string
  readonly uid: string
  readonly state: 'present' | 'gone'
  readonly ready: 'yes' | 'no' | 'unknown'
  /** Taken out of scheduling (`kubectl cordon`), as before a drain. */
  readonly cordoned: boolean
  readonly conditions: readonly KubernetesCondition[]
  /** What pods may ask for in all. */
  readonly cpuCores?: number
  readonly memoryBytes?: number
  readonly instanceType?: string
  readonly zone?: string
}

/** Something that Kubernetes or the operator said of a pod, a node or a deployment; `at` is when it said so last. */
export interface KubernetesSaidEvent {
  readonly type: 'k8s-event'
  readonly at: number
  readonly cluster: string
  readonly namespace: string
  readonly uid: string
  readonly object: { readonly kind: string; readonly name: string; readonly uid?: string }
  readonly severity: 'normal' | 'warning'
  readonly reason: string
  readonly message: string
  readonly count: number
  readonly firstAt: number
  readonly reporter?: string
}

/** ResourceLifecycleState of the operator (DELETING and DELETED since 1.11). */
export type LifecycleState =
  | 'CREATED'
  | 'SUSPENDED'
  | 'UPGRADING'
  | 'DEPLOYED'
  | 'STABLE'
  | 'ROLLING_BACK'
  | 'ROLLED_BACK'
  | 'FAILED'
  | 'DELETING'
  | 'DELETED'

/** A FlinkDeployment or FlinkSessionJob as its operator sees it. A word the operator has not said is absent. */
export interface DeploymentEvent {
  readonly type: 'deployment'
  readonly at: number
  readonly cluster: string
  readonly namespace: string
  readonly kind: 'FlinkDeployment' | 'FlinkSessionJob'
  readonly name: string
  readonly uid: string
  readonly state: 'present' | 'gone'
  readonly lifecycle?: LifecycleState | 'UNKNOWN'
  /** Status of the JobManager's Kubernetes deployment. */
  readonly jobManager?:
    | 'READY'
    | 'DEPLOYED_NOT_READY'
    | 'DEPLOYING'
    | 'MISSING'
    | 'ERROR'
    | 'UNKNOWN'
  /** The job as the operator last observed it: `id` is the run, `state` Flink's JobStatus. */
  readonly flinkJob?: {
    readonly id?: string
    readonly name?: string
    readonly state?: string
    readonly startedAt?: number
  }
  readonly reconciliation?: 'DEPLOYED' | 'UPGRADING' | 'ROLLING_BACK' | 'ROLLED_BACK' | 'UNKNOWN'
  readonly reconciledAt?: number
  /** Whether the specification applied last is the one that was last seen to run. */
  readonly appliedIsStable?: boolean
  readonly generation?: number
  /** Below `generation` while the operator has not looked at the newest specification. */
  readonly observedGeneration?: number
  readonly wanted?: 'running' | 'suspended'
  readonly image?: string
  readonly flinkVersion?: string
  readonly mode?: 'native' | 'standalone'
  readonly upgradeMode?: 'stateless' | 'savepoint' | 'last-state'
  readonly parallelism?: number
  readonly error?: { readonly type?: string; readonly message: string }
}

/** A FlinkStateSnapshot: a savepoint or checkpoint that the operator was asked for (since 1.10). */
export interface StateSnapshotEvent {
  readonly type: 'state-snapshot'
  readonly at: number
  readonly cluster: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly of: { readonly kind: 'FlinkDeployment' | 'FlinkSessionJob'; readonly name: string }
  readonly kind: 'savepoint' | 'checkpoint'
  readonly state:
    | 'TRIGGER_PENDING'
    | 'IN_PROGRESS'
    | 'COMPLETED'
    | 'FAILED'
    | 'ABANDONED'
    | 'UNKNOWN'
  readonly path?: string
  readonly failures: number
  readonly triggeredAt?: number
  readonly endedAt?: number
  readonly error?: string
}

export type KubernetesEvent =
  | PodEvent
  | NodeEvent
  | KubernetesSaidEvent
  | DeploymentEvent
  | StateSnapshotEvent

/** One end of one container, with a key that is the same in whatever word, and by whichever agent, it is told. */
export interface KnownExit {
  readonly key: string
  readonly container: string
  readonly exit: ContainerExit
}

/** Every end that a word on a pod knows of, the older of each container first. */
export function exitsOf(pod: Pick<PodEvent, 'uid' | 'containers'>): readonly KnownExit[] {
  return pod.containers.flatMap(({ name, last, state }) =>
    [last, state?.kind === 'terminated' ? state.exit : undefined].flatMap((exit) =>
      exit === undefined
        ? []
        : [
            {
              key: `${pod.uid}/${name}/${exit.id ?? exit.finishedAt ?? ''}`,
              container: name,
              exit,
            },
          ],
    ),
  )
}
