import { parseJobRef } from '../../core/model/job-ref.ts'
import { readJobs, readKnownEvents } from '../../core/store/events.ts'
import type { Store } from '../../core/store/open.ts'
import { readJobSamples, readProcessSamples, readTaskSamples } from '../../core/store/samples.ts'
import { assembleFacts } from './assemble.ts'
import { EVENT_WINDOW_MS, type FactSource, SAMPLE_WINDOW_MS } from './source.ts'
import { WORDS_PER_TYPE } from './words.ts'

/** Facts from the store: four queries, however many jobs. */
export function storedFacts(store: Store): FactSource {
  return {
    jobs: (at) => readJobs(store, { from: at - EVENT_WINDOW_MS, to: at }),
    async read(jobs, at) {
      if (jobs.length === 0) return []
      const clusters = [...new Set(jobs.flatMap((job) => parseJobRef(job)?.cluster ?? []))]
      const window = { from: at - SAMPLE_WINDOW_MS, to: at }
      const [tasks, processes, samples, events] = await Promise.all([
        readTaskSamples(store, { jobs, ...window }),
        readProcessSamples(store, { clusters, ...window }),
        readJobSamples(store, { jobs, ...window }),
        readKnownEvents(store, {
          ...{ jobs, clusters, from: at - EVENT_WINDOW_MS, to: at },
          perType: WORDS_PER_TYPE,
        }),
      ])
      return assembleFacts(jobs, { tasks, processes, samples, events }, at)
    },
  }
}
