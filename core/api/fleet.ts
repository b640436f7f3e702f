import { z } from 'zod'
import type { JobState } from '../model/events.ts'
import { severities } from '../model/finding.ts'
import { verdictWords } from './gate.ts'
import { epochMs, list } from './shapes.ts'

/** Jobs in a list, and all of them in a head, as schemas. */

const jobStates = [
  ...(['INITIALIZING', 'CREATED', 'RUNNING', 'FAILING', 'FAILED', 'CANCELLING'] as const),
  ...(['CANCELED', 'FINISHED', 'RESTARTING', 'SUSPENDED', 'RECONCILING'] as const),
] as const satisfies readonly JobState[]

const TopCause = z.strictObject({
  rule: z.string(),
  severity: z.enum(severities),
  title: z.string(),
  subject: z.string(),
  text: z.string(),
  since: epochMs,
})
export type TopCause = z.output<typeof TopCause>

export const JobSummary = z.strictObject({
  job: z.string().describe('cluster/namespace/name, each part percent-encoded.'),
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  run: z.string(),
  state: z.enum(jobStates),
  flinkVersion: z.string(),
  score: z.number().min(0).max(10).nullable(),
  verdict: z.enum(verdictWords),
  coverage: z.number(),
  topCause: TopCause.nullable(),
  moreCauses: z
    .int()
    .nonnegative()
    .describe('How many further causes are open beside the top one.'),
  unknownBecause: z
    .string()
    .nullable()
    .describe('Why the verdict is unknown, e.g. "no samples for 41 s".'),
  vertices: z.int().nonnegative(),
  restarts: z.number().nullable(),
  lastCheckpointAt: epochMs.nullable(),
  recordsPerSecond: z.number().nullable().describe('Taken by the sources; null when unknown.'),
  trend: list(z.strictObject({ at: epochMs, score: z.number().nullable() }).readonly()).describe(
    'Score at about forty moments of the last hour, null = gap.',
  ),
  updatedAt: epochMs,
  recording: z
    .boolean()
    .describe('True when these facts come from a recording, not from a live cluster.'),
})
export type JobSummary = Readonly<z.output<typeof JobSummary>>

/** `GET /api/v1/jobs?limit=&cursor=` */
export const JobsPage = z.strictObject({
  items: list(JobSummary),
  next: z.string().nullable().describe('Cursor of the next page, null at the end.'),
})
export type JobsPage = Readonly<z.output<typeof JobsPage>>

const ClusterSummary = z.strictObject({
  cluster: z.string(),
  state: z.enum(['reachable', 'unreachable', 'unknown']),
  flinkVersion: z.string().nullable(),
  reason: z.string().nullable(),
  taskmanagers: z.int().nonnegative(),
  slots: z.int().nonnegative(),
  freeSlots: z.int().nonnegative(),
})
export type ClusterSummary = Readonly<z.output<typeof ClusterSummary>>

const count = z.int().nonnegative()

/** `GET /api/v1/fleet`: what was seen so far, for the first attached minute and for the page's head. */
export const Fleet = z.strictObject({
  at: epochMs,
  jobs: count,
  vertices: count,
  verdicts: z
    .strictObject({ healthy: count, degraded: count, unhealthy: count, unknown: count })
    .readonly(),
  clusters: list(ClusterSummary),
  sentence: z.string().describe('Such as "12 jobs, 83 vertices, second sample in 8 s".'),
  recording: z.boolean(),
})
export type Fleet = Readonly<z.output<typeof Fleet>>

/** The body of every error (RFC 9457). */
export const ProblemBody = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().optional().describe('A stable word for programs.'),
  errors: list(z.strictObject({ parameter: z.string(), problem: z.string() }))
    .optional()
    .describe('All wrong parameters of a 400.'),
})
export type ProblemBody = Readonly<z.output<typeof ProblemBody>>
