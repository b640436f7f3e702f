import { z } from 'zod'
import type { JobState, TaskState } from '../../model/events.ts'

export const jobStates = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
  'RESTARTING',
  'SUSPENDED',
  'RECONCILING',
] as const satisfies readonly JobState[]

export const taskStates = [
  'CREATED',
  'SCHEDULED',
  'DEPLOYING',
  'INITIALIZING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
  'RECONCILING',
] as const satisfies readonly TaskState[]

/** `GET /overview` (ClusterOverviewHandler). */
export const Overview = z.object({
  taskmanagers: z.number(),
  'slots-total': z.number(),
  'slots-available': z.number(),
  'flink-version': z.string(),
})
export type Overview = z.output<typeof Overview>

/** `GET /jobs/overview` (JobsOverviewHandler): ended jobs of earlier runs are in it, too. */
export const JobsOverview = z.object({
  jobs: z.array(
    z.object({
      jid: z.string(),
      name: z.string(),
      state: z.enum(jobStates),
      'start-time': z.number(),
      'end-time': z.number(),
      'last-modification': z.number(),
      tasks: z.object({ total: z.number(), running: z.number() }),
    }),
  ),
})
export type JobOverview = z.output<typeof JobsOverview>['jobs'][number]
