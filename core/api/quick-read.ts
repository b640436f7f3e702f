import { logLevels } from '../model/logs.ts'
import { jobMetrics, processMetrics, taskMetrics } from '../model/metrics.ts'
import { vias } from '../model/samples.ts'
import { BATCH_VERSION, type Batch } from './batch.ts'

export type PlainBatch = Extract<Batch, { kind: 'samples' | 'logs' }>

/**
 * Whether this is a batch of samples or lines, at a tenth of what the schema costs: nearly every batch is one,
 * and has thousands of them. True only where `Batch` would take it as it is; what this doubts is for the
 * schema to read, which also has the sentence for what is wrong.
 */
export function isPlainBatch(value: unknown): value is PlainBatch {
  if (!isRecord(value) || !hasOnly(value, envelopeKeys)) return false
  const { v, agent, epoch, lane, seq, sentAt, kind, blocks } = value
  return (
    v === BATCH_VERSION &&
    isText(agent, 200) &&
    isPositive(epoch) &&
    isPositive(seq) &&
    isPositive(sentAt) &&
    (lane === 'live' || lane === 'backlog') &&
    Array.isArray(blocks) &&
    blocks.length > 0 &&
    ((kind === 'samples' && blocks.every(isBlock)) || (kind === 'logs' && blocks.every(isLogBlock)))
  )
}

const keys = (...names: readonly string[]): ReadonlySet<string> => new Set(names)
const envelopeKeys = keys('v', 'agent', 'epoch', 'lane', 'seq', 'sentAt', 'kind', 'blocks')
const blockKeys = keys('at', 'via', 'subjects', 'columns')
const subjectKeys = {
  job: keys('kind', 'job', 'run'),
  subtask: keys('kind', 'job', 'run', 'vertex', 'subtask', 'attempt'),
  taskmanager: keys('kind', 'cluster', 'id'),
  jobmanager: keys('kind', 'cluster'),
}
const metrics = keys(...[taskMetrics, processMetrics, jobMetrics].flatMap(Object.keys))
const ways: ReadonlySet<unknown> = new Set(vias)

const MAX_SUBJECTS = 20_000
const MAX_TEXT = 20_000
const MAX_ID = 64

function isBlock(value: unknown): boolean {
  if (!isRecord(value) || !hasOnly(value, blockKeys)) return false
  const { at, via, subjects, columns } = value
  if (!isPositive(at) || !ways.has(via) || !isRecord(columns)) return false
  if (!Array.isArray(subjects) || subjects.length < 1 || subjects.length > MAX_SUBJECTS)
    return false
  if (!subjects.every(isSubject)) return false
  for (const metric in columns) {
    const column = columns[metric]
    if (!metrics.has(metric) || !Array.isArray(column)) return false
    if (column.length !== subjects.length || !column.every(isNumberOrNull)) return false
  }
  return true
}

function isSubject(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { kind, job, run, vertex, subtask, attempt, cluster, id } = value
  switch (kind) {
    case 'subtask':
      return (
        hasOnly(value, subjectKeys.subtask) &&
        isText(job, MAX_TEXT) &&
        isText(run, MAX_ID) &&
        isText(vertex, MAX_ID) &&
        isCount(subtask) &&
        isCount(attempt)
      )
    case 'job':
      return hasOnly(value, subjectKeys.job) && isText(job, MAX_TEXT) && isText(run, MAX_ID)
    case 'taskmanager':
      return (
        hasOnly(value, subjectKeys.taskmanager) && isText(cluster, MAX_TEXT) && isText(id, MAX_TEXT)
      )
    case 'jobmanager':
      return hasOnly(value, subjectKeys.jobmanager) && isText(cluster, MAX_TEXT)
    default:
      return false
  }
}

const logBlockKeys = keys('origin', 'lines')
const originTexts = ['cluster', 'namespace', 'node', 'pod'] as const
const originNames = ['podUid', 'container', 'taskmanager'] as const
const originKeys = keys(...originTexts, ...originNames, 'attempt', 'job', 'path', 'file')
const lineTexts = ['logger', 'thread', 'exception', 'rootCause', 'frame'] as const
const lineCounts = ['cutBytes', 'redacted'] as const
const lineKeys = keys(
  ...['stream', 'offset', 'bytes', 'at', 'timed', 'level', 'message', 'stack'],
  ...[...lineTexts, ...lineCounts, 'template', 'signature'],
)
const streams: ReadonlySet<unknown> = new Set(['stdout', 'stderr', 'file'])
const timings: ReadonlySet<unknown> = new Set(['line', 'runtime', 'before', 'read'])
const levels: ReadonlySet<unknown> = new Set(logLevels)

const MAX_LINES = 20_000
const MAX_ATTEMPT = 1_000_000

function isLogBlock(value: unknown): boolean {
  if (!isRecord(value) || !hasOnly(value, logBlockKeys)) return false
  const { origin, lines } = value
  return (
    isOrigin(origin) &&
    Array.isArray(lines) &&
    lines.length > 0 &&
    lines.length <= MAX_LINES &&
    lines.every(isLine)
  )
}

function isOrigin(value: unknown): boolean {
  if (!isRecord(value) || !hasOnly(value, originKeys)) return false
  const { attempt, job, path, file } = value
  return (
    originTexts.every((key) => isText(value[key], 1_000)) &&
    originNames.every((key) => !(key in value) || isText(value[key], 1_000)) &&
    isCount(attempt) &&
    Number(attempt) <= MAX_ATTEMPT &&
    (!('job' in value) || isText(job, MAX_TEXT)) &&
    isText(path, 4_096) &&
    isText(file, 200)
  )
}

function isLine(value: unknown): boolean {
  if (!isRecord(value) || !hasOnly(value, lineKeys)) return false
  const { stream, offset, bytes, at, timed, level, message, stack, template, signature } = value
  return (
    streams.has(stream) &&
    isCount(offset) &&
    isCount(bytes) &&
    isPositive(at) &&
    timings.has(timed) &&
    (!('level' in value) || levels.has(level)) &&
    typeof message === 'string' &&
    (!('stack' in value) || typeof stack === 'string') &&
    isText(template, 64) &&
    (!('signature' in value) || isText(signature, 64)) &&
    lineTexts.every((key) => !(key in value) || isShort(value[key])) &&
    lineCounts.every((key) => !(key in value) || isCount(value[key]))
  )
}

const isShort = (value: unknown) => typeof value === 'string' && value.length <= 2_000

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasOnly(value: Record<string, unknown>, known: ReadonlySet<string>): boolean {
  for (const key in value) if (!known.has(key)) return false
  return true
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || (typeof value === 'number' && Number.isFinite(value))
}

const isText = (value: unknown, most: number) =>
  typeof value === 'string' && value.length > 0 && value.length <= most
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0
const isPositive = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0
