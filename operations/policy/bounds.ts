import { glob } from '../../core/model/job-pattern.ts'
import type { AdvisedSize } from '../facts/job-facts.ts'
import type { JobPolicy } from './job-policy.ts'
import { type Refusal, refuse } from './refusal.ts'

/** The size that bounds leave of an advised one, or why they leave none. */
export function boundedSize(
  { vertex, name, from, to }: Pick<AdvisedSize, 'vertex' | 'name' | 'from' | 'to'>,
  { parallelism, vertices }: Pick<JobPolicy, 'parallelism' | 'vertices'>,
  maxParallelism: number,
): { readonly to: number; readonly note?: string } | Refusal {
  const own = vertices.find((one) => one.vertex === vertex || glob(one.vertex, name))
  if (own?.fixed) return refuse('fixed', `${name} is fixed by "${own.vertex}"`)
  const low = Math.max(1, own?.min ?? parallelism.min ?? 1)
  const high = Math.min(
    own?.max ?? parallelism.max ?? Number.POSITIVE_INFINITY,
    // Flink says 0 or less where it is not set yet.
    maxParallelism > 0 ? maxParallelism : Number.POSITIVE_INFINITY,
  )
  const held = Math.min(Math.max(to, low), high)
  if (held === to) return { to }
  const bound = held < to ? `at most ${high}` : `at least ${low}`
  const stillMoves = to > from ? held > from : held < from
  if (!stillMoves)
    return refuse('bounds', `${to} subtasks are advised, but bounds allow ${name} ${bound}`)
  return { to: held, note: `${to} were advised, bounds allow ${bound}` }
}
