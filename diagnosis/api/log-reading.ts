import type { LastLines, LogLife } from '../../core/api/public-logs.ts'
import { firstFault } from '../../core/logs/first-fault.ts'
import type { LogQuery } from '../../core/logs/query/query.ts'
import { isOfJob } from '../../core/logs/whose.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { History, Span } from './history.ts'
import type { LogBook, LogScope } from './log-book.ts'
import { livesOf } from './log-lives.ts'

/** How long before and after an end lines may tell of it. */
const FAULT_BEFORE_MS = 120_000
const FAULT_AFTER_MS = 60_000

const MOST_TELLING = 500

/** What may name a fault, or say when the last checkpoint was completed. */
const TELLING: LogQuery = {
  kind: 'any',
  of: [
    { kind: 'level', compare: '>=', level: 'WARN' },
    { kind: 'field', field: 'signature', value: '', prefix: true },
  ],
}

/** What several questions about a job's logs begin with: whose lines they are, who lived, and how it ended. */
export function logReading({
  history,
  logs,
}: {
  readonly history: History
  readonly logs: LogBook
}) {
  /** The job's own lines, and those of processes that it shares with other jobs of its cluster. */
  const scopeOf = async (job: string, { from, to }: Span): Promise<LogScope> => {
    const ref = parseJobRef(job)
    if (!ref) return { owner: job, from, to }
    const { cluster } = ref
    const all = await logs.files([cluster], { from, to })
    const files = all.filter(({ origin }) => isOfJob(origin, job))
    if (files.length === 0) return { owner: job, from, to }
    return {
      ...{ owner: job, from, to },
      shared: { owner: cluster, files: files.map(({ origin }) => origin.file) },
    }
  }

  const lives = async (job: string, span: Span): Promise<readonly LogLife[]> => {
    const [files, events] = await Promise.all([
      logs.files(ownersOf(job), span),
      history.events(job, span),
    ])
    const own = files.filter(({ origin }) => isOfJob(origin, job))
    return livesOf(own, events)
  }

  const lastOf = async (job: string, life: LogLife, limit: number): Promise<LastLines> => {
    const span = { from: life.firstAt, to: Math.max(life.lastAt, life.end?.at ?? 0) }
    const [first] = life.files
    const owner = first?.origin.job ?? first?.origin.cluster ?? job
    const files = life.files.map(({ origin }) => origin.file)
    const scope = { owner, ...span }
    const ofLife: LogQuery = {
      kind: 'any',
      of: files.map((value) => ({ kind: 'field', field: 'file', value, prefix: false })),
    }
    const endedAt = life.end?.at ?? life.lastAt
    // What killed one process may be told by another: a JobManager, a peer that lost its connection.
    const around = await scopeOf(job, {
      from: endedAt - FAULT_BEFORE_MS,
      to: endedAt + FAULT_AFTER_MS,
    })
    const [newest, faults] = await Promise.all([
      logs.lines(scope, { query: ofLife, limit }),
      logs.lines(around, { query: TELLING, limit: MOST_TELLING }),
    ])
    const fault = firstFault(faults.map((stored) => ({ ...stored.line, stored })))
    return {
      ...{ life, items: [...newest].reverse() },
      ...(fault && { firstFault: fault.line.stored }),
    }
  }
  return { scopeOf, lives, lastOf }
}

/** Who may own lines of a job: itself, and its cluster for processes that jobs share. */
export function ownersOf(job: string): readonly string[] {
  const cluster = parseJobRef(job)?.cluster
  return cluster === undefined ? [job] : [job, cluster]
}
