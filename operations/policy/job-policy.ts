import { z } from 'zod'
import { isJobPattern, matchesJob } from '../../core/model/job-pattern.ts'
import { everOpens, type Stretch, stretchConfig } from './windows.ts'

/** off: not even looked at. suggest: says what it would do. apply: does it. */
export const modes = ['off', 'suggest', 'apply'] as const
export type Mode = (typeof modes)[number]

/**
 * rest: the adaptive scheduler changes the running job. deployment: the FlinkDeployment is patched and its operator
 * does it. print: a command is shown, and nothing is done.
 */
export const wayNames = ['rest', 'deployment', 'print'] as const
export type WayName = (typeof wayNames)[number]

const subtasks = z.int().min(1).max(32_768)
const boundsShape = { min: subtasks.optional(), max: subtasks.optional() }

const boundsConfig = z
  .strictObject(boundsShape)
  .superRefine(({ min = 1, max = 32_768 }, context) => {
    if (min <= max) return
    context.addIssue({
      code: 'custom',
      message: `contradicts itself: min ${min} is above max ${max}`,
      continue: false,
    })
  })

const vertexConfig = z
  .strictObject({
    vertex: z.string().min(1).max(1_024).describe('Its id, or its name; * is anything.'),
    ...boundsShape,
    fixed: z.boolean().default(false).describe('Leaves its size alone altogether.'),
  })
  .superRefine(({ vertex, min = 1, max = 32_768 }, context) => {
    if (min <= max) return
    context.addIssue({
      code: 'custom',
      message: `"${vertex}" contradicts itself: min ${min} is above max ${max}`,
      continue: false,
    })
  })

const ms = (low: number, high: number) => z.int().min(low).max(high)
const DAY_MS = 86_400_000

/** What may be said of all jobs, or of some; what is not said is as it is for all. */
export const policyShape = {
  mode: z.enum(modes).optional().describe('Default: suggest.'),
  way: z.enum(wayNames).optional().describe('How it is carried out. Default: rest.'),
  directions: z
    .array(z.enum(['up', 'down']))
    .min(1)
    .optional()
    .describe('Whether sizes may be raised, lowered, or both. Default: both.'),
  windows: z
    .array(stretchConfig)
    .min(1)
    .max(50)
    .optional()
    .describe('Only within these. Default: at any time.'),
  notDuring: z.array(stretchConfig).max(50).optional().describe('Never within these.'),
  parallelism: boundsConfig.optional().describe('Bounds of every vertex.'),
  vertices: z
    .array(vertexConfig)
    .max(500)
    .optional()
    .describe('Bounds of single vertices; of several that match the first counts.'),
  maxSlots: z.int().min(1).optional().describe('What the job may occupy in all.'),
  growsOnDemand: z
    .boolean()
    .optional()
    .describe(
      'Whether the cluster starts TaskManagers when slots are missing (native Kubernetes, YARN). Default: false, and free slots are asked for first.',
    ),
  minConfidence: z.number().min(0).max(1).optional().describe('Default: 0.7.'),
  holdMs: ms(0, DAY_MS).optional().describe('How long an advice must have stood. Default: 60000.'),
  cooldownMs: ms(0, 7 * DAY_MS)
    .optional()
    .describe('Rest after any restart of the job. Default: 600000.'),
  perDay: z.int().min(1).max(1_000).optional().describe('Changes of one job in 24 h. Default: 6.'),
  notAgainMs: ms(0, 90 * DAY_MS)
    .optional()
    .describe('How long a change that was taken back is not tried again. Default: a day.'),
  effectWithinMs: ms(5_000, DAY_MS)
    .optional()
    .describe('By when the new size must be seen to run, else it is taken back. Default: 300000.'),
  settleMs: ms(5_000, DAY_MS)
    .optional()
    .describe('How long it may settle before it is compared with what was said. Default: 600000.'),
  worseBy: z
    .number()
    .min(0)
    .max(10)
    .optional()
    .describe('Points of score below those before the change that count as worse. Default: 0.5.'),
} as const

const policyFields = z.strictObject(policyShape)
type PolicyFields = z.output<typeof policyFields>

