/**
 * Objects of an API server in the shapes that Kubernetes 1.28+ (core/v1) and the Flink operator 1.10+
 * (flink.apache.org/v1beta1) document. Synthetic: written after the API references, not recorded from a cluster.
 */
export interface MadeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid: string
    readonly resourceVersion: string
    readonly [field: string]: unknown
  }
  readonly [part: string]: unknown
}

type Part = Readonly<Record<string, unknown>>

/** Kubernetes writes whole seconds. */
export const CREATED = '2026-03-01T10:00:00Z'
export const STARTED = '2026-03-01T10:00:05Z'
export const ENDED = '2026-03-01T10:30:00Z'

/** The same moments as events carry them. */
export const createdAt = Date.parse(CREATED)
export const startedAt = Date.parse(STARTED)
export const endedAt = Date.parse(ENDED)

/** As a server answers; the one of the tests sets its own versions. */
const version = { resourceVersion: '1', creationTimestamp: CREATED }

/** The state of a container that was ended. `id` is the runtime's. */
export function ended(exitCode: number, reason: string, id = 'c1'): Part {
  return {
    terminated: {
      ...{ exitCode, reason, startedAt: STARTED, finishedAt: ENDED },
      containerID: `containerd://${id}`,
    },
  }
}

export const running = { running: { startedAt: STARTED } }

/** The status of a TaskManager's pod: its phase, and the only container in a state. */
export function podStatus(
  phase: string,
  container: { readonly state: Part; readonly lastState?: Part; readonly restarts?: number },
  over: Part = {},
): Part {
  const isReady = 'running' in container.state
  return {
    ...{ phase, podIP: '10.0.0.7', startTime: CREATED },
    conditions: [
      { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: CREATED },
      isReady
        ? { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: STARTED }
        : {
            ...{ type: 'Ready', status: 'False', lastProbeTime: null, lastTransitionTime: ENDED },
            ...{ reason: 'ContainersNotReady', message: 'containers with unready status' },
          },
    ],
    containerStatuses: [
      {
        ...{
          name: 'flink-main-container',
          image: 'flink:2.2.1',
          imageID: 'sha256:0',
          ready: isReady,
        },
        ...{ state: container.state, lastState: container.lastState ?? {} },
        restartCount: container.restarts ?? 0,
      },
    ],
    ...over,
  }
}

/** A TaskManager in native mode: what KubernetesTaskManagerFactory and its decorators write. */
export function madePod(
  name: string,
  status: Part,
  over: { metadata?: Part; spec?: Part } = {},
): MadeObject {
  return {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: {
      ...{ name, namespace: 'flink', uid: `uid-${name}`, ...version },
      labels: { app: 'orders', component: 'taskmanager', type: 'flink-native-kubernetes' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: 'orders', uid: 'd', controller: true },
      ],
      ...over.metadata,
    },
    spec: {
      nodeName: 'node-1',
      containers: [
        {
          ...{ name: 'flink-main-container', image: 'flink:2.2.1' },
          command: ['/docker-entrypoint.sh'],
          resources: {
            requests: { cpu: '1', memory: '1728Mi' },
            limits: { cpu: '2', memory: '1728Mi' },
          },
        },
      ],
      ...over.spec,
    },
    status,
  }
}

export function madeCondition(type: string, status: string, reason: string): Part {
  return {
    ...{ type, status, reason, message: `${reason}.` },
    ...{ lastHeartbeatTime: ENDED, lastTransitionTime: STARTED },
  }
}

export function madeNode(name: string, conditions: readonly Part[], spec: Part = {}): MadeObject {
  return {
    ...{ apiVersion: 'v1', kind: 'Node', spec },
    metadata: {
      ...{ name, uid: `uid-${name}`, ...version },
      labels: {
        'node.kubernetes.io/instance-type': 'm6i.xlarge',
        'topology.kubernetes.io/zone': 'eu-central-1a',
      },
    },
    status: { allocatable: { cpu: '3920m', memory: '15Gi', pods: '58' }, conditions },
  }
}

/** An Event of an old reporter, such as the scheduler before 1.19 or the kubelet. */
export function madeSaid(name: string, involvedObject: Part, over: Part = {}): MadeObject {
  return {
    ...{ apiVersion: 'v1', kind: 'Event', involvedObject },
    metadata: { name, namespace: 'flink', uid: `uid-${name}`, ...version },
    ...{ type: 'Warning', reason: 'FailedScheduling', message: '0/3 nodes are available.' },
    ...{ count: 1, firstTimestamp: STARTED, lastTimestamp: STARTED, eventTime: null },
    ...{ source: { component: 'default-scheduler' }, reportingComponent: '' },
    ...over,
  }
}

export function madeDeployment(name: string, status: Part, spec: Part = {}): MadeObject {
  return {
    ...{ apiVersion: 'flink.apache.org/v1beta1', kind: 'FlinkDeployment' },
    metadata: { name, namespace: 'flink', uid: `uid-${name}`, generation: 2, ...version },
    spec: {
      ...{ image: 'flink:2.2.1', flinkVersion: 'v2_2', mode: 'native' },
      flinkConfiguration: { 's3.secret-key': 'hunter2' },
      job: {
        jarURI: 'local:///job.jar',
        parallelism: 4,
        state: 'running',
        upgradeMode: 'savepoint',
      },
      ...spec,
    },
    status,
  }
}

export function madeSessionJob(name: string, deploymentName: string, status: Part): MadeObject {
  return {
    ...{ apiVersion: 'flink.apache.org/v1beta1', kind: 'FlinkSessionJob' },
    metadata: { name, namespace: 'flink', uid: `uid-${name}`, generation: 1, ...version },
    spec: { deploymentName, job: { jarURI: 'https://repo/job.jar', parallelism: 2 } },
    status,
  }
}

export function madeSnapshot(name: string, job: Part | undefined, status: Part): MadeObject {
  return {
    ...{ apiVersion: 'flink.apache.org/v1beta1', kind: 'FlinkStateSnapshot' },
    metadata: { name, namespace: 'flink', uid: `uid-${name}`, generation: 1, ...version },
    spec: { ...(job && { jobReference: job }), savepoint: { disposeOnDelete: true } },
    status,
  }
}

/** The status of a FlinkDeployment whose job runs as it should. */
export const stableStatus: Part = {
  ...{ lifecycleState: 'STABLE', jobManagerDeploymentStatus: 'READY', observedGeneration: 2 },
  jobStatus: {
    ...{ jobId: 'a'.repeat(32), jobName: 'orders', state: 'RUNNING' },
    startTime: String(startedAt),
  },
  reconciliationStatus: {
    ...{ state: 'DEPLOYED', reconciliationTimestamp: createdAt },
    ...{ lastReconciledSpec: '{"job":1}', lastStableSpec: '{"job":1}' },
  },
}
