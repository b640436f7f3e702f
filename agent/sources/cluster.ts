import type { Payload } from '../../core/api/batch.ts'
import type { FlinkRest } from '../../core/flink/client/flink-rest.ts'
import type { JobOverview } from '../../core/flink/rest/jobs.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { JobNames } from './job-names.ts'

/** What the sources of one JobManager share: its client, its name, and which runs are worth a look. */
export interface ClusterState {
  readonly cluster: string
  readonly rest: FlinkRest
  readonly names: JobNames
  /** The newest `/jobs/overview`; empty until it was read. */
  runs: readonly JobOverview[]
  flinkVersion: string
  /** Runs that end by themselves (job type BATCH). */
  readonly bounded: Set<string>
  /** Runs whose details should be read at once: their state has just changed. */
  readonly stirred: Set<string>
}

const ENDED = new Set<JobOverview['state']>(['FAILED', 'CANCELED', 'FINISHED'])

export function isLive(run: JobOverview): boolean {
  return !ENDED.has(run.state)
}

export function events(...list: readonly FlinkEvent[]): readonly Payload[] {
  return list.length === 0 ? [] : [{ kind: 'events', events: list }]
}
