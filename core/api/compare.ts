import { z } from 'zod'

/** `GET …/compare?run=&with=`: two runs of a job under the same load, as a schema that `weir compare` reads. */

const epochMs = z.number().int().nonnegative()
const known = z.number().nullable()

const Run = z.strictObject({
  run: z.string().describe('The Flink job id.'),
  from: epochMs.describe('What of it was looked at.'),
  to: epochMs,
  flinkVersion: z.string().nullable(),
})

const Estimate = z.strictObject({
  mean: z.number(),
  low: z.number().describe('The interval that holds the mean in 99 of 100 such samples.'),
  high: z.number(),
  samples: z.number().int().positive(),
})

export const comparedUnits = ['ratio', 'perSecond', 'ms', 'bytes', 'cores', 'points'] as const

const Measure = z.strictObject({
  name: z.string().describe('What was measured, such as "busy share".'),
  vertex: z.string().nullable().describe('Of which vertex; null: of the job.'),
  unit: z.enum(comparedUnits),
  run: Estimate.nullable(),
  with: Estimate.nullable(),
  answer: z
    .enum(['higher', 'lower', 'same', 'unknown'])
    .describe('How `run` stands to `with`, beyond noise.'),
  because: z.string(),
})

const Change = z.strictObject({
  what: z.enum(['version', 'image', 'option', 'operator', 'parallelism']),
  name: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
})

export const RunComparison = z.strictObject({
  schemaVersion: z.literal(1),
  job: z.string(),
  run: Run,
  with: Run,
  changes: z.array(Change).describe('From `with` to `run`.'),
  unknownChanges: z.array(z.string()).describe('Parts of the specification that were not told.'),
  load: z.strictObject({
    comparable: z.boolean(),
    run: known.describe('Records a second, median of all minutes looked at.'),
    with: known,
    minutes: z.number().int().nonnegative().describe('Pairs of minutes under the same load.'),
    reason: z.string(),
  }),
  measures: z.array(Measure),
})
export type RunComparison = z.output<typeof RunComparison>
export type ComparedMeasure = z.output<typeof Measure>
export type ComparedUnit = ComparedMeasure['unit']
export type MeasuredEstimate = z.output<typeof Estimate>
