import type { z } from 'zod'
import {
  type NodeLife,
  nodeLivesPage,
  nodeLogContext,
  nodeLogPage,
} from '../../core/api/node-logs.ts'
import type { NodeWord } from '../../core/api/public-logs.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { LogPlace, StoredLine } from '../../core/model/logs.ts'
import type { Span } from '../api/history.ts'
import { type Asked, ask } from './ask.ts'
import type { LogNodeConfig } from './config.ts'
import { type LogNode, logNodes } from './nodes.ts'

/** What the API reads of the archives of nodes. A node that is away is said, never an error. */
export interface LogArchives {
  /** Lines of a job, newest first towards older ones, else oldest first; from a place on that is not among them. */
  lines(job: string, question: ArchiveQuestion): Promise<ArchiveLines>
  lives(
    job: string,
    span: Span,
  ): Promise<{ readonly lives: readonly NodeLife[]; readonly nodes: readonly NodeWord[] }>
  context(
    job: string,
    place: Pick<LogPlace, 'file' | 'offset'>,
    around: { readonly before: number; readonly after: number },
  ): Promise<{
    readonly lines: readonly StoredLine[]
    readonly found: boolean
    readonly nodes: readonly NodeWord[]
  }>
}

export interface ArchiveQuestion extends Span {
  readonly q: string
  readonly limit: number
  readonly towards: 'older' | 'newer'
  readonly from: number
  readonly place?: Pick<LogPlace, 'at' | 'file' | 'offset'>
}

export interface ArchiveLines {
  readonly lines: readonly StoredLine[]
  /** Whether a node has more. */
  readonly more: boolean
  readonly nodes: readonly NodeWord[]
}

export interface ArchiveLimits {
  /** For one request; and for all that one question asks of all nodes. */
  readonly requestMs: number
  readonly questionMs: number
  /** Of one answer. */
  readonly mostBytes: number
  readonly nodesAtOnce: number
}

const usual: ArchiveLimits = {
  ...{ requestMs: 12_000, questionMs: 20_000, mostBytes: 32 * 2 ** 20, nodesAtOnce: 8 },
}

/** Lines of one moment may fill pages before one beyond a place comes. */
const MOST_PAGES = 5
const LIVES_PER_PAGE = '1000'

