import { createLineReader } from '../../core/logs/reader.ts'
import { createRedactor } from '../../core/logs/redact.ts'
import { createTemplates } from '../../core/logs/templates.ts'
import type { LoggedFacts } from '../../core/model/facts.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { LogOrigin, StoredLine } from '../../core/model/logs.ts'
import { isTelling, loggedFacts } from '../../diagnosis/facts/logged.ts'
import type { Situation } from './case-file.ts'
import { parseDurationMs } from './series.ts'

/** The lines of a situation as a log service would have read them. */
export function logsOf(
  situation: Situation,
  { job, run }: { readonly job: string; readonly run: string },
  beginAt: number,
): LoggedFacts | undefined {
  const ref = parseJobRef(job)
  if (!situation.logs || !ref) return undefined
  const redactor = createRedactor()
  const templates = createTemplates()
  const processes = new Set(situation.logs.map(({ from = 'jobmanager' }) => from))
  const files = [...processes, 'jobmanager'].map(
    (pod): LogOrigin => ({
      ...{ cluster: ref.cluster, namespace: ref.namespace, node: 'n1', pod, attempt: 0, job },
      ...(pod !== 'jobmanager' && { taskmanager: pod }),
      ...{ path: `${pod}.log`, file: pod },
    }),
  )
  const lines = situation.logs.flatMap(({ at, from = 'jobmanager', text }, index) => {
    const reader = createLineReader({
      ...{ format: { container: 'none' }, startAt: index, redactor, templates },
      readAt: () => 0,
    })
    const time = new Date(beginAt + parseDurationMs(at)).toISOString()
    const read = [
      ...reader.push(
        Buffer.from(`${time.slice(0, 23).replace('T', ' ').replace('.', ',')} ${text}\n`),
      ),
      ...reader.flush(),
    ]
    return read.filter(isTelling).map(
      (line): StoredLine => ({
        ...{ owner: job, at: line.at, file: from, offset: line.offset },
        ...{ pod: from, attempt: 0, line },
      }),
    )
  })
  const about = { job, topology: undefined, placements: [] }
  const newest = { ...runAt(beginAt), job, run }
  return loggedFacts({ files, lines }, { ...about, run: newest })
}

/** Only when it began matters here. */
const runAt = (startedAt: number) => ({
  ...{ type: 'run' as const, at: startedAt, state: 'RUNNING' as const, since: startedAt },
  ...{ startedAt: startedAt - 600_000, bounded: false, flinkVersion: '2.2.1' },
})
