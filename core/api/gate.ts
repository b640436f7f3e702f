import { z } from 'zod'
import { severities } from '../model/finding.ts'
import { epochMs } from './shapes.ts'

/**
 * What platforms are told of a job, as schemas: they are checked by tests, printed as JSON Schema and read by
 * `weir gate`. Numbers are numbers or null, never NaN; every field is always there.
 */

const share = z.number().min(0).max(1)
const score = z.number().min(0).max(10).nullable()

const Cause = z.strictObject({
  rule: z.string(),
  severity: z.enum(severities),
  title: z.string(),
  subject: z.string(),
  text: z.string(),
  since: epochMs,
})

/** Paths on the server that answered. */
const Links = z.strictObject({
  job: z.string().describe('The page.'),
  health: z.string(),
  gate: z.string(),
  findings: z.string(),
})

export const verdictWords = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const

/** `GET …/health`: always 200 for a known job. */
export const Health = z.strictObject({
  schemaVersion: z.literal(1),
  job: z.string().describe('cluster/namespace/name, each part percent-encoded.'),
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  run: z.string().describe('The Flink job id; empty before it is known.'),
  state: z.string().describe('Flink’s word: RUNNING, FAILED …'),
  score: score.describe('0 to 10; null exactly when the verdict is unknown.'),
  scale: z.literal(10),
  verdict: z.enum(verdictWords),
  ok: z.boolean().describe('Whether the verdict is healthy.'),
  confidence: share
    .nullable()
    .describe(
      'Of the least certain open cause that costs points; 1 without one, null when unknown.',
    ),
  coverage: share.describe('Share of what applies to the job that could be assessed.'),
  at: epochMs.describe('When the score was made.'),
  dataAgeMs: z.number().nonnegative().nullable().describe('Age of the newest sample; null: none.'),
  sentence: z.string(),
  missing: z.array(z.string()).describe('What is not known, worst first.'),
  parts: z
    .array(z.strictObject({ key: z.string(), rule: z.string(), points: z.number() }))
    .describe('What took points: 10 − their sum − the ceiling is the score.'),
  ceiling: z.strictObject({ rule: z.string(), points: z.number() }).nullable(),
  findings: z.array(Cause).describe('Open causes, worst first.'),
  weights: z.string().describe('Version of the weights; scores of two versions do not compare.'),
  links: Links,
})
export type Health = z.output<typeof Health>

export const gateWords = ['pass', 'fail', 'unknown'] as const
/** What unknown is to the one who asks: ask again (503), a fail (412), a pass (200). */
export const gatePolicies = ['wait', 'fail', 'pass'] as const

const Baseline = z.strictObject({
  state: z
    .enum(['none', 'incomparable', 'same', 'worse'])
    .describe(
      'none: the job had no run before. incomparable: never under this load, as far as is known.',
    ),
  run: z.string().nullable(),
  score: score.describe('What the earlier run held under this load.'),
  recordsPerSecond: z.number().nonnegative().nullable().describe('The load of now.'),
  comparedMs: z.number().nonnegative().describe('How long the earlier run was under this load.'),
})

/** `GET or POST …/gate`: 200 pass, 412 fail, 503 unknown (or what the policy makes of it). */
export const GateAnswer = z.strictObject({
  schemaVersion: z.literal(1),
  job: z.string(),
  run: z.string(),
  answer: z.enum(gateWords),
  ok: z.boolean().describe('Whether to go on: the answer, after the policy.'),
  policy: z.enum(gatePolicies),
  reason: z.string(),
  reasons: z.array(z.string()).min(1).describe('The reason, and what else speaks for it.'),
  score: score.describe('The lowest tenth of the window (p10).'),
  scale: z.literal(10),
  minScore: z.number().min(0).max(10),
  forMs: z.number().positive(),
  at: epochMs,
  baseline: Baseline.nullable().describe('Null unless it was asked for.'),
  findings: z.array(Cause).describe('Open causes at that moment, worst first.'),
  links: Links,
})
export type GateAnswer = z.output<typeof GateAnswer>
export type GateBaseline = z.output<typeof Baseline>
