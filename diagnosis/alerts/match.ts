import { z } from 'zod'
import { type Severity, severities } from '../../core/model/finding.ts'
import { glob, isJobPattern, matchesJob } from '../../core/model/job-pattern.ts'

export { glob, matchesJob }

/** `cluster/namespace/name`, where `*` is any number of characters of one part. */
export const jobPattern = z.string().max(400).refine(isJobPattern, {
  error: 'must be cluster/namespace/name, where * is anything: prod/shop/orders-* or */payments/*',
})

export const causeId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be the id of a cause, such as slow-sink')
  .max(60)

const some = <T extends z.ZodType>(one: T) => z.array(one).min(1).max(200).optional()

/** Which alerts are meant. What is not given does not matter; all that is given must hold. */
export const matchConfig = z.strictObject({
  severities: some(z.enum(severities)),
  causes: some(causeId).describe('Ids of causes, as the catalogue names them.'),
  teams: some(z.string().min(1).max(100)).describe('Names from alerts.teams.'),
  jobs: some(jobPattern).describe('cluster/namespace/name; * is anything within a part.'),
})
export type Match = Readonly<z.output<typeof matchConfig>>

/** What can be asked about an alert by a route or a silence. */
export interface Matchable {
  readonly job: string
  readonly cause: string
  readonly severity: Severity
  readonly team: string
}

export function matches(match: Match, { job, cause, severity, team }: Matchable): boolean {
  return (
    (match.severities?.includes(severity) ?? true) &&
    (match.causes?.includes(cause) ?? true) &&
    (match.teams?.includes(team) ?? true) &&
    (match.jobs?.some((pattern) => matchesJob(pattern, job)) ?? true)
  )
}

/** The first team that claims a job; '' when none does. */
export function teamOf(teams: Readonly<Record<string, readonly string[]>>, job: string): string {
  const claims = (patterns: readonly string[]) => patterns.some((one) => matchesJob(one, job))
  return Object.entries(teams).find(([, patterns]) => claims(patterns))?.[0] ?? ''
}
