import { z } from 'zod'
import type { FlinkEvent } from '../model/events.ts'
import { jobMetrics, processMetrics, taskMetrics } from '../model/metrics.ts'
import { vias } from '../model/samples.ts'
import type { Subject } from '../model/subject.ts'
import { kubernetesEvents } from './kubernetes-events.ts'
import { type LogBlock, logBlock } from './log-block.ts'

/** The only version spoken today; an intake refuses any other with a sentence. */
export const BATCH_VERSION = 1

const text = z.string().min(1).max(20_000)
const at = z.int().positive()
const jobPart = { job: text, run: z.string().min(1).max(64) }

const subject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('job'), ...jobPart }),
  z.strictObject({
    kind: z.literal('subtask'),
    ...jobPart,
    vertex: z.string().min(1).max(64),
    subtask: z.int().nonnegative(),
    attempt: z.int().nonnegative(),
  }),
  z.strictObject({ kind: z.literal('taskmanager'), cluster: text, id: text }),
  z.strictObject({ kind: z.literal('jobmanager'), cluster: text }),
]) satisfies z.ZodType<Subject>

const metric = z.enum([
  ...Object.keys(taskMetrics),
  ...Object.keys(processMetrics),
  ...Object.keys(jobMetrics),
])

/** Thousands of numbers: one look at each, where a schema per element costs a hundred times that. */
const column = z.custom<(number | null)[]>(
  (value) => Array.isArray(value) && value.every(isNumberOrNull),
  { error: ({ input }) => `must be an array of finite numbers and nulls${firstOther(input)}` },
)

function firstOther(value: unknown): string {
  if (!Array.isArray(value)) return ''
  const index = value.findIndex((element) => !isNumberOrNull(element))
  const other: unknown = value[index]
  return `, but [${index}] is ${typeof other === 'number' ? other : `a ${typeof other}`}`
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || (typeof value === 'number' && Number.isFinite(value))
}

/** One moment of one source: each subject once, then per metric one value per subject, null = absent. */
const block = z
  .strictObject({
    at,
    via: z.enum(vias),
    subjects: z.array(subject).min(1).max(20_000),
    columns: z.partialRecord(metric, column),
  })
  .refine(
    (b) => Object.values(b.columns).every((column) => column?.length === b.subjects.length),
    'every column must have one value (or null) per subject',
  )

/**
 * Numbers that no column of ours is for, by Prometheus' rules for names: one moment, each series once.
 * What belongs to a job names it; everything else belongs to the cluster.
 */
const seriesBlock = z.strictObject({
  at,
  via: z.enum(vias),
  cluster: text,
  series: z
    .array(
      z.strictObject({
        metric: z
          .string()
          .max(512)
          .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, 'must be a metric name of Prometheus'),
        type: z.enum(['counter', 'gauge', 'untyped']),
        job: text.exactOptional(),
        labels: z.record(z.string().min(1).max(256), z.string().max(4_096)),
        value: z.number(),
      }),
    )
    .min(1)
    .max(20_000),
})

const topology = z.strictObject({
  vertices: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      parallelism: z.int(),
      maxParallelism: z.int(),
      slotSharingGroup: z.string().exactOptional(),
    }),
  ),
  edges: z.array(
    z.strictObject({
      from: z.string(),
      to: z.string(),
      strategy: z.enum(['FORWARD', 'HASH', 'REBALANCE', 'RESCALE', 'BROADCAST', 'GLOBAL', 'OTHER']),
    }),
  ),
  inferred: z.literal(true).exactOptional(),
})

