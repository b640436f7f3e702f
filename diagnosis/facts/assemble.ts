import type { FlinkEvent, RunEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { JobSample, ProcessSample, TaskSample } from '../../core/model/samples.ts'

/** Everything that arrived about one job and its cluster, in any order. */
export interface Arrived {
  readonly tasks: readonly TaskSample[]
  readonly processes: readonly ProcessSample[]
  readonly samples: readonly JobSample[]
  readonly events: readonly FlinkEvent[]
}

/**
 * Puts what arrived into the shape that rules read: only the newest run's graph, samples and
 * history, the cluster's processes and TaskManagers, everything oldest first. Undefined while no
 * run of the job is known.
 */
export function assembleFacts(job: string, arrived: Arrived, at: number): JobFacts | undefined {
  const ref = parseJobRef(job)
  const runs = byTime(
    arrived.events.filter((event): event is RunEvent => event.type === 'run' && event.job === job),
  )
  const newest = runs.reduce<RunEvent | undefined>(
    (best, event) => (best === undefined || event.startedAt >= best.startedAt ? event : best),
    undefined,
  )
  if (!ref || !newest) return undefined
  const { run } = newest
  const ofType = <T extends FlinkEvent['type']>(type: T) =>
    byTime(
      arrived.events.filter((event): event is Extract<FlinkEvent, { type: T }> => {
        if (event.type !== type) return false
        return 'run' in event
          ? event.run === run && event.job === job
          : event.cluster === ref.cluster
      }),
    )
  return {
    job,
    ref,
    at,
    runs: ofType('run'),
    topology: ofType('topology').at(-1)?.topology,
    config: ofType('config').at(-1)?.values,
    tasks: byTime(arrived.tasks.filter((sample) => sample.job === job && sample.run === run)),
    processes: byTime(arrived.processes.filter((sample) => sample.cluster === ref.cluster)),
    samples: byTime(arrived.samples.filter((sample) => sample.job === job && sample.run === run)),
    placements: ofType('placement'),
    checkpoints: newestPerCheckpoint(ofType('checkpoint')),
    exceptions: ofType('exception'),
    taskmanagers: ofType('taskmanager'),
    clusters: ofType('cluster'),
  }
}

function byTime<T extends { readonly at: number }>(list: readonly T[]): readonly T[] {
  return [...list].sort((a, b) => a.at - b.at)
}

/** A checkpoint is told several times while it is in progress: the newest word counts. */
function newestPerCheckpoint<T extends { readonly id: number }>(list: readonly T[]): readonly T[] {
  return [...new Map(list.map((checkpoint) => [checkpoint.id, checkpoint])).values()]
}