/** The archives of the configured nodes; `signal` ends what is under way when the program closes. */
export function logArchives(
  configured: readonly LogNodeConfig[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  limits: ArchiveLimits = usual,
): LogArchives {
  /** Each node's word and what it said, so many nodes at once, no longer than a question may take. */
  const askAll = async <T>(each: (node: LogNode, get: Get) => Promise<Answer<T>>) => {
    const nodes = await logNodes(configured)
    const untilAt = clock.now() + limits.questionMs
    const answers: (Answer<T> & { readonly node: string })[] = []
    const waiting = [...nodes]
    const get: Get = (node, path, query, body) =>
      ask(node, path, query, body, { ...limits, timeoutMs: limits.requestMs, signal })
    const worker = async () => {
      for (let node = waiting.shift(); node; node = waiting.shift()) {
        const answer: Answer<T> =
          clock.now() < untilAt
            ? await each(node, get)
            : { state: 'away', detail: `It was not asked within ${limits.questionMs / 1000} s.` }
        answers.push({ ...answer, node: node.name })
      }
    }
    await Promise.all(Array.from({ length: limits.nodesAtOnce }, worker))
    answers.sort((a, b) => (a.node < b.node ? -1 : 1))
    return {
      bodies: answers.flatMap(({ body }) => (body === undefined ? [] : [body])),
      nodes: answers.map(
        ({ node, state, detail }): NodeWord => ({
          ...{ node, state },
          ...(detail !== undefined && { detail }),
        }),
      ),
    }
  }

  return {
    async lines(job, question) {
      const { bodies, nodes } = await askAll((node, get) => linesOf(node, get, job, question))
      const lines = inOrder(
        bodies.flatMap(({ lines: own }) => own),
        question.towards,
      )
      return {
        lines: lines.slice(0, question.limit),
        more: lines.length > question.limit || bodies.some(({ more }) => more),
        nodes,
      }
    },

    async lives(job, { from, to }) {
      const query = { about: job, from: String(from), to: String(to), limit: LIVES_PER_PAGE }
      const { bodies, nodes } = await askAll(
        async (node, get): Promise<Answer<readonly NodeLife[]>> => {
          const asked = await get(node, '/api/v1/logs/lives', query, nodeLivesPage)
          if (asked.kind === 'away') return { state: 'away', detail: asked.detail }
          const { items, next } = asked.body
          const detail = `It has more than ${LIVES_PER_PAGE} lives; ask for a shorter time.`
          return next === null
            ? { state: 'answered', body: items }
            : { state: 'partly', detail, body: items }
        },
      )
      return { lives: bodies.flat().sort((a, b) => b.lastAt - a.lastAt), nodes }
    },

    async context(job, { file, offset }, { before, after }) {
      const query = {
        ...{ about: job, file, offset: String(offset) },
        ...{ before: String(before), after: String(after) },
      }
      const { bodies, nodes } = await askAll(
        async (node, get): Promise<Answer<readonly StoredLine[]>> => {
          const asked = await get(node, '/api/v1/logs/context', query, nodeLogContext)
          if (asked.kind === 'away') return { state: 'away', detail: asked.detail }
          const { found, items } = asked.body
          return { state: 'answered', ...(found && { body: ofJob(items, job) }) }
        },
      )
      return { lines: bodies[0] ?? [], found: bodies.length > 0, nodes }
    },
  }
}

interface Answer<T> {
  readonly state: NodeWord['state']
  readonly detail?: string
  readonly body?: T
}

type Get = <T>(
  node: LogNode,
  path: string,
  query: Readonly<Record<string, string>>,
  body: z.ZodType<T>,
) => Promise<Asked<T>>

interface OwnLines {
  readonly lines: readonly StoredLine[]
  readonly more: boolean
}

/** One more than are wanted beyond the place, so that it is known whether there are more. */
async function linesOf(
  node: LogNode,
  get: Get,
  job: string,
  { q, from, to, limit, towards, place }: ArchiveQuestion,
): Promise<Answer<OwnLines>> {
  const span =
    towards === 'older'
      ? { from, to: Math.min(to, place?.at ?? to) }
      : { from: Math.max(from, place?.at ?? from), to }
  const lines: StoredLine[] = []
  let cursor: string | undefined
  for (let pages = 1; ; pages++) {
    const query = {
      ...{ about: job, q, towards, limit: String(limit + 1) },
      ...{ from: String(span.from), to: String(span.to) },
      ...(cursor !== undefined && { cursor }),
    }
    const asked = await get(node, '/api/v1/logs', query, nodeLogPage)
    if (asked.kind === 'away') return { state: 'away', detail: asked.detail }
    const { items, next, stopped } = asked.body
    lines.push(...ofJob(items, job).filter((line) => isBeyond(line, place, towards)))
    const body = { lines, more: next !== null }
    if (stopped) {
      const detail = `Its search was ended by its limit of ${stopped}; ask for a shorter time or plainer words.`
      return { state: 'partly', detail, body }
    }
    if (next === null || lines.length > limit || pages === MOST_PAGES) {
      return { state: 'answered', body }
    }
    cursor = next
  }
}

/** Lines of the job or of its cluster's processes; a node says no others, and is not believed if it does. */
function ofJob(lines: readonly StoredLine[], job: string): readonly StoredLine[] {
  const cluster = parseJobRef(job)?.cluster
  return lines.filter(({ owner }) => owner === job || owner === cluster)
}

type Place = Pick<LogPlace, 'at' | 'file' | 'offset'>

const later = (a: Place, b: Place) =>
  a.at - b.at || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.offset - b.offset)

function isBeyond(line: Place, place: Place | undefined, towards: 'older' | 'newer'): boolean {
  if (!place) return true
  return towards === 'older' ? later(line, place) < 0 : later(line, place) > 0
}

/** Each line once: two log services may follow one folder. */
function inOrder(lines: readonly StoredLine[], towards: 'older' | 'newer'): readonly StoredLine[] {
  const known = new Map(lines.map((line) => [`${line.file} ${line.offset}`, line]))
  return [...known.values()].sort((a, b) => (towards === 'older' ? later(b, a) : later(a, b)))
}
