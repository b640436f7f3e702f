import type { Application } from '../journal/application.ts'
import type { JobPolicy } from './job-policy.ts'

/** What is known beside the job itself when it is decided. */
export interface Situation {
  readonly at: number
  readonly policy: JobPolicy
  readonly limits: Limits
  /** Every change there was, of all jobs. */
  readonly applications: readonly Application[]
  /** Since when this very size has been advised; epoch ms. */
  readonly advisedSince: (vertex: string) => number
}

/** Over all jobs together. */
export interface Limits {
  /** Changes that are not settled yet. */
  readonly atOnce: number
  readonly perHour: number
}
