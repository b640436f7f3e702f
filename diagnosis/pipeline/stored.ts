import type { Payload } from '../../core/api/batch.ts'
import type { PipelinePage } from '../../core/api/pipeline.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { writeSeries } from '../../core/store/generic.ts'
import type { Store } from '../../core/store/open.ts'
import {
  readNewestSampleAt,
  readOwnNumbers,
  readParked,
  readTableSizes,
} from '../../core/store/own-numbers.ts'
import { pipelineOf } from './pipeline.ts'

/** Losses are counted over this. */
const SPAN_MS = 3_600_000
/** Records that can never be stored are worth knowing for longer. */
const PARKED_MS = 14 * 24 * 3_600_000

/** How Weir fared in the last hour, by the wall clock: its parts run now, whatever the jobs' time is. */
export function storedPipeline(store: Store, clock: Clock): () => Promise<PipelinePage> {
  return async () => {
    const at = clock.now()
    const from = at - SPAN_MS
    const [numbers, parked, tables, newestSampleAt] = await Promise.all([
      readOwnNumbers(store, { from, to: at }),
      readParked(store, { from: at - PARKED_MS, to: at }),
      readTableSizes(store),
      readNewestSampleAt(store, from),
    ])
    return pipelineOf({ numbers, parked, tables, newestSampleAt }, { from, at })
  }
}

/** For a part that stands beside the store and has no gateway before it: puts its own numbers in. */
export function storeOwnNumbers(
  store: Store,
  onError: (error: unknown) => void,
): (payload: Payload) => void {
  return (payload) => {
    if (payload.kind === 'series') writeSeries(store, payload.blocks, {}).catch(onError)
  }
}
