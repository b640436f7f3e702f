import type { JobFacts } from '../../core/model/facts.ts'
import type { Pulse } from '../../core/store/pulses/pulse.ts'

/** How far back the windows of samples reach. Rules open on 4–6 samples; charts read more themselves. */
export const SAMPLE_WINDOW_MS = 5 * 60_000

/**
 * How far back what happened is read. Of what lasts (runs, graphs, configurations, placements,
 * TaskManagers, reachability) the last word from before it is read as well, however old.
 */
export const EVENT_WINDOW_MS = 60 * 60_000

/** How far back lines of logs are read that tell something: as far as failures are counted together. */
export const LOG_WINDOW_MS = 15 * 60_000

/**
 * Where the rules' facts come from: the store, or batches kept in memory (`weir diagnose`,
 * `weir replay`). Both answer one contract suite; nothing above can tell them apart.
 */
export interface FactSource {
  /** Jobs with a sample of their own or a word on their run in the last hour before `at`, sorted. */
  jobs(at: number): Promise<readonly string[]>
  /** One entry per job that is known, in the order asked; only what had arrived by `at`. */
  read(jobs: readonly string[], at: number): Promise<readonly JobFacts[]>
  /** What the same windows come down to, for a source that can tell without handing them out. */
  pulses?(jobs: readonly string[], at: number): Promise<ReadonlyMap<string, Pulse>>
}
