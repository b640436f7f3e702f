import { z } from 'zod'
import { severities } from '../../core/model/finding.ts'

/**
 * Bodies of the public API, as far as operations reads them (types: core/api/public.ts). What is not read may change;
 * Infinity arrives as null, as JSON has it.
 */

const number = z.number().nullable()

/** `GET /jobs` */
export const JobsPage = z.object({
  items: z.array(
    z.object({ job: z.string(), topCause: z.unknown().transform((cause) => cause !== null) }),
  ),
  next: z.string().nullable(),
})

const Named = z.object({
  subject: z.object({ kind: z.string(), vertex: z.string().optional() }),
  name: z.string(),
})

const Advice = z.object({
  kind: z.string(),
  target: Named,
  cause: z.string(),
  from: z.number(),
  to: z.number(),
  confidence: z.number(),
  expected: z
    .object({ busy: z.object({ to: number, low: number, high: number }).optional() })
    .optional(),
})
export type AdviceBody = z.output<typeof Advice>

/** `GET /jobs/{job}` */
export const JobDetail = z.object({
  job: z.string(),
  run: z.string(),
  state: z.string(),
  stateSince: z.number(),
  updatedAt: z.number(),
  recording: z.boolean(),
  score: number,
  unknownBecause: z.string().nullable(),
  recordsPerSecond: number,
  advice: z.array(Advice),
  abstained: z.array(z.object({ target: Named, reason: z.string() })),
  checkpoints: z.array(
    z.object({
      state: z.string(),
      triggeredAt: z.number(),
      endToEndMs: z.number().nullish(),
    }),
  ),
})
export type JobDetail = z.output<typeof JobDetail>

/** `GET /jobs/{job}/findings?state=open` */
export const FindingsPage = z.object({
  items: z.array(
    z.object({
      key: z.string(),
      rule: z.string(),
      severity: z.enum(severities),
      title: z.string(),
      subject: Named,
      state: z.string(),
      cause: z.boolean(),
    }),
  ),
})

/** `GET /jobs/{job}/topology` */
export const TopologyView = z.object({
  topology: z.object({
    vertices: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        parallelism: z.int(),
        maxParallelism: z.int(),
        slotSharingGroup: z.string().optional(),
      }),
    ),
  }),
  loads: z.array(z.object({ vertex: z.string(), busy: number })),
})
export type TopologyView = z.output<typeof TopologyView>
