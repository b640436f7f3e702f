import { z } from 'zod'

/**
 * `GET /api/v1/efficiency?from=&to=`: what jobs were given, what they used of it, and what could be given back.
 * Numbers that are not known are null, never 0.
 */

const epochMs = z.number().int().nonnegative()
const known = z.number().nonnegative().nullable()
const share = z.number().nonnegative().nullable()

/** By the share in use at the peak: below 30 %, 60 %, 90 %, and above. */
export const useClasses = ['low', 'fair', 'good', 'full', 'unknown'] as const
export type UseClass = (typeof useClasses)[number]

const Use = z
  .strictObject({
    allotted: known,
    mean: known,
    peak: known.describe('The 95th percentile of five minutes.'),
    share: share.describe('The peak against what is allotted.'),
    class: z.enum(useClasses),
  })
  .describe('Of one resource, in cores or bytes.')
export type Use = z.output<typeof Use>

const Savings = z.strictObject({
  cores: known.describe('Cores that the peak leaves free at 70 % use.'),
  memoryBytes: known.describe('Heap that the peak of the live set leaves free at 55 % use.'),
  perHour: known.describe('In money, where a price is configured.'),
})
export type Savings = z.output<typeof Savings>

export const JobEfficiency = z.strictObject({
  job: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  team: z.string().describe('Who claims it in alerts.teams; else its namespace, else its cluster.'),
  shared: z
    .boolean()
    .describe('Other jobs run on its TaskManagers: cores and memory are split by slots.'),
  slots: z.number().int().nonnegative(),
  idleSlots: known.describe('Slots beside it that nobody uses; 0 where the cluster is shared.'),
  cpu: Use,
  memory: Use.describe('Live heap against the limit of the heap.'),
  slotUse: z.enum(useClasses),
  low: z
    .boolean()
    .nullable()
    .describe('Nothing that was measured of it is used; null: nothing was measured.'),
  observedMs: z.number().nonnegative(),
  savings: Savings.nullable().describe('Null before a whole day was seen: its peak is not known.'),
})
export type JobEfficiency = z.output<typeof JobEfficiency>

const TeamEfficiency = z.strictObject({
  team: z.string(),
  jobs: z.number().int(),
  low: z.number().int(),
  unknown: z.number().int(),
  cores: known.describe('Allotted, as far as it is known.'),
  memoryBytes: known,
  slots: z.number().int(),
  idleSlots: z.number().int(),
  savings: Savings,
})
export type TeamEfficiency = z.output<typeof TeamEfficiency>

export const Efficiency = z.strictObject({
  from: epochMs,
  to: epochMs,
  target: z.number().min(0).max(1).describe('Largest share of jobs that may be low.'),
  lowShare: share.describe('Jobs that are low, of those of which something is known.'),
  met: z.boolean().nullable(),
  currency: z.string().nullable(),
  teams: z.array(TeamEfficiency).readonly().describe('What they could save first.'),
  jobs: z.array(JobEfficiency).readonly().describe('What they could save first.'),
})
export type Efficiency = z.output<typeof Efficiency>
