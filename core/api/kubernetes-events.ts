import { z } from 'zod'
import type { KubernetesEvent } from '../model/kubernetes.ts'

/** Kubernetes names are at most 253 long; texts are cut by the agent. */
const name = z.string().min(1).max(253)
const word = z.string().max(1_024)
const text = z.string().max(4_096)
const at = z.int().positive()
const amount = z.number().nonnegative()
const place = { at, cluster: z.string().min(1).max(20_000), namespace: name }

const exit = z.strictObject({
  id: word.exactOptional(),
  exitCode: z.int(),
  signal: z.int().exactOptional(),
  reason: word.exactOptional(),
  message: text.exactOptional(),
  startedAt: at.exactOptional(),
  finishedAt: at.exactOptional(),
  meaning: z.enum([
    'ended',
    'stopped',
    'killed',
    'out-of-memory-kill',
    'java-out-of-memory',
    'start-up-failed',
    'fatal-error',
    'uncaught-exception',
    'crashed',
    'segmentation-fault',
    'application-failed',
    'application-unknown',
    'never-started',
    'unknown',
  ]),
})

const resources = z.strictObject({
  cpuCores: amount.exactOptional(),
  memoryBytes: amount.exactOptional(),
})

const container = z.strictObject({
  name,
  part: z.enum(['init', 'app']),
  image: word,
  state: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('waiting'),
        reason: word.exactOptional(),
        message: text.exactOptional(),
      }),
      z.strictObject({ kind: z.literal('running'), startedAt: at.exactOptional() }),
      z.strictObject({ kind: z.literal('terminated'), exit }),
    ])
    .exactOptional(),
  last: exit.exactOptional(),
  restarts: z.int().nonnegative(),
  requests: resources,
  limits: resources,
})

const conditions = z.array(
  z.strictObject({
    type: word,
    status: z.enum(['True', 'False', 'Unknown']),
    reason: word.exactOptional(),
    message: text.exactOptional(),
    since: at.exactOptional(),
  }),
)

const pod = z.strictObject({
  type: z.literal('pod'),
  ...place,
  name,
  uid: name,
  component: z.enum(['jobmanager', 'taskmanager', 'other']),
  taskmanager: word.exactOptional(),
  ip: word.exactOptional(),
  node: name.exactOptional(),
  owner: z.strictObject({ kind: word, name: word }).exactOptional(),
  phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown', 'gone']),
  ready: z.boolean(),
  reason: word.exactOptional(),
  message: text.exactOptional(),
  conditions,
  containers: z.array(container),
  createdAt: at.exactOptional(),
  startedAt: at.exactOptional(),
  deletedAt: at.exactOptional(),
})

const node = z.strictObject({
  type: z.literal('node'),
  at,
  cluster: place.cluster,
  name,
  uid: name,
  state: z.enum(['present', 'gone']),
  ready: z.enum(['yes', 'no', 'unknown']),
  cordoned: z.boolean(),
  conditions,
  cpuCores: amount.exactOptional(),
  memoryBytes: amount.exactOptional(),
  instanceType: word.exactOptional(),
  zone: word.exactOptional(),
})

const said = z.strictObject({
  type: z.literal('k8s-event'),
  ...place,
  uid: name,
  object: z.strictObject({ kind: word, name: word, uid: word.exactOptional() }),
  severity: z.enum(['normal', 'warning']),
  reason: word,
  message: text,
  count: z.int().positive(),
  firstAt: at,
  reporter: word.exactOptional(),
})

const deployment = z.strictObject({
  type: z.literal('deployment'),
  ...place,
  kind: z.enum(['FlinkDeployment', 'FlinkSessionJob']),
  name,
  uid: name,
  state: z.enum(['present', 'gone']),
  lifecycle: z
    .enum([
      'CREATED',
      'SUSPENDED',
      'UPGRADING',
      'DEPLOYED',
      'STABLE',
      'ROLLING_BACK',
      'ROLLED_BACK',
      'FAILED',
      'DELETING',
      'DELETED',
      'UNKNOWN',
    ])
    .exactOptional(),
  jobManager: z
    .enum(['READY', 'DEPLOYED_NOT_READY', 'DEPLOYING', 'MISSING', 'ERROR', 'UNKNOWN'])
    .exactOptional(),
  flinkJob: z
    .strictObject({
      id: word.exactOptional(),
      name: word.exactOptional(),
      state: word.exactOptional(),
      startedAt: at.exactOptional(),
    })
    .exactOptional(),
  reconciliation: z
    .enum(['DEPLOYED', 'UPGRADING', 'ROLLING_BACK', 'ROLLED_BACK', 'UNKNOWN'])
    .exactOptional(),
  reconciledAt: at.exactOptional(),
  appliedIsStable: z.boolean().exactOptional(),
  generation: z.int().exactOptional(),
  observedGeneration: z.int().exactOptional(),
  wanted: z.enum(['running', 'suspended']).exactOptional(),
  image: word.exactOptional(),
  flinkVersion: word.exactOptional(),
  mode: z.enum(['native', 'standalone']).exactOptional(),
  upgradeMode: z.enum(['stateless', 'savepoint', 'last-state']).exactOptional(),
  parallelism: z.int().exactOptional(),
  error: z.strictObject({ type: word.exactOptional(), message: text }).exactOptional(),
})

const stateSnapshot = z.strictObject({
  type: z.literal('state-snapshot'),
  ...place,
  name,
  uid: name,
  of: z.strictObject({ kind: z.enum(['FlinkDeployment', 'FlinkSessionJob']), name }),
  kind: z.enum(['savepoint', 'checkpoint']),
  state: z.enum(['TRIGGER_PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'ABANDONED', 'UNKNOWN']),
  path: text.exactOptional(),
  failures: z.int().nonnegative(),
  triggeredAt: at.exactOptional(),
  endedAt: at.exactOptional(),
  error: text.exactOptional(),
})

/** The wire form of what Kubernetes and the operator tell, for the union of all events. */
export const kubernetesEvents = [pod, node, said, deployment, stateSnapshot] as const

// Holds the schemas to the words of the model; the list above keeps its members for the union.
z.discriminatedUnion('type', kubernetesEvents) satisfies z.ZodType<KubernetesEvent>
