import { z } from 'zod'
import {
  contradictions,
  type JobPolicy,
  policyConfig,
  policyOf,
  ruleConfig,
  tell,
} from './policy/job-policy.ts'
import { kubernetesAccess } from './ways/kubernetes-access.ts'

const httpUrl = (example: string) =>
  z.url({ protocol: /^https?$/, error: `must look like ${example}` })

const clusterConfig = z.strictObject({
  name: z.string().min(1).max(255).describe('As in the names of its jobs.'),
  url: httpUrl('http://jobmanager:8081').describe('REST API of its JobManager.'),
  token: z.string().min(1).optional().describe('Bearer token, where a proxy wants one.'),
})

const statusToken = z.strictObject({
  name: z.string().min(1).max(100),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
    .describe('SHA-256 of the token: printf %s "$TOKEN" | sha256sum'),
})

export const operationsConfig = z
  .strictObject({
    diagnosis: z
      .strictObject({
        url: httpUrl('http://weir:8480'),
        token: z.string().min(1).optional().describe('A token of diagnosis; viewer is enough.'),
      })
      .optional()
      .describe('Whose advice is carried out. "weir up" takes its own.'),
    folder: z
      .string()
      .min(1)
      .optional()
      .describe('Where the journal is kept; must outlive the process. "weir up" takes --data.'),
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address of the status and the metrics. Beyond loopback it needs tokens.'),
    port: z.int().min(0).max(65_535).default(8490).describe('0 takes any free port.'),
    tokens: z.array(statusToken).max(100).default([]),
    everyMs: z.int().min(1_000).max(600_000).default(10_000).describe('How often it looks.'),
    dryRun: z
      .boolean()
      .default(false)
      .describe('Decides and asks Flink as always, but changes nothing and says what it would do.'),
    limits: z
      .strictObject({
        atOnce: z.int().min(1).max(1_000).default(1).describe('Changes that are not settled yet.'),
        perHour: z.int().min(1).max(10_000).default(10),
      })
      .prefault({})
      .describe('Over all jobs together.'),
    clusters: z.array(clusterConfig).max(1_000).default([]).describe('For the way "rest".'),
    kubernetes: kubernetesAccess.optional().describe('For the way "deployment".'),
    policy: policyConfig.prefault({}).describe('What holds for all jobs.'),
    rules: z
      .array(ruleConfig)
      .max(500)
      .default([])
      .describe('What holds for some; of several that match the first counts.'),
  })
  .superRefine(({ policy, rules, clusters }, context) => {
    for (const [index, rule] of rules.entries()) {
      const problems = contradictions(policyOf([policy, rule]))
      tell([...problems, ...shadowed(rules, index)], context, ['rules', index])
    }
    const names = clusters.map(({ name }) => name)
    const twice = names.filter((name, index) => names.indexOf(name) !== index)
    tell(
      twice.map((name) => `"${name}" is configured twice`),
      context,
      ['clusters'],
    )
  })

export type OperationsConfig = Readonly<z.output<typeof operationsConfig>>

/** A rule below one that names the same jobs is never asked. */
function shadowed(
  rules: readonly { readonly jobs: readonly string[] }[],
  index: number,
): readonly string[] {
  const earlier = new Set(rules.slice(0, index).flatMap(({ jobs }) => jobs))
  const own = rules[index]?.jobs ?? []
  return own.every((pattern) => earlier.has(pattern))
    ? ['is never asked: rules above it name the same jobs']
    : []
}

/** What is to be carried out, and has no place where it could be; empty when all has one. */
export function missingWays({
  policy,
  rules,
  clusters,
  kubernetes,
}: Pick<OperationsConfig, 'policy' | 'rules' | 'clusters' | 'kubernetes'>): readonly string[] {
  const missing: Readonly<Record<JobPolicy['way'], string | undefined>> = {
    rest: clusters.length > 0 ? undefined : 'operations.clusters names no JobManager',
    deployment: kubernetes ? undefined : 'operations.kubernetes is missing',
    print: undefined,
  }
  const policies = [
    ['operations.policy', policyOf([policy])] as const,
    ...rules.map((rule, index) => [`operations.rules.${index}`, policyOf([policy, rule])] as const),
  ]
  return policies.flatMap(([place, { mode, way }]) =>
    mode === 'apply' && missing[way] !== undefined
      ? [`${place}: applies by the way "${way}", but ${missing[way]}`]
      : [],
  )
}
