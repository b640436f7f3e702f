import { z } from 'zod'
import { forConfig } from './for.ts'
import { jobPattern, type Match, matchConfig } from './match.ts'
import { muteConfig } from './mute.ts'
import { targetConfig } from './targets-config.ts'

const name = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,62}$/, 'must be letters, digits, - and _, beginning with a letter')

/** What makes two alerts part of one message. */
export const groupFields = ['job', 'cluster', 'namespace', 'cause', 'team', 'severity'] as const
export type GroupField = (typeof groupFields)[number]

export const routeConfig = z.strictObject({
  name,
  to: z.array(name).min(1).max(20).describe('Names of targets.'),
  match: matchConfig
    .prefault({})
    .describe('Without severities: crit and major. Without anything else: all jobs.'),
  continue: z
    .boolean()
    .default(false)
    .describe('Ask the routes below as well; else the first that matches has it.'),
  groupBy: z
    .array(z.enum(groupFields))
    .default(['job'])
    .describe('One message per value of these; what is platform-wide is one message anyway.'),
  waitMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(3_000)
    .describe('How long the first message of a group waits for others to join it.'),
  intervalMs: z
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(60_000)
    .describe('Between two messages of a group. A new failure does not wait for it.'),
  repeatMs: z
    .int()
    .min(60_000)
    .max(7 * 86_400_000)
    .default(4 * 3_600_000)
    .describe('What still fires is told again after this long.'),
  mostPerHour: z
    .int()
    .min(1)
    .max(10_000)
    .default(60)
    .describe('Messages of things that fire; beyond it they wait. What is over is always told.'),
  mute: z.array(muteConfig).max(50).default([]).describe('When what fires is held back.'),
})
export type RouteConfig = Readonly<z.output<typeof routeConfig>>

export const alertsConfig = z
  .strictObject({
    pageUrl: z
      .url({ protocol: /^https?$/, error: 'must look like https://weir.example.com' })
      .optional()
      .describe('Where people reach the page; without it messages carry no links.'),
    teams: z
      .record(name, z.array(jobPattern).min(1))
      .default({})
      .describe('Whose jobs are whose; of several that match the first counts.'),
    forMs: forConfig.prefault({}).describe('How long it must have lasted before it is told.'),
    platformWide: z
      .strictObject({
        intervalMs: z
          .int()
          .min(1_000)
          .max(86_400_000)
          .default(600_000)
          .describe('Between two messages of what many jobs share, while it grows or shrinks.'),
      })
      .prefault({}),
    targets: z.record(name, targetConfig).default({}),
    routes: z.array(routeConfig).max(500).default([]),
  })
  // Asked even when other settings are wrong, so that one reading tells all.
  .superRefine(namesExist, { when: () => true })

export type AlertsConfig = Readonly<z.output<typeof alertsConfig>>

/** What a reading that is not yet known to be right may look like. */
interface Named {
  readonly targets?: unknown
  readonly teams?: unknown
  readonly routes?: readonly {
    readonly name?: string
    readonly to?: readonly string[]
    readonly match?: Match
  }[]
}

function namesExist(config: Named, context: z.RefinementCtx): void {
  const problem = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path, message })
  const targets = keysOf(config?.targets)
  const teams = keysOf(config?.teams)
  const routes = Array.isArray(config?.routes) ? config.routes : []
  const seen = new Set<string>()
  for (const [index, route] of routes.entries()) {
    if (typeof route !== 'object' || route === null) continue
    if (route.name !== undefined && seen.has(route.name)) {
      problem(['routes', index, 'name'], `"${route.name}" is the name of another route as well`)
    }
    if (route.name !== undefined) seen.add(route.name)
    for (const [place, target] of listOf(route.to).entries()) {
      if (targets.includes(target)) continue
      problem(['routes', index, 'to', place], unknownName(target, 'target', targets))
    }
    for (const [place, team] of listOf(route.match?.teams).entries()) {
      if (teams.includes(team)) continue
      problem(['routes', index, 'match', 'teams', place], unknownName(team, 'team', teams))
    }
  }
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}

function listOf(value: readonly string[] | undefined): readonly string[] {
  return Array.isArray(value) ? value : []
}

function unknownName(name: string, what: string, known: readonly string[]): string {
  const list = known.length === 0 ? 'none is configured' : `there are ${known.join(', ')}`
  return `"${name}" is no ${what}; ${list}`
}
