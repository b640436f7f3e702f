import type { CheckpointEvent } from '../core/model/events.ts'
import { parseJobRef } from '../core/model/job-ref.ts'
import {
  readFindings,
  readScoredRuns,
  readScores,
  readTrackers,
  readTrends,
  writeDiagnoses,
} from '../core/store/diagnoses.ts'
import { readEpisodes, readPositions } from '../core/store/episodes.ts'
import { readEvents } from '../core/store/events.ts'
import { readFollowUps } from '../core/store/follow-ups.ts'
import {
  countLogLines,
  readLogContext,
  readLogFiles,
  readLogLines,
  readLogPatterns,
} from '../core/store/log-reads.ts'
import type { Store } from '../core/store/open.ts'
import { readProcessSamples, readTaskSamples, type Span } from '../core/store/samples.ts'
import { readUse } from '../core/store/use.ts'
import { storedAlerts } from './alerts/records.ts'
import type { Diagnosis, TrackerMemory } from './engine/diagnosis.ts'
import { storedPast } from './facts/past.ts'
import { storedFacts } from './facts/stored.ts'
import { TREND_POINTS, TREND_STEP_MS } from './rounds/board.ts'
import type { Records } from './start.ts'

/** Memory of a tracker older than this belongs to jobs that are long gone. */
const REMEMBERED_MS = 24 * 3_600_000

const asRow = (diagnosis: Diagnosis) => ({ ...diagnosis, run: diagnosis.run?.run ?? '' })

/** Diagnosis over a store: where it reads facts and history, and keeps what it said. */
export function storedRecords(store: Store): Records {
  const eventsOf = (job: string, span: Span) => {
    const cluster = parseJobRef(job)?.cluster ?? ''
    return readEvents(store, { jobs: [job], clusters: [cluster], ...span })
  }
  return {
    facts: storedFacts(store),
    past: storedPast(store),
    alerts: storedAlerts(store),
    history: {
      scores: (job, span) => readScores(store, job, span),
      runs: (job, span) => readScoredRuns(store, job, span),
      findings: (job, span) => readFindings(store, job, span),
      tasks: (job, vertex, span, metrics) =>
        readTaskSamples(store, { jobs: [job], vertex, metrics, ...span }),
      processes: (cluster, process, span) =>
        readProcessSamples(store, { clusters: [cluster], process, ...span }),
      episodes: (job, span) => readEpisodes(store, job, span),
      positions: (job, span) => readPositions(store, { job, ...span }),
      followUps: (job, limit) => readFollowUps(store, { job, limit }),
      use: (clusters, span) => readUse(store, { clusters, ...span }),
      async checkpoints(job, span) {
        const events = await eventsOf(job, span)
        return events.filter((event): event is CheckpointEvent => event.type === 'checkpoint')
      },
      async events(job, span) {
        // Lasting events from before the span are facts of now, not happenings of then.
        return (await eventsOf(job, span)).filter((event) => event.at >= span.from)
      },
    },
    logs: {
      lines: (scope, question) => readLogLines(store, scope, question),
      counts: (scope, question) => countLogLines(store, scope, question),
      patterns: (scope, question) => readLogPatterns(store, scope, question),
      context: (place, around) => readLogContext(store, place, around),
      files: (owners, span) => readLogFiles(store, owners, span),
    },
    save: (diagnoses, repeated = []) =>
      writeDiagnoses(store, diagnoses.map(asRow), repeated.map(asRow)),
    async load(at) {
      const [trackers, trends] = await Promise.all([
        readTrackers(store, at - REMEMBERED_MS),
        readTrends(store, {
          from: at - TREND_POINTS * TREND_STEP_MS,
          to: at,
          stepMs: TREND_STEP_MS,
        }),
      ])
      // The trackers table holds what TrackerMemory was written as.
      return { memories: trackers as ReadonlyMap<string, TrackerMemory>, trends }
    },
  }
}
