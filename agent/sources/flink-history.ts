import type { Payload } from '../../core/api/batch.ts'
import type { FlinkRest } from '../../core/flink/client/flink-rest.ts'
import type { JobOverview } from '../../core/flink/rest/jobs.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { messageOf, SourceError } from '../../core/kit/errors.ts'
import type { Log } from '../../core/kit/log.ts'
import type { RunEvent } from '../../core/model/events.ts'
import { checkpointsReader } from './checkpoints.ts'
import { type ClusterState, events, isLive } from './cluster.ts'
import { exceptionsReader } from './exceptions.ts'
import { graphReader } from './graph.ts'
import { createJobNames } from './job-names.ts'
import type { Source } from './source.ts'

export interface FlinkHistoryOptions {
  /** The cluster whose JobManagers write these archives, as live sources name it. */
  readonly cluster: string
  readonly namespace: string
  readonly rest: FlinkRest
  readonly clock: Clock
  readonly log: Log
  readonly everyMs?: number
  /** Runs that ended longer ago are left where they are. */
  readonly withinMs?: number
}

const DAY_MS = 86_400_000
/** Of each look: a server full of archives is read over many, and never harder. */
const RUNS_PER_LOOK = 20

/**
 * Ended runs from a HistoryServer: what a JobManager that is gone cannot tell any more. It serves the paths of
 * the live REST API from its archives (HistoryServer, FsJobArchivist), so the words are the same, under the
 * same keys: a run seen live and archived later is one run. What it says is as of the run's end.
 */
export function flinkHistory(options: FlinkHistoryOptions): Source {
  const { cluster, rest, clock, log, everyMs = 30_000, withinMs = 7 * DAY_MS } = options
  const state: ClusterState = {
    ...{ cluster, rest, names: createJobNames(cluster, options.namespace) },
    ...{ runs: [], flinkVersion: '', bounded: new Set(), stirred: new Set() },
  }
  const graph = graphReader(state)
  const readers = [graph, exceptionsReader(state), checkpointsReader(state, graph)]
  const told = new Set<string>()
  let isAway = false

  const detailsOf = async (run: JobOverview, job: string, signal: AbortSignal) => {
    const payloads: Payload[] = []
    for (const reader of readers) {
      try {
        payloads.push(...(await reader.read(run, job, signal)))
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof SourceError) || error.code === 'source-unreachable') throw error
        // An archive of an older Flink lacks parts; the others stand.
        log.debug('A part of an archived job could not be read.', { job, reason: messageOf(error) })
      }
    }
    return payloads
  }

  const readRun = async (run: JobOverview, signal: AbortSignal): Promise<readonly Payload[]> => {
    const job = state.names.jobOf(run.jid, run.name)
    const endedAt = run['end-time']
    const details = await detailsOf(run, job, signal)
    // Its graph first: whether it is bounded stands there.
    const word: RunEvent = {
      ...{ type: 'run', at: endedAt, job, run: run.jid, state: run.state },
      ...{ since: endedAt, startedAt: Math.max(1, run['start-time']), endedAt },
      ...{ bounded: state.bounded.has(run.jid), flinkVersion: '' },
    }
    return [...events(word), ...details.map((payload) => asOf(payload, endedAt))]
  }

  const look = async (signal: AbortSignal): Promise<readonly Payload[]> => {
    const { jobs } = (await rest.jobs(signal)).value
    const listed = new Set(jobs.map(({ jid }) => jid))
    for (const run of told) if (!listed.has(run)) told.delete(run)
    for (const reader of readers) reader.keepOnly(listed)
    const news = jobs
      .filter((run) => !isLive(run) && !told.has(run.jid))
      .filter((run) => run['end-time'] > 0 && clock.now() - run['end-time'] <= withinMs)
      .sort((a, b) => b['end-time'] - a['end-time'])
      .slice(0, RUNS_PER_LOOK)
    state.names.update(news.map(({ jid: run, name }) => ({ run, name, live: false })))
    const payloads: Payload[] = []
    for (const run of news) {
      payloads.push(...(await readRun(run, signal)))
      told.add(run.jid)
    }
    return payloads
  }

  return {
    name: `flink-history ${cluster}`,
    everyMs,
    async poll(signal) {
      try {
        const payloads = await look(signal)
        if (isAway) log.info('The HistoryServer answers again.', { cluster })
        isAway = false
        return payloads
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof SourceError)) throw error
        if (!isAway) {
          const reason = messageOf(error)
          log.warn('The HistoryServer does not answer; it is asked again.', { cluster, reason })
        }
        isAway = true
        return []
      }
    },
  }
}

/** What was read today was so when the run ended. */
function asOf(payload: Payload, endedAt: number): Payload {
  if (payload.kind !== 'events') return payload
  return {
    kind: 'events',
    events: payload.events.map((event) => ({ ...event, at: Math.min(event.at, endedAt) })),
  }
}
