import { z } from 'zod'
import { type Severity, severities } from '../../core/model/finding.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'

/** `cluster/namespace/name`, where `*` is any number of characters of one part. */
export const jobPattern = z
  .string()
  .max(400)
  .refine((pattern) => parseJobRef(pattern.replaceAll('*', 'x')) !== undefined, {
    error:
      'must be cluster/namespace/name, where * is anything: prod/shop/orders-* or */payments/*',
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

/** Part by part on the decoded names, so that no `*` reaches over a slash. */
export function matchesJob(pattern: string, job: string): boolean {
  const wanted = pattern.split('/')
  const parts = job.split('/')
  if (wanted.length !== 3 || parts.length !== 3) return false
  return wanted.every((part, index) => glob(decoded(part), decoded(parts[index] ?? '')))
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Goes back to the newest `*` only, so hostile patterns cost no more than pattern × text. */
export function glob(pattern: string, text: string): boolean {
  let [at, next] = [0, 0]
  let star: { readonly after: number; at: number } | undefined
  while (next < text.length) {
    if (pattern[at] === '*') {
      star = { after: at + 1, at: next }
      at++
    } else if (at < pattern.length && pattern[at] === text[next]) {
      at++
      next++
    } else if (star) {
      star.at++
      at = star.after
      next = star.at
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
