import type { Payload, SampleBlock } from '../../core/api/batch.ts'
import type { JobOverview } from '../../core/flink/rest/jobs.ts'
import { resourcesOf, type TaskManagerBody } from '../../core/flink/rest/taskmanagers.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { messageOf, SourceError } from '../../core/kit/errors.ts'
import type { ClusterEvent, FlinkEvent, RunEvent } from '../../core/model/events.ts'
import { type ClusterState, events, isLive } from './cluster.ts'
import type { RunReader } from './flink-rest.ts'
import type { Source } from './source.ts'

/** A job that failed before anybody looked is news for a day. */
const FAILED_WITHIN_MS = 24 * 3_600_000
const VERSION_EVERY_MS = 60_000

/**
 * The heartbeat of a cluster: job states, TaskManagers, whether the JobManager answers. Two cheap
 * requests, often, so that a failed job or a lost TaskManager is seen within seconds; the reason of a
 * change of state is asked for at once.
 */
export function flinkStates(
  state: ClusterState,
  clock: Clock,
  exceptions: RunReader,
  everyMs = 1_500,
): Source {
  const told = new Map<string, string>()

  /**
   * The overview keeps ended jobs for long. Those that we saw alive are followed to their end; of the
   * others only a failure that no newer run of the same name has replaced is worth a word.
   */
  const isWorthTelling = (run: JobOverview, all: readonly JobOverview[], at: number) => {
    if (isLive(run) || told.has(run.jid)) return true
    if (run.state !== 'FAILED' || at - run['end-time'] > FAILED_WITHIN_MS) return false
    return all.every((other) => other.name !== run.name || other['start-time'] <= run['start-time'])
  }

  const taskmanagers = new Map<string, string>()
  const registered = new Set<string>()
  let reachable: ClusterEvent['state'] | undefined
  let versionAt = 0
  let newestAt = 0

  const cluster = (
    word: ClusterEvent['state'],
    at: number,
    reason?: string,
  ): readonly FlinkEvent[] => {
    if (reachable === word) return []
    reachable = word
    const version = state.flinkVersion === '' ? {} : { flinkVersion: state.flinkVersion }
    return [
      {
        type: 'cluster',
        at,
        cluster: state.cluster,
        state: word,
        ...version,
        ...(reason ? { reason } : {}),
      },
    ]
  }

  /** Every ResourceID whose word changed since it was last told. */
  const compare = (bodies: readonly TaskManagerBody[], at: number): readonly FlinkEvent[] => {
    const about = { type: 'taskmanager' as const, at, cluster: state.cluster }
    const changed = bodies.flatMap((body) => {
      const resources = resourcesOf(body)
      const word = JSON.stringify(resources)
      const known = taskmanagers.get(body.id) === word
      taskmanagers.set(body.id, word)
      registered.add(body.id)
      return known ? [] : [{ ...about, id: body.id, state: 'registered' as const, ...resources }]
    })
    const listed = new Set(bodies.map(({ id }) => id))
    const gone = [...registered].filter((id) => !listed.has(id))
    for (const id of gone) {
      registered.delete(id)
      taskmanagers.delete(id)
    }
    return [
      ...changed,
      ...gone.map((id) => ({ ...about, id, state: 'gone' as const, slots: 0, freeSlots: 0 })),
    ]
  }

  const runEvents = (runs: readonly JobOverview[], at: number): readonly RunEvent[] =>
    runs.flatMap((run) => {
      const word = `${run.state} ${run['last-modification']}`
      if (told.get(run.jid) === word) return []
      told.set(run.jid, word)
      state.stirred.add(run.jid)
      return [
        {
          type: 'run',
          at,
          job: state.names.jobOf(run.jid, run.name),
          run: run.jid,
          state: run.state,
          since: Math.max(1, run['last-modification']),
          startedAt: Math.max(1, run['start-time']),
          ...(run['end-time'] > 0 ? { endedAt: run['end-time'] } : {}),
          bounded: state.bounded.has(run.jid),
          flinkVersion: state.flinkVersion,
        },
      ]
    })

  /** What runs whose state has just changed threw. */
  const reasonsOf = async (signal: AbortSignal): Promise<readonly Payload[]> => {
    const told: Payload[] = []
    for (const run of state.runs.filter(({ jid }) => state.stirred.has(jid))) {
      try {
        told.push(...(await exceptions.read(run, state.names.jobOf(run.jid, run.name), signal)))
      } catch (error) {
        if (!(error instanceof SourceError) || signal.aborted) throw error
      }
    }
    return told
  }

  return {
    name: `flink-states ${state.cluster}`,
    everyMs,
    async poll(signal) {
      try {
        if (clock.now() - versionAt >= VERSION_EVERY_MS || reachable !== 'reachable') {
          state.flinkVersion = (await state.rest.overview(signal)).value['flink-version']
          versionAt = clock.now()
        }
        const { value, at } = await state.rest.jobs(signal)
        if (at <= newestAt) return []
        newestAt = at
        const runs = value.jobs.filter((run) => isWorthTelling(run, value.jobs, at))
        state.names.update(runs.map((run) => ({ run: run.jid, name: run.name, live: isLive(run) })))
        state.runs = runs
        const list = [
          ...cluster('reachable', at),
          ...runEvents(runs, at),
          ...compare((await state.rest.taskmanagers(signal)).value.taskmanagers, at),
        ]
        return [...events(...list), ...tasksOf(runs, at, state), ...(await reasonsOf(signal))]
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof SourceError)) throw error
        if (error.code === 'source-unrecorded') return []
        return events(...cluster('unreachable', clock.now(), messageOf(error)))
      }
    },
  }
}

/** How many subtasks run, per job: also the sign of life that tells silence from calm. */
function tasksOf(
  runs: readonly JobOverview[],
  at: number,
  { names }: ClusterState,
): readonly Payload[] {
  if (runs.length === 0) return []
  const block: SampleBlock = {
    at,
    via: 'flink-rest',
    subjects: runs.map((run) => ({
      kind: 'job',
      job: names.jobOf(run.jid, run.name),
      run: run.jid,
    })),
    columns: {
      tasksRunning: runs.map((run) => run.tasks.running),
      tasksTotal: runs.map((run) => run.tasks.total),
    },
  }
  return [{ kind: 'samples', blocks: [block] }]
}
