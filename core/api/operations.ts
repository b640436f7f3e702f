import { z } from 'zod'

/** `GET /api/v1/operations`: what operations did, does and would do, and why it does not. */

const epochMs = z.int().nonnegative()

/** What became of the advice of a job in the last round. */
export const jobOutcomes = [
  'quiet',
  'refused',
  'suggested',
  'printed',
  'dry-run',
  'applied',
  'under-way',
  'error',
] as const

const Answer = z.strictObject({
  vertex: z.string(),
  name: z.string(),
  from: z.int(),
  to: z.int().describe('As advised.'),
  refused: z.strictObject({ code: z.string(), reason: z.string() }).nullable(),
  note: z.string().nullable().describe('What bounds left of it.'),
})

export const OperationsJob = z.strictObject({
  job: z.string().describe('cluster/namespace/name, each part percent-encoded.'),
  at: epochMs,
  mode: z.enum(['off', 'suggest', 'apply']),
  way: z.enum(['rest', 'deployment', 'print']),
  outcome: z.enum(jobOutcomes),
  answers: z.array(Answer).describe('One for each size that is advised.'),
  abstained: z
    .array(z.strictObject({ name: z.string(), reason: z.string() }))
    .describe('Where diagnosis itself says that no size is the answer.'),
  otherAdvice: z
    .array(z.strictObject({ kind: z.string(), name: z.string() }))
    .describe('Advice that is left to people.'),
  command: z.string().nullable().describe('What a person would type to do it.'),
  trouble: z.string().nullable(),
})
export type OperationsJob = Readonly<z.output<typeof OperationsJob>>

export const OperationsChange = z.strictObject({
  id: z.string(),
  job: z.string(),
  at: epochMs,
  change: z.string().describe('Such as "Check stock 1 → 3".'),
  resized: z.array(
    z.strictObject({ vertex: z.string(), name: z.string(), from: z.int(), to: z.int() }),
  ),
  way: z.enum(['rest', 'deployment']),
  state: z.enum([
    'intended',
    'applied',
    'settling',
    'taking-back',
    'verified',
    'unproven',
    'taken-back',
    'left',
    'failed',
  ]),
  stateAt: epochMs,
  because: z.string().nullable(),
})
export type OperationsChange = Readonly<z.output<typeof OperationsChange>>

export const OperationsStatus = z.strictObject({
  schemaVersion: z.literal(1),
  at: epochMs,
  dryRun: z.boolean(),
  lastRoundAt: epochMs.nullable(),
  trouble: z.string().nullable().describe('Why the last round was not held in full.'),
  jobs: z.array(OperationsJob),
  changes: z.array(OperationsChange).describe('Newest first, the last two hundred.'),
})
export type OperationsStatus = Readonly<z.output<typeof OperationsStatus>>
