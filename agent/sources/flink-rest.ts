import type { Payload } from '../../core/api/batch.ts'
import type { JobOverview } from '../../core/flink/rest/jobs.ts'
import { messageOf, SourceError } from '../../core/kit/errors.ts'
import type { Log } from '../../core/kit/log.ts'
import { checkpointsReader } from './checkpoints.ts'
import { type ClusterState, isLive } from './cluster.ts'
import { graphReader } from './graph.ts'
import { jobMetricsReader } from './job-metrics.ts'
import { processMetricsReader } from './process-metrics.ts'
import type { Source } from './source.ts'
import { verticesReader } from './vertices.ts'

/** Reads one kind of detail of one run; keeps what it has told already. */
export interface RunReader {
  read(run: JobOverview, job: string, signal: AbortSignal): Promise<readonly Payload[]>
  /** Forgets runs that are not in the overview any more. */
  keepOnly(runs: ReadonlySet<string>): void
}

export interface FlinkRestOptions {
  readonly everyMs?: number
  /** Shared with the states, which ask for the reason of a change at once. */
  readonly exceptions: RunReader
  /** Whether CPU, heap and collections are asked over REST: only where no reporter is scraped. */
  readonly processMetrics: boolean
  readonly log: Log
}

/**
 * The details of every live job of a JobManager: graph, counters of every subtask, checkpoints,
 * exceptions, restarts, configuration. One request after the other at the transport's pace, so a large
 * cluster is read more slowly, never harder.
 */
export function flinkRestSource(state: ClusterState, options: FlinkRestOptions): Source {
  const { everyMs = 5_000, log } = options
  const graph = graphReader(state)
  const readers: readonly RunReader[] = [
    graph,
    options.exceptions,
    verticesReader(state, graph),
    checkpointsReader(state, graph),
    jobMetricsReader(state),
  ]
  const processes = options.processMetrics ? processMetricsReader(state) : undefined
  const settled = new Set<string>()

  const readRun = async (run: JobOverview, signal: AbortSignal): Promise<readonly Payload[]> => {
    const job = state.names.jobOf(run.jid, run.name)
    const told: Payload[] = []
    for (const reader of isLive(run) ? readers : readers.slice(0, 2)) {
      try {
        told.push(...(await reader.read(run, job, signal)))
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof SourceError)) throw error
        // An ended job, a task that is only starting, a path that was not recorded: absent, and that is all.
        log.debug('A detail of a job could not be read.', { job, reason: messageOf(error) })
        if (error.code === 'source-unreachable') return told
      }
    }
    if (!isLive(run)) settled.add(run.jid)
    return told
  }

  return {
    name: `flink-rest ${state.cluster}`,
    everyMs,
    async poll(signal) {
      const runs = new Set(state.runs.map((run) => run.jid))
      for (const reader of readers) reader.keepOnly(runs)
      const told: Payload[] = []
      // Whose state has just changed comes first.
      const stirred = [...state.stirred]
      state.stirred.clear()
      const urgent = (run: JobOverview) => Number(!stirred.includes(run.jid))
      for (const run of [...state.runs].sort((a, b) => urgent(a) - urgent(b))) {
        if (settled.has(run.jid) && !stirred.includes(run.jid)) continue
        told.push(...(await readRun(run, signal)))
      }
      if (processes) told.push(...(await processes(signal)))
      return told
    },
  }
}