export const policyConfig = policyFields.superRefine((policy, context) =>
  tell(contradictions(policyOf([policy])), context),
)

const jobPattern = z.string().max(400).refine(isJobPattern, {
  error: 'must be cluster/namespace/name, where * is anything: prod/shop/orders-* or */payments/*',
})

export const ruleConfig = z.strictObject({
  jobs: z.array(jobPattern).min(1).max(200).describe('cluster/namespace/name; * is anything.'),
  ...policyShape,
})
export type RuleConfig = z.output<typeof ruleConfig>

/** What holds for one job, everything said. */
export interface JobPolicy {
  readonly mode: Mode
  readonly way: WayName
  readonly directions: readonly ('up' | 'down')[]
  readonly windows: readonly Stretch[]
  readonly notDuring: readonly Stretch[]
  readonly parallelism: { readonly min?: number | undefined; readonly max?: number | undefined }
  readonly vertices: readonly z.output<typeof vertexConfig>[]
  readonly maxSlots: number
  readonly growsOnDemand: boolean
  readonly minConfidence: number
  readonly holdMs: number
  readonly cooldownMs: number
  readonly perDay: number
  readonly notAgainMs: number
  readonly effectWithinMs: number
  readonly settleMs: number
  readonly worseBy: number
}

const DEFAULTS: JobPolicy = {
  mode: 'suggest',
  way: 'rest',
  directions: ['up', 'down'],
  windows: [],
  notDuring: [],
  parallelism: {},
  vertices: [],
  maxSlots: Number.POSITIVE_INFINITY,
  growsOnDemand: false,
  minConfidence: 0.7,
  holdMs: 60_000,
  cooldownMs: 600_000,
  perDay: 6,
  notAgainMs: DAY_MS,
  effectWithinMs: 300_000,
  settleMs: 600_000,
  worseBy: 0.5,
}

/** Defaults, and what later parts say differently. */
export function policyOf(parts: readonly PolicyFields[]): JobPolicy {
  const said = parts.flatMap((part) =>
    Object.entries(part).filter(([key, value]) => key in DEFAULTS && value !== undefined),
  )
  // Every key of a part that DEFAULTS has is a key of the policy, of the same type (policyShape).
  return { ...DEFAULTS, ...(Object.fromEntries(said) as Partial<JobPolicy>) }
}

/** What holds for a job: for all, then the first rule that names it. */
export function policyFor(
  { policy, rules }: { readonly policy: PolicyFields; readonly rules: readonly RuleConfig[] },
  job: string,
): JobPolicy {
  const rule = rules.find(({ jobs }) => jobs.some((pattern) => matchesJob(pattern, job)))
  return policyOf(rule ? [policy, rule] : [policy])
}

/** What cannot be followed, in words; empty when all of it can. */
export function contradictions(policy: JobPolicy): readonly string[] {
  const { windows, notDuring, parallelism, vertices } = policy
  const never = everOpens(windows, notDuring)
    ? []
    : [
        windows.length === 0
          ? 'notDuring covers all of the time: nothing would ever be done'
          : 'windows never open: every one of them lies within notDuring',
      ]
  const [low, high] = [parallelism.min ?? 1, parallelism.max ?? 32_768]
  const outside = vertices.flatMap(({ vertex, min = 1, max = 32_768 }) =>
    min > high
      ? [
          `the vertex "${vertex}" contradicts its job: its min ${min} is above parallelism.max ${high}`,
        ]
      : max < low
        ? [
            `the vertex "${vertex}" contradicts its job: its max ${max} is below parallelism.min ${low}`,
          ]
        : [],
  )
  const tooMany =
    low > policy.maxSlots
      ? [`parallelism.min ${low} needs more slots than maxSlots ${policy.maxSlots} allows`]
      : []
  return [...never, ...outside, ...tooMany]
}

export function tell(
  problems: readonly string[],
  context: z.RefinementCtx,
  path: PropertyKey[] = [],
): void {
  for (const message of problems) {
    context.addIssue({ code: 'custom', path, message, continue: false })
  }
}
