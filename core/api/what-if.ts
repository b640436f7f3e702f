import { z } from 'zod'

/** Vertices are named by their id, or by their name where only one has it. */
const vertex = z.string().min(1).max(1024)

/** Flink keeps parallelism below 2^15 (KeyGroupRangeAssignment.UPPER_BOUND_MAX_PARALLELISM). */
const parallelism = z.int().min(1).max(32_768)

/** A change to try on the live graph. What is left out stays as it is. */
export const WhatIfEdit = z.strictObject({
  parallelism: z.record(vertex, parallelism).optional(),
  slotsPerTaskManager: z.int().min(1).max(1024).optional(),
  /** Vertex → slot sharing group. */
  slotSharingGroups: z.record(vertex, z.string().min(1).max(256)).optional(),
  /** Only between rebalance and rescale: the others carry meaning. */
  edges: z
    .array(z.strictObject({ from: vertex, to: vertex, strategy: z.enum(['REBALANCE', 'RESCALE']) }))
    .max(1000)
    .optional(),
  /** Keys of TaskManager memory and their new values; null takes a key away. */
  memory: z
    .record(
      z.string().regex(/^taskmanager\.memory\.[a-z.-]+$/),
      z.union([z.string().max(64), z.null()]),
    )
    .optional(),
  /** Demand of all sources against now: 2 is twice as much. */
  demand: z.number().positive().max(1000).optional(),
  /** Of a job that ends: in how long it should be done, and what each of its sources will read. */
  finishWithinMs: z
    .int()
    .min(1_000)
    .max(30 * 86_400_000)
    .optional(),
  inputRecords: z.record(vertex, z.number().positive().max(1e15)).optional(),
})
export type WhatIfEdit = z.output<typeof WhatIfEdit>

const fromTo = z.strictObject({ from: z.number(), to: z.number() })
const known = z.number().nullable()

/** What would become of one vertex. Unknown numbers are null, never 0. */
export const WhatIfVertex = z.strictObject({
  id: z.string(),
  name: z.string(),
  parallelism: fromTo,
  busy: z
    .strictObject({
      now: known,
      after: known,
      low: known,
      high: known,
      busiest: known.describe(
        'Of the busiest subtask, where groups or a pointwise edge fall unevenly.',
      ),
    })
    .describe(
      'Busy share: now as measured, after with its interval. Above 1 it holds its sources back.',
    ),
  demandPerSecond: known,
  censored: z.boolean().describe('At least so much arrives; more may.'),
  groups: z
    .strictObject({ total: z.number(), busiest: z.number(), least: z.number() })
    .nullable()
    .describe('Key groups or partitions that the subtasks share, and what the busiest has.'),
})
export type WhatIfVertex = z.output<typeof WhatIfVertex>

/** `POST …/what-if`: what an edit would do. */
export const WhatIfAnswer = z.strictObject({
  kind: z.literal('answer'),
  vertices: z.array(WhatIfVertex).readonly(),
  bottleneck: z
    .string()
    .nullable()
    .describe(
      'The vertex that holds the others back first; null while none does or nothing is known.',
    ),
  slots: fromTo,
  taskManagers: fromTo,
  cores: fromTo.nullable(),
  memory: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('sizes'), bytes: z.record(z.string(), fromTo) }),
      z.strictObject({ kind: z.literal('refused'), reason: z.string() }),
      z.strictObject({ kind: z.literal('unknown'), reason: z.string() }),
    ])
    .describe('Pools of one TaskManager in bytes, or why Flink would not start it.'),
  network: z.strictObject({
    neededBytes: fromTo.describe('What the gates of the fullest TaskManager may take.'),
    availableBytes: known,
    connections: fromTo,
  }),
  regions: fromTo.describe('Parts of the job that restart by themselves.'),
  finish: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('unknown'), reason: z.string() }),
      z.strictObject({
        kind: z.literal('known'),
        basis: z.string(),
        records: z.number().describe('Of all sources.'),
        ms: fromTo.describe(
          'Until it is done, from now, or from its start where a whole run is meant.',
        ),
        parallelism: z
          .record(z.string(), z.number())
          .nullable()
          .describe('By vertex: the smallest sizes that end within the time that was asked for.'),
      }),
    ])
    .nullable()
    .describe('Of a job that ends; null where it does not.'),
  restart: z.strictObject({ ms: known, stateBytes: known }),
  warnings: z.array(z.string()).readonly(),
})
export type WhatIfAnswer = z.output<typeof WhatIfAnswer>

/** An edit that cannot be: each problem names what, and what would be right. Over HTTP a 422. */
export interface WhatIfRefused {
  readonly kind: 'refused'
  readonly problems: readonly string[]
}
