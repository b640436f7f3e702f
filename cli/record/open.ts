import { createSources } from '../../agent/sources/index.ts'
import type { Source } from '../../agent/sources/source.ts'
import { createRecorder, type Recorder } from '../../agent/transport/recorder.ts'
import type { Transport } from '../../core/flink/client/transport.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import { NO_NAMESPACE } from '../../core/model/job-ref.ts'

/** A cluster to record: the JobManager's REST API and the Prometheus reporters, the JobManager's first. */
export interface Recorded {
  readonly rest: Transport
  readonly scrapes: readonly Transport[]
}

export interface RecordingOptions {
  readonly file: string
  readonly id: string
  readonly flink: string
  readonly clock: Clock
}

/** What is open while a cluster is recorded: whoever polls these sources writes the file. */
export interface OpenRecording {
  readonly recorder: Recorder
  readonly sources: readonly Source[]
}

/** The sources of a live cluster over transports that write down every answer, and every failure to answer. */
export function openRecording(
  { rest, scrapes }: Recorded,
  { file, id, flink, clock }: RecordingOptions,
): OpenRecording {
  const processes = scrapes.map((_, index) => (index === 0 ? 'jm' : `tm${index}`))
  const recorder = createRecorder(
    file,
    {
      ...{ id, flink, begin: clock.now() },
      processes: Object.fromEntries(processes.map((name, index) => [name, { prometheus: index }])),
    },
    clock.now,
  )
  const sources = createSources(
    { name: 'recorded', namespace: NO_NAMESPACE },
    {
      rest: recorder.rest(rest),
      scrapes: scrapes.map((scrape, index) => recorder.scrapes(processes[index] ?? '', scrape)),
    },
    { clock, log: silentLog },
  )
  return { recorder, sources }
}
