import type { FactSource } from '../facts/source.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { type JobView, viewOf } from '../signals/view.ts'
import { sharedReads } from './shared-reads.ts'

/** The view of a job at the moment of its newest round; undefined when its facts are gone since. */
export type Views = (evaluated: Evaluated) => Promise<JobView | undefined>

/** Somebody who tries edits asks about one job many times between two rounds; a few such people may meet. */
const MOST_KEPT = 4

/** Rounds let go of the windows that they judged by, so whoever needs them reads them again. */
export function jobViews({ read }: Pick<FactSource, 'read'>): Views {
  const views = sharedReads<JobView | undefined>(MOST_KEPT)
  return ({ diagnosis: { job, at } }) =>
    views(`${at} ${job}`, async () => {
      const [facts] = await read([job], at)
      return facts && viewOf(facts)
    })
}