const ms = z.number().nonnegative()
const event = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('run'),
    at,
    ...jobPart,
    state: z.enum([
      'INITIALIZING',
      'CREATED',
      'RUNNING',
      'FAILING',
      'FAILED',
      'CANCELLING',
      'CANCELED',
      'FINISHED',
      'RESTARTING',
      'SUSPENDED',
      'RECONCILING',
    ]),
    since: at,
    startedAt: at,
    endedAt: at.exactOptional(),
    bounded: z.boolean(),
    flinkVersion: z.string(),
    inferred: z.literal(true).exactOptional(),
  }),
  z.strictObject({ type: z.literal('topology'), at, ...jobPart, topology }),
  z.strictObject({
    type: z.literal('config'),
    at,
    ...jobPart,
    values: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    type: z.literal('placement'),
    at,
    ...jobPart,
    vertex: z.string(),
    tasks: z.array(
      z.strictObject({
        subtask: z.int().nonnegative(),
        attempt: z.int().nonnegative(),
        state: z.enum([
          'CREATED',
          'SCHEDULED',
          'DEPLOYING',
          'INITIALIZING',
          'RUNNING',
          'FINISHED',
          'CANCELING',
          'CANCELED',
          'FAILED',
          'RECONCILING',
        ]),
        taskmanager: z.string().exactOptional(),
        startedAt: z.number(),
      }),
    ),
  }),
  z.strictObject({
    type: z.literal('checkpoint'),
    at,
    ...jobPart,
    id: z.int().nonnegative(),
    state: z.enum(['in-progress', 'completed', 'failed']),
    savepoint: z.boolean(),
    unaligned: z.boolean(),
    triggeredAt: at,
    endToEndMs: ms,
    stateBytes: ms,
    acknowledged: z.int(),
    subtasks: z.int(),
    failure: z.string().exactOptional(),
    externalPath: z.string().exactOptional(),
    inFlightBytes: z.number().exactOptional(),
    tasks: z.array(
      z.strictObject({
        vertex: z.string(),
        acknowledged: z.int(),
        subtasks: z.int(),
        endToEndMs: ms.exactOptional(),
        startDelayMs: ms.exactOptional(),
        alignmentMs: ms.exactOptional(),
        syncMs: ms.exactOptional(),
        asyncMs: ms.exactOptional(),
        stateBytes: ms.exactOptional(),
        missing: z.array(z.int()).readonly().exactOptional(),
      }),
    ),
  }),
  z.strictObject({
    type: z.literal('exception'),
    at,
    ...jobPart,
    name: z.string(),
    root: z.string(),
    message: z.string(),
    stack: z.string().max(100_000),
    task: z.string().exactOptional(),
    taskmanager: z.string().exactOptional(),
  }),
  z.strictObject({
    type: z.literal('taskmanager'),
    at,
    cluster: text,
    id: text,
    state: z.enum(['registered', 'gone']),
    slots: z.int(),
    freeSlots: z.int(),
    cpuCores: z.number().exactOptional(),
    heapBytes: ms.exactOptional(),
    managedBytes: ms.exactOptional(),
    networkBytes: ms.exactOptional(),
    processBytes: ms.exactOptional(),
  }),
  z.strictObject({
    type: z.literal('cluster'),
    at,
    cluster: text,
    state: z.enum(['reachable', 'unreachable']),
    flinkVersion: z.string().exactOptional(),
    reason: z.string().exactOptional(),
  }),
  ...kubernetesEvents,
]) satisfies z.ZodType<FlinkEvent>

const envelope = {
  v: z.literal(BATCH_VERSION),
  agent: z.string().min(1).max(200),
  epoch: z.int().positive(),
  lane: z.enum(['live', 'backlog']),
  seq: z.int().positive(),
  sentAt: at,
}

/**
 * What an agent hands to a gateway. `epoch` is the start of the agent's process (epoch ms), `seq`
 * grows by one per (agent, epoch, lane): together they name a batch, so that a repeat is harmless.
 */
export const Batch = z.discriminatedUnion('kind', [
  z.strictObject({ ...envelope, kind: z.literal('samples'), blocks: z.array(block).min(1) }),
  z.strictObject({ ...envelope, kind: z.literal('series'), blocks: z.array(seriesBlock).min(1) }),
  z.strictObject({ ...envelope, kind: z.literal('events'), events: z.array(event).min(1) }),
  z.strictObject({ ...envelope, kind: z.literal('logs'), blocks: z.array(logBlock).min(1) }),
])
export type Batch = z.infer<typeof Batch>
export type SampleBlock = z.infer<typeof block>
export type SeriesBlock = z.infer<typeof seriesBlock>
export type SeriesSample = SeriesBlock['series'][number]

/** What a source hands over, before the shipper numbers it. */
export type Payload =
  | { readonly kind: 'samples'; readonly blocks: readonly SampleBlock[] }
  | { readonly kind: 'series'; readonly blocks: readonly SeriesBlock[] }
  | { readonly kind: 'events'; readonly events: readonly FlinkEvent[] }
  | { readonly kind: 'logs'; readonly blocks: readonly LogBlock[] }

export interface Ack {
  readonly agent: string
  readonly epoch: number
  readonly lane: Batch['lane']
  readonly seq: number
}
