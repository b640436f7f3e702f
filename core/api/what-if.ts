import { z } from 'zod'
import type { FromTo } from '../model/finding.ts'

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
})
export type WhatIfEdit = z.output<typeof WhatIfEdit>

/** What would become of one vertex. Unknown numbers are null, never 0. */
export interface WhatIfVertex {
  readonly id: string
  readonly name: string
  readonly parallelism: FromTo
  /** Busy share: now as measured, after with its interval. Above 1 it holds its sources back. */
  readonly busy: {
    readonly now: number | null
    readonly after: number | null
    readonly low: number | null
    readonly high: number | null
    /** Of the busiest subtask, where groups or a pointwise edge fall unevenly. */
    readonly busiest: number | null
  }
  readonly demandPerSecond: number | null
  /** At least so much arrives; more may. */
  readonly censored: boolean
  /** Key groups or partitions that the subtasks share, and what the busiest has. */
  readonly groups: {
    readonly total: number
    readonly busiest: number
    readonly least: number
  } | null
}

export interface WhatIfAnswer {
  readonly kind: 'answer'
  readonly vertices: readonly WhatIfVertex[]
  /** The vertex that holds the others back first; null while none does or nothing is known. */
  readonly bottleneck: string | null
  readonly slots: FromTo
  readonly taskManagers: FromTo
  readonly cores: FromTo | null
  /** Pools of one TaskManager in bytes, or why Flink would not start it. */
  readonly memory:
    | { readonly kind: 'sizes'; readonly bytes: Readonly<Record<string, FromTo>> }
    | { readonly kind: 'refused'; readonly reason: string }
    | { readonly kind: 'unknown'; readonly reason: string }
  readonly network: {
    /** Buffers that the gates of the fullest TaskManager may take, in bytes. */
    readonly neededBytes: FromTo
    readonly availableBytes: number | null
    readonly connections: FromTo
  }
  /** Parts of the job that restart by themselves. */
  readonly regions: FromTo
  readonly restart: { readonly ms: number | null; readonly stateBytes: number | null }
  readonly warnings: readonly string[]
}

/** An edit that cannot be: each problem names what, and what would be right. */
export interface WhatIfRefused {
  readonly kind: 'refused'
  readonly problems: readonly string[]
}
