import { createHash } from 'node:crypto'
import type { LogBlock } from '../../../core/api/log-block.ts'
import { type EventReaders, lineOf } from '../../../core/logs/event.ts'
import { headReader } from '../../../core/logs/heads/known.ts'
import { zoneOf } from '../../../core/logs/heads/zone.ts'
import { createLineReader } from '../../../core/logs/reader.ts'
import { createRedactor } from '../../../core/logs/redact.ts'
import { knownSignatures } from '../../../core/logs/signatures/known.ts'
import { createTemplates } from '../../../core/logs/templates.ts'
import { formatJobRef, NO_NAMESPACE } from '../../../core/model/job-ref.ts'
import type { LogLevel, LogLine, LogOrigin } from '../../../core/model/logs.ts'

/** Texts of one sender's stream, in its order: all that carry the same labels. */
export interface LogStreamEntries {
  readonly labels: ReadonlyMap<string, string>
  readonly entries: readonly LogEntry[]
}

export interface LogEntry {
  /** When it was written, ns since the epoch. */
  readonly atNanos: bigint
  readonly text: string
  readonly level?: LogLevel
  readonly logger?: string
  readonly thread?: string
  readonly stack?: string
}

const redactor = createRedactor()
const readers: EventReaders = {
  redactor,
  templates: createTemplates(),
  signatures: knownSignatures,
}
const readHead = headReader(undefined, zoneOf('UTC'))

/**
 * Lines of a foreign stream, as those of a file that we followed ourselves: taken apart, secrets out. Such a
 * stream has no file and no offsets; the moment of a line stands for its place, so that a repeat is one line.
 */
export function logBlockOf(
  stream: LogStreamEntries,
  options: { readonly cluster: string | undefined; readonly defaultCluster: string },
  fold: boolean,
): LogBlock | undefined {
  const lines = fold ? foldedLines(stream.entries) : stream.entries.map(lineOfEntry)
  const places = new Set<number>()
  const placed = lines.map(({ line, atNanos }) => {
    let offset = placeOf(atNanos)
    while (places.has(offset)) offset++
    places.add(offset)
    return { ...line, offset }
  })
  return placed.length === 0
    ? undefined
    : { origin: originOf(stream.labels, options), lines: placed }
}

/** Quarters of a microsecond since the epoch: exact in a double until 2041. */
const NANOS_PER_PLACE = 250n
const placeOf = (atNanos: bigint) => Number(atNanos / NANOS_PER_PLACE)
const msOf = (atNanos: bigint) => Number(atNanos / 1_000_000n)

/** A line that says a later time than its shipper saw it at has another zone, or a clock that is wrong. */
const MAX_AHEAD_MS = 60_000

interface Placed {
  readonly line: LogLine
  readonly atNanos: bigint
}

/** A record that is an event by itself: OTLP carries its stack along. */
function lineOfEntry({ atNanos, text, level, logger, thread, stack }: LogEntry): Placed {
  const lines = text.split(/\r?\n/)
  const line = lineOf(
    {
      ...{ stream: 'file', offset: 0, bytes: Buffer.byteLength(text), cutBytes: 0 },
      ...{ at: msOf(atNanos), timed: 'runtime' },
      head: readHead(lines[0] ?? '', msOf(atNanos)),
      lines: stack === undefined ? lines : [...lines, ...stack.split(/\r?\n/)],
    },
    readers,
  )
  return {
    line: {
      ...line,
      ...(level !== undefined && { level }),
      ...(logger !== undefined && { logger }),
      ...(thread !== undefined && { thread }),
    },
    atNanos,
  }
}

/** Lines that a shipper read one by one: stack traces come in pieces and are put together. */
function foldedLines(entries: readonly LogEntry[]): readonly Placed[] {
  const ends: number[] = []
  const texts = entries.map(({ text }, index) => {
    const line = Buffer.from(`${text.replace(/[\r\n]+$/, '')}\n`)
    ends.push((ends[index - 1] ?? 0) + line.byteLength)
    return line
  })
  const reader = createLineReader({
    ...{ format: { container: 'none' }, startAt: 0, redactor, templates: readers.templates },
    readAt: () => 0,
  })
  const lines = [...reader.push(Buffer.concat(texts)), ...reader.flush()]
  let index = 0
  return lines.map((line) => {
    while (index < ends.length - 1 && (ends[index] ?? 0) <= line.offset) index++
    const atNanos = entries[index]?.atNanos ?? 0n
    const isOwn = line.timed === 'line' && line.at - msOf(atNanos) <= MAX_AHEAD_MS
    if (isOwn) return { line, atNanos }
    return { line: { ...line, at: msOf(atNanos), timed: 'runtime' }, atNanos }
  })
}

/** Under which labels the ways of the world name things: OpenTelemetry's, then those of Promtail and Alloy. */
const LABELS = {
  cluster: ['flink_cluster', 'k8s.cluster.name', 'cluster'],
  namespace: ['k8s.namespace.name', 'namespace'],
  pod: ['k8s.pod.name', 'pod', 'service.instance.id', 'instance', 'host.name', 'host'],
  podUid: ['k8s.pod.uid', 'pod_uid'],
  container: ['k8s.container.name', 'container'],
  attempt: ['k8s.container.restart_count'],
  node: ['k8s.node.name', 'node_name', 'node', 'host.name', 'host'],
  job: ['flink.job.name', 'flink_job'],
  taskmanager: ['flink.taskmanager.id', 'tm_id'],
  path: ['log.file.path', 'filename'],
} as const

function originOf(
  labels: ReadonlyMap<string, string>,
  options: { readonly cluster: string | undefined; readonly defaultCluster: string },
): LogOrigin {
  const of = (name: keyof typeof LABELS) =>
    LABELS[name]
      .map((label) => labels.get(label))
      .find((value) => value)
      ?.slice(0, 1_000)
  const cluster = options.cluster ?? of('cluster') ?? options.defaultCluster
  const namespace = of('namespace') ?? NO_NAMESPACE
  const pod = of('pod') ?? 'unknown'
  const [job, podUid, container, taskmanager] = [
    ...[of('job'), of('podUid'), of('container'), of('taskmanager')],
  ]
  const attempt = Number(of('attempt') ?? 0)
  const identity = JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    ...{ cluster, namespace, pod, node: of('node') ?? 'unknown' },
    ...(podUid !== undefined && { podUid }),
    ...(container !== undefined && { container }),
    attempt: Number.isSafeInteger(attempt) && attempt >= 0 ? Math.min(attempt, 1_000_000) : 0,
    ...(job !== undefined && { job: formatJobRef({ cluster, namespace, name: job }) }),
    ...(taskmanager !== undefined && { taskmanager }),
    path: of('path') ?? `${pod}/${container ?? ''}`,
    file: `door-${createHash('sha256').update(`${cluster} ${identity}`).digest('hex').slice(0, 24)}`,
  }
}
