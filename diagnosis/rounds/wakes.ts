import type { Payload } from '../../core/api/batch.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import { processKey } from '../../core/model/samples.ts'

/** A scrape that got no answer. It is a sample, but as urgent as an event. */
export interface ScrapeMissing {
  readonly type: 'scrape-missing'
  readonly at: number
  readonly cluster: string
  readonly process: string
}

/** What makes a job be looked at before its round. */
export type Happening = FlinkEvent | ScrapeMissing

/** What in a batch is urgent: state changes, exceptions, lost TaskManagers, clusters, missing scrapes. */
export function happeningsIn(payload: Payload): readonly Happening[] {
  if (payload.kind === 'events') return payload.events.filter(isUrgent)
  if (payload.kind !== 'samples') return []
  return payload.blocks.flatMap((block) => {
    const up = block.columns.up
    if (up === undefined) return []
    return block.subjects.flatMap((subject, index): ScrapeMissing[] => {
      if (up[index] !== 0 || subject.kind !== 'taskmanager') return []
      const { cluster, id } = subject
      return [{ type: 'scrape-missing', at: block.at, cluster, process: processKey(id) }]
    })
  })
}

export function isUrgent(happening: Happening): boolean {
  switch (happening.type) {
    case 'run':
    case 'exception':
    case 'cluster':
    case 'scrape-missing':
      return true
    case 'taskmanager':
      return happening.state === 'gone'
    case 'topology':
    case 'config':
    case 'placement':
    case 'checkpoint':
    case 'pod':
    case 'node':
    case 'deployment':
    case 'state-snapshot':
    case 'k8s-event':
      return false
  }
}

/** The jobs that a happening is about; one of a cluster is about all of its jobs. */
export function jobsOf(happening: Happening, known: Iterable<string>): readonly string[] {
  if ('job' in happening) return [happening.job]
  const jobs: string[] = []
  for (const job of known) {
    if (parseJobRef(job)?.cluster === happening.cluster) jobs.push(job)
  }
  return jobs
}

/** Whether the facts already know of the happening: the store may be a moment behind the bus. */
export function isKnownTo(facts: JobFacts, happening: Happening): boolean {
  switch (happening.type) {
    case 'run':
      return facts.runs.some((e) => e.at >= happening.at)
    case 'exception':
      return facts.exceptions.some((e) => e.at >= happening.at)
    case 'taskmanager':
      return facts.taskmanagers.some((e) => e.id === happening.id && e.at >= happening.at)
    case 'cluster':
      return facts.clusters.some((e) => e.at >= happening.at)
    case 'scrape-missing':
      return facts.processes.some((s) => s.process === happening.process && s.at >= happening.at)
    default:
      return true
  }
}
