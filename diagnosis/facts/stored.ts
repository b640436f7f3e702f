import { parseJobRef } from '../../core/model/job-ref.ts'
import { readJobs, readKnownEvents } from '../../core/store/events.ts'
import { readLogFiles, readTellingLines } from '../../core/store/log-reads.ts'
import type { Store } from '../../core/store/open.ts'
import { readJobSamples, readProcessSamples, readTaskSamples } from '../../core/store/samples.ts'
import { assembleFacts } from './assemble.ts'
import { type ArrivedLogs, besideSignatures, LINES_PER_KIND, tellingSignatures } from './logged.ts'
import { EVENT_WINDOW_MS, type FactSource, LOG_WINDOW_MS, SAMPLE_WINDOW_MS } from './source.ts'
import { WORDS_PER_TYPE } from './words.ts'

/** Facts from the store: five queries, and up to two more where logs are followed, however many jobs. */
export function storedFacts(store: Store): FactSource {
  return {
    jobs: (at) => readJobs(store, { from: at - EVENT_WINDOW_MS, to: at }),
    async read(jobs, at) {
      if (jobs.length === 0) return []
      const clusters = [...new Set(jobs.flatMap((job) => parseJobRef(job)?.cluster ?? []))]
      const window = { from: at - SAMPLE_WINDOW_MS, to: at }
      const [tasks, processes, samples, events, logs] = await Promise.all([
        readTaskSamples(store, { jobs, ...window }),
        readProcessSamples(store, { clusters, ...window }),
        readJobSamples(store, { jobs, ...window }),
        readKnownEvents(store, {
          ...{ jobs, clusters, from: at - EVENT_WINDOW_MS, to: at },
          perType: WORDS_PER_TYPE,
        }),
        arrivedLogs(store, [...jobs, ...clusters], at),
      ])
      return assembleFacts(jobs, { tasks, processes, samples, events, logs }, at)
    },
  }
}

async function arrivedLogs(
  store: Store,
  owners: readonly string[],
  at: number,
): Promise<ArrivedLogs> {
  const span = { from: at - LOG_WINDOW_MS, to: at }
  const files = (await readLogFiles(store, owners, span)).map(({ origin }) => origin)
  if (files.length === 0) return { files, lines: [] }
  // Twice as many, as a repeat may be there twice.
  const kinds = { ...span, most: 2 * LINES_PER_KIND }
  const lines = await readTellingLines(store, owners, {
    ...{ ...kinds, signatures: tellingSignatures, exceptions: true },
  })
  const speaking = [...new Set(lines.map(({ owner }) => owner))]
  if (speaking.length === 0) return { files, lines }
  const beside = await readTellingLines(store, speaking, {
    ...{ ...kinds, signatures: besideSignatures, exceptions: false },
  })
  return { files, lines: [...lines, ...beside] }
}
