import { parseJobRef } from '../../core/model/job-ref.ts'
import { readJobs, readKnownEvents } from '../../core/store/events.ts'
import { readLogFiles, readTellingLines } from '../../core/store/log-reads.ts'
import type { Store } from '../../core/store/open.ts'
import { type LoadWindows, readPulses } from '../../core/store/pulses/read.ts'
import { readJobSamples, readProcessSamples, readTaskSamples } from '../../core/store/samples.ts'
import { PROCESS_STALE_MS, PROCESS_WINDOW_MS } from '../signals/process.ts'
import { THROTTLED_WINDOW_MS } from '../signals/throttling.ts'
import {
  FEW_SAMPLES,
  FEW_SPAN_MS,
  LOAD_SAMPLES,
  LOAD_SPAN_LIMIT_MS,
  LOAD_WINDOW_MS,
  STALE_MS,
  WARM_UP_MS,
} from '../signals/vectors.ts'
import { assembleFacts } from './assemble.ts'
import {
  type ArrivedLogs,
  besideSignatures,
  faultSignatures,
  LINES_PER_KIND,
  tellingSignatures,
} from './logged.ts'
import { EVENT_WINDOW_MS, type FactSource, LOG_WINDOW_MS, SAMPLE_WINDOW_MS } from './source.ts'
import { WORDS_PER_TYPE } from './words.ts'

const LOADS: LoadWindows = {
  warmUpMs: WARM_UP_MS,
  nearMs: LOAD_WINDOW_MS,
  farMs: LOAD_SPAN_LIMIT_MS,
  samples: LOAD_SAMPLES,
  fewSamples: FEW_SAMPLES,
  fewSpanMs: FEW_SPAN_MS,
  staleMs: STALE_MS,
  processMs: PROCESS_WINDOW_MS,
  processStaleMs: PROCESS_STALE_MS,
  throttledMs: THROTTLED_WINDOW_MS,
}

/** Facts from the store: five queries, and up to two more where logs are followed, however many jobs. */
export function storedFacts(store: Store): FactSource {
  return {
    pulses: (jobs, at) =>
      readPulses(store, {
        ...{ jobs, to: at, from: at - SAMPLE_WINDOW_MS, since: at - EVENT_WINDOW_MS },
        ...{ linesSince: at - LOG_WINDOW_MS, signatures: faultSignatures, loads: LOADS },
      }),
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
