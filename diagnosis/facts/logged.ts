import { signatures } from '../../core/logs/signatures/known.ts'
import { isOfJob } from '../../core/logs/whose.ts'
import type { PlacementEvent, RunEvent } from '../../core/model/events.ts'
import type { LoggedFacts } from '../../core/model/facts.ts'
import type { LogLine, LogOrigin, StoredLine, ToldLine } from '../../core/model/logs.ts'
import { processKey } from '../../core/model/samples.ts'
import type { Topology } from '../../core/model/topology.ts'
import { FAILED_TASK, failureOf } from './logged-failure.ts'
import { LOG_WINDOW_MS } from './source.ts'

/** Noise in itself, but it says what came before it. */
const CHECKPOINT = 'cp-completed'
const JOB_STATE = 'job-state'

/** Signatures of lines that tell of a fault. */
export const faultSignatures: readonly string[] = signatures.flatMap(({ id, role }) =>
  role === 'noise' ? [] : [id],
)

/** Signatures whose lines are facts, each for itself. */
export const tellingSignatures: readonly string[] = [JOB_STATE, ...faultSignatures]
/** Lines that are facts only beside others: most jobs write nothing else for days. */
export const besideSignatures: readonly string[] = [CHECKPOINT]

const telling = new Set([...tellingSignatures, ...besideSignatures])

export function isTelling({ signature, exception }: LogLine): boolean {
  return exception !== undefined || (signature !== undefined && telling.has(signature))
}

/** Of each owner, signature and exception the newest so many count. */
export const LINES_PER_KIND = 20

/** Which files lines came from within the window, and those of the lines that tell something. */
export interface ArrivedLogs {
  readonly files: readonly LogOrigin[]
  readonly lines: readonly StoredLine[]
}

/** The same with the lines in order, at most so many of a kind. */
export function logsInWindow({ files, lines }: ArrivedLogs, at: number): ArrivedLogs {
  const inWindow = lines
    .filter((line) => line.at <= at && line.at >= at - LOG_WINDOW_MS)
    .sort((a, b) => b.at - a.at || alphabetic(b.file, a.file) || b.offset - a.offset)
    .filter((line, index, all) => !isSame(line, all[index - 1]))
  const speaking = new Set(
    inWindow.flatMap(({ owner, line }) => (line.signature === CHECKPOINT ? [] : owner)),
  )
  const kinds = new Map<string, number>()
  const newest = inWindow.filter(({ owner, line: { signature, exception } }) => {
    if (!speaking.has(owner)) return false
    const kind = JSON.stringify([owner, signature, exception])
    const count = (kinds.get(kind) ?? 0) + 1
    kinds.set(kind, count)
    return count <= LINES_PER_KIND
  })
  return { files, lines: newest.reverse().map(cut) }
}

const isSame = (a: StoredLine, b: StoredLine | undefined) =>
  b !== undefined && a.owner === b.owner && a.file === b.file && a.offset === b.offset

const alphabetic = (a: string, b: string) => (a < b ? -1 : Number(a > b))

const MESSAGE_CHARACTERS = 4_000
const STACK_CHARACTERS = 20_000

function cut(stored: StoredLine): StoredLine {
  const { message, stack } = stored.line
  return {
    ...stored,
    line: {
      ...stored.line,
      message: message.slice(0, MESSAGE_CHARACTERS),
      ...(stack !== undefined && { stack: stack.slice(0, STACK_CHARACTERS) }),
    },
  }
}

interface Job {
  readonly job: string
  readonly run: RunEvent | undefined
  readonly topology: Topology | undefined
  readonly placements: readonly PlacementEvent[]
}

/** What of the lines is about a job; undefined when no file is its own or its cluster's. */
export function loggedFacts({ files, lines }: ArrivedLogs, about: Job): LoggedFacts | undefined {
  const { job, run } = about
  const own = files.filter((origin) => isOfJob(origin, job))
  if (own.length === 0) return undefined
  const origins = new Map(own.map((origin) => [origin.file, origin]))
  const hosts = new Set(
    about.placements.flatMap(({ tasks }) =>
      tasks.flatMap(({ taskmanager }) => (taskmanager ? processKey(taskmanager) : [])),
    ),
  )
  const told = lines.flatMap((line): readonly ToldLine[] => {
    const origin = origins.get(line.file)
    if (!origin || (origin.job ?? origin.cluster) !== line.owner) return []
    if (!isAbout(line, origin, about, hosts)) return []
    const { taskmanager } = origin
    return [taskmanager === undefined ? line : { ...line, taskmanager }]
  })
  if (!run) return { lines: told, failures: [] }
  const failures = told.flatMap((line) => failureOf(line, { job, run: run.run }) ?? [])
  return { lines: told, failures: failures.filter(({ at }) => at >= run.startedAt - SKEW_MS) }
}

/** Clocks of machines differ. */
const SKEW_MS = 2_000

/** How Flink names a job in its lines: `for job 0123…`, and `Job name (0123…)` of its states. */
const JOB_IDS = /\bjob:? \(?([0-9a-f]{32})\b|^Job .{1,500} \(([0-9a-f]{32})\) /gi

/** A process that runs many jobs writes of all of them: a line that names another job's parts is not about this one. */
function isAbout(
  { line: { message } }: StoredLine,
  { taskmanager }: LogOrigin,
  { run, topology }: Job,
  hosts: ReadonlySet<string>,
): boolean {
  const ids = [...message.matchAll(JOB_IDS)].flatMap(([, a, b]) => a ?? b ?? [])
  if (ids.length > 0) return run === undefined || ids.includes(run.run)
  const vertex = FAILED_TASK.exec(message)?.groups?.vertex
  if (vertex !== undefined) return topology?.vertices.some(({ id }) => id === vertex) ?? true
  return taskmanager === undefined || hosts.size === 0 || hosts.has(processKey(taskmanager))
}
