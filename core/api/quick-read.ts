import { jobMetrics, processMetrics, taskMetrics } from '../model/metrics.ts'
import { vias } from '../model/samples.ts'
import { BATCH_VERSION, type Batch } from './batch.ts'

export type SamplesBatch = Extract<Batch, { kind: 'samples' }>

/**
 * Whether this is a batch of samples, at a fifth of what the schema costs: nearly every batch is one, and
 * has thousands of numbers. True only where `Batch` would take it as it is; what this doubts is for the
 * schema to read, which also has the sentence for what is wrong.
 */
export function isSamplesBatch(value: unknown): value is SamplesBatch {
  if (!isRecord(value) || !hasOnly(value, envelopeKeys)) return false
  const { v, agent, epoch, lane, seq, sentAt, kind, blocks } = value
  return (
    v === BATCH_VERSION &&
    kind === 'samples' &&
    isText(agent, 200) &&
    isPositive(epoch) &&
    isPositive(seq) &&
    isPositive(sentAt) &&
    (lane === 'live' || lane === 'backlog') &&
    Array.isArray(blocks) &&
    blocks.length > 0 &&
    blocks.every(isBlock)
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
