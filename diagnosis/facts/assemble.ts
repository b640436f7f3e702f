import type { CheckpointEvent, FlinkEvent, RunEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { JobSample, ProcessSample, TaskSample } from '../../core/model/samples.ts'
import { type ArrivedLogs, loggedFacts, logsInWindow } from './logged.ts'
import { EVENT_WINDOW_MS, SAMPLE_WINDOW_MS } from './source.ts'
import { inOrder, known } from './words.ts'

/** What arrived about some jobs and their clusters, in any order; more than is asked for does no harm. */
export interface Arrived {
  readonly tasks: readonly TaskSample[]
  readonly processes: readonly ProcessSample[]
  readonly samples: readonly JobSample[]
  readonly events: readonly FlinkEvent[]
  readonly logs: ArrivedLogs
}

/**
 * Puts what had arrived by `at` into the shape that rules read: of each job only the newest run's graph,
 * samples and history, and its cluster's processes and TaskManagers. A job without a known run is left out.
 */
export function assembleFacts(
  jobs: readonly string[],
  arrived: Arrived,
  at: number,
): readonly JobFacts[] {
  const inWindow = (sample: { readonly at: number }) =>
    sample.at <= at && sample.at >= at - SAMPLE_WINDOW_MS
  const events = arrived.events.filter((event) => event.at <= at)
  // Everything is sorted into jobs and clusters once, so that a thousand jobs cost a thousand times one.
  const ofJob = {
    tasks: groupBy(arrived.tasks.filter(inWindow), ({ job }) => job),
    samples: groupBy(arrived.samples.filter(inWindow), ({ job }) => job),
    events: groupBy(events, (event) => ('job' in event ? event.job : undefined)),
  }
  const ofCluster = {
    processes: groupBy(arrived.processes.filter(inWindow), ({ cluster }) => cluster),
    events: groupBy(events, (event) => ('cluster' in event ? event.cluster : undefined)),
  }

  const logs = logsInWindow(arrived.logs, at)

  return jobs.flatMap((job): readonly JobFacts[] => {
    const ref = parseJobRef(job)
    const own = ofJob.events.get(job) ?? []
    const run = newestRun(own)
    if (!ref || run === undefined) return []
    const ofRun = typed(
      own.filter((event) => 'run' in event && event.run === run),
      at,
    )
    const ofItsCluster = typed(ofCluster.events.get(ref.cluster) ?? [], at)
    const runs = preferTold(ofRun('run'), (event) => event.inferred)
    const graphs = preferTold(ofRun('topology'), (event) => event.topology.inferred)
    const topology = graphs.at(-1)?.topology
    const placements = ofRun('placement')
    return [
      {
        job,
        ref,
        at,
        runs,
        topology,
        config: ofRun('config').at(-1)?.values,
        tasks: taskOrder((ofJob.tasks.get(job) ?? []).filter((sample) => sample.run === run)),
        processes: processOrder(ofCluster.processes.get(ref.cluster) ?? []),
        samples: jobOrder((ofJob.samples.get(job) ?? []).filter((sample) => sample.run === run)),
        placements,
        checkpoints: newestPerCheckpoint(ofRun('checkpoint')),
        exceptions: ofRun('exception'),
        taskmanagers: ofItsCluster('taskmanager'),
        clusters: ofItsCluster('cluster'),
        pods: ofItsCluster('pod'),
        logs: loggedFacts(logs, { job, run: runs.at(-1), topology, placements }),
      },
    ]
  })
}

/** The run that was submitted last, whichever was heard of last: agents tell of ended runs, too. */
export function newestRun(events: readonly FlinkEvent[]): string | undefined {
  const runs = events.filter((event): event is RunEvent => event.type === 'run')
  const [newest] = runs.sort((a, b) => b.startedAt - a.startedAt || b.at - a.at)
  return newest?.run
}

/** What was inferred from metrics counts only until Flink itself has said something. */
function preferTold<T>(
  events: readonly T[],
  isInferred: (event: T) => true | undefined,
): readonly T[] {
  const told = events.filter((event) => !isInferred(event))
  return told.length > 0 ? told : events
}

function typed(events: readonly FlinkEvent[], at: number) {
  return <T extends FlinkEvent['type']>(type: T) =>
    known(
      inOrder(
        events.filter((event): event is Extract<FlinkEvent, { type: T }> => event.type === type),
      ),
      at - EVENT_WINDOW_MS,
    )
}

/** A checkpoint is told several times: the newest word counts, and its end whenever it was told. */
function newestPerCheckpoint(words: readonly CheckpointEvent[]): readonly CheckpointEvent[] {
  const newest = new Map<number, CheckpointEvent>()
  for (const word of words) {
    const before = newest.get(word.id)
    if (before && before.state !== 'in-progress' && word.state === 'in-progress') continue
    newest.set(word.id, word)
  }
  return inOrder([...newest.values()])
}

function groupBy<T>(
  list: readonly T[],
  keyOf: (item: T) => string | undefined,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of list) {
    const key = keyOf(item)
    if (key === undefined) continue
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

const alphabetic = (a: string, b: string) => (a < b ? -1 : Number(a > b))

function taskOrder(samples: readonly TaskSample[]): readonly TaskSample[] {
  return samples.toSorted(
    (a, b) =>
      a.at - b.at ||
      alphabetic(a.vertex, b.vertex) ||
      a.subtask - b.subtask ||
      a.attempt - b.attempt ||
      alphabetic(a.via, b.via),
  )
}

function processOrder(samples: readonly ProcessSample[]): readonly ProcessSample[] {
  return samples.toSorted(
    (a, b) => a.at - b.at || alphabetic(a.process, b.process) || alphabetic(a.via, b.via),
  )
}

function jobOrder(samples: readonly JobSample[]): readonly JobSample[] {
  return samples.toSorted((a, b) => a.at - b.at || alphabetic(a.via, b.via))
}
