import type { FactSource } from '../facts/source.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { type JobView, viewOf } from '../signals/view.ts'

/** The view of a job at the moment of its newest round; undefined when its facts are gone since. */
export type Views = (evaluated: Evaluated) => Promise<JobView | undefined>

/** Somebody who tries edits asks about one job many times between two rounds; a few such people may meet. */
const MOST_KEPT = 4

/** Rounds let go of the windows that they judged by, so whoever needs them reads them again. */
export function jobViews({ read }: Pick<FactSource, 'read'>): Views {
  const kept = new Map<
    string,
    { readonly at: number; readonly view: Promise<JobView | undefined> }
  >()
  return ({ diagnosis: { job, at } }) => {
    const known = kept.get(job)
    if (known?.at === at) return known.view
    const view = read([job], at).then(([facts]) => facts && viewOf(facts))
    const entry = { at, view }
    kept.delete(job)
    kept.set(job, entry)
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break
      kept.delete(oldest)
    }
    // A store that was down for a moment is asked again by the next one.
    view.catch(() => kept.get(job) === entry && kept.delete(job))
    return view
  }
}
