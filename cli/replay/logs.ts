import type { Source } from '../../agent/sources/source.ts'
import type { RecordedLine, Recording } from '../../agent/transport/recording.ts'
import type { ReplayTime } from '../../agent/transport/replay.ts'
import type { LogBlock } from '../../core/api/log-block.ts'
import type { LineReader } from '../../core/logs/line-reader.ts'
import { createLineReader } from '../../core/logs/reader.ts'
import { createRedactor } from '../../core/logs/redact.ts'
import { createTemplates } from '../../core/logs/templates.ts'
import { NO_NAMESPACE } from '../../core/model/job-ref.ts'
import type { LogLine, LogOrigin } from '../../core/model/logs.ts'

/** What the lab calls the JobManager's process. */
const JOBMANAGER = 'jm'

interface Following {
  readonly origin: LogOrigin
  readonly reader: LineReader
  /** Recorded time of the newest line that it was given. */
  lastAt: number
}

/** The lines of a recording as a log service would have followed them, moved in time with everything else. */
export function recordedLogs(
  { header, logs }: Recording,
  cluster: string,
  { clock, shiftMs }: ReplayTime,
): Source {
  const redactor = createRedactor()
  const templates = createTemplates()
  const files = new Map<string, Following>()
  let next = 0

  const followingOf = ({ proc, file, t }: RecordedLine): Following => {
    const key = `${proc}/${file}`
    const known = files.get(key)
    if (known) return known
    const taskmanager = header.processes[proc]?.resource_id
    const following: Following = {
      origin: {
        ...{ cluster, namespace: NO_NAMESPACE, node: 'recorded', attempt: 0 },
        pod: taskmanager ?? (proc === JOBMANAGER ? 'jobmanager' : proc),
        ...(taskmanager !== undefined && { taskmanager }),
        ...{ path: key, file: `recorded-${cluster}-${proc}-${file}` },
      },
      reader: createLineReader({
        ...{ format: { container: 'none' }, startAt: 0, redactor, templates },
        readAt: () => following.lastAt,
      }),
      lastAt: t,
    }
    files.set(key, following)
    return following
  }
  const moved = (line: LogLine): LogLine => ({ ...line, at: line.at + shiftMs })

  return {
    name: 'recorded-logs',
    everyMs: 1_000,
    async poll() {
      const now = clock.now() - shiftMs
      const lines = new Map<Following, LogLine[]>()
      const add = (of: Following, more: readonly LogLine[]) => {
        if (more.length > 0) lines.set(of, [...(lines.get(of) ?? []), ...more.map(moved)])
      }
      for (let line = logs[next]; line && line.t <= now; line = logs[++next]) {
        const following = followingOf(line)
        following.lastAt = line.t
        add(following, following.reader.push(Buffer.from(`${line.line}\n`)))
      }
      for (const following of files.values()) add(following, following.reader.flush('silent'))
      const blocks = [...lines].map(([{ origin }, own]): LogBlock => ({ origin, lines: own }))
      return blocks.length === 0 ? [] : [{ kind: 'logs', blocks }]
    },
  }
}
