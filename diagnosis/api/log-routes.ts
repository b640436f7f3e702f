import { type Context, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type {
  LastLines,
  LogContext,
  LogHistogram,
  LogLife,
  LogLivesPage,
  LogNodesPage,
  LogPage,
  LogPatternsPage,
} from '../../core/api/public-logs.ts'
import { StoreError } from '../../core/kit/errors.ts'
import { problem } from '../../core/kit/http.ts'
import { firstFault } from '../../core/logs/first-fault.ts'
import { jobLogParams } from '../../core/logs/params.ts'
import { parseLogQuery } from '../../core/logs/query/parse.ts'
import type { LogQuery } from '../../core/logs/query/query.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { LogPlace } from '../../core/model/logs.ts'
import type { LogArchives } from '../archives/archives.ts'
import { lackingLines } from '../archives/lacking.ts'
import { badRequest, notFound, paramsOf } from './answers.ts'
import type { ApiDeps } from './app.ts'
import type { Span } from './history.ts'
import type { LogBook, LogScope } from './log-book.ts'
import { livesOf } from './log-lives.ts'

/** A tail shows lines a moment after they were written, so that those that come late stand in their place. */
const TAIL_DELAY_MS = 1_000
const TAIL_EVERY_MS = 1_000
const TAIL_BEGIN_MS = 10_000
const MOST_TAILED = 500
const MOST_TAILS = 50

/** How long before and after an end lines may tell of it. */
const FAULT_BEFORE_MS = 120_000
const FAULT_AFTER_MS = 60_000

/** The routes of one job's logs, below its own path. */
export function logRoutes(
  { clock, history, logs, archives, signal }: ApiDeps & { readonly logs: LogBook },
  jobOf: (context: Context) => string,
): Hono {
  const app = new Hono()
  let tails = 0

  app.get('/', async (context) => {
    const params = paramsOf(context, jobLogParams.lines(clock.now()))
    if (params instanceof Response) return params
    const query = queryOf(params.q)
    if (query instanceof Response) return query
    const from = params.cursor === undefined ? undefined : readCursor(params.cursor)
    if (params.cursor !== undefined && !from) {
      return badRequest([{ parameter: 'cursor', problem: 'is not a cursor of this list' }])
    }
    if (params.source === 'nodes' && !archives) return noArchives()
    const startedAt = performance.now()
    const job = jobOf(context)
    const { q, limit, towards, source } = params
    const fromStore = async () => {
      const place = from && { from }
      const asked = { query: query.query, limit, towards, ...place }
      const items = await logs.lines(await scopeOf(job, params), asked)
      return { items, more: items.length === limit, source: 'store' as const }
    }
    const fromNodes = async (from_: LogArchives, because?: string) => {
      const place = from && { place: from }
      const asked = { q, limit, towards, from: params.from, to: params.to, ...place }
      const { lines: items, more, nodes } = await from_.lines(job, asked)
      return { items, more, source: 'nodes' as const, nodes, ...(because && { because }) }
    }
    const { more, ...read } =
      source === 'nodes' && archives
        ? await fromNodes(archives)
        : await fromStore().catch((error: unknown) => {
            if (!archives || source === 'store' || !(error instanceof StoreError)) throw error
            return fromNodes(archives, 'The store is away; the nodes were asked.')
          })
    const last = read.items.at(-1)
    return context.json({
      ...read,
      next: more && last ? writeCursor(last) : null,
      tookMs: Math.round((performance.now() - startedAt) * 10) / 10,
    } satisfies LogPage)
  })

  app.get('/nodes', async (context) => {
    const params = paramsOf(context, jobLogParams.nodes(clock.now()))
    if (params instanceof Response) return params
    if (!archives) return noArchives()
    const job = jobOf(context)
    const { lives: own, nodes } = await archives.lives(job, params)
    const begins = own.flatMap(({ files }) => files.map(({ firstAt }) => firstAt))
    const ends = own.flatMap(({ files }) => files.map(({ lastAt }) => lastAt))
    // A file is compared from its begin to its end, also beyond the time that is asked for.
    const whole = {
      from: Math.min(params.from, ...begins),
      to: Math.max(params.to, ...ends),
    }
    const stored = await logs.files(ownersOf(job), whole).catch((error: unknown) => {
      if (error instanceof StoreError) return undefined
      throw error
    })
    return context.json({
      ...{ nodes, lives: own, store: stored ? 'answers' : 'away' },
      lacking: lackingLines(own, stored ?? [], params),
    } satisfies LogNodesPage)
  })

  app.get('/histogram', async (context) => {
    const params = paramsOf(context, jobLogParams.histogram(clock.now()))
    if (params instanceof Response) return params
    const query = queryOf(params.q)
    if (query instanceof Response) return query
    const { from, to, steps } = params
    const stepMs = Math.max(1_000, Math.ceil((to - from) / steps / 1_000) * 1_000)
    const scope = await scopeOf(jobOf(context), params)
    const counts = await logs.counts(scope, { query: query.query, stepMs })
    return context.json(histogramOf({ from, to, stepMs }, counts))
  })

  app.get('/patterns', async (context) => {
    const params = paramsOf(context, jobLogParams.patterns(clock.now()))
    if (params instanceof Response) return params
    const query = queryOf(params.q)
    if (query instanceof Response) return query
    const { from, to, steps, limit } = params
    const scope = await scopeOf(jobOf(context), params)
    const items = await logs.patterns(scope, { query: query.query, steps, limit })
    return context.json({ from, to, items } satisfies LogPatternsPage)
  })

  app.get('/context', async (context) => {
    const params = paramsOf(context, jobLogParams.context)
    if (params instanceof Response) return params
    const job = jobOf(context)
    const { owner = job, at, file, offset, before, after, source } = params
    if (!ownersOf(job).includes(owner)) {
      return badRequest([{ parameter: 'owner', problem: 'must be the job or its cluster' }])
    }
    const place: LogPlace = { owner, at, file, offset }
    const fromNodes = async (from: LogArchives) => {
      const { lines: items, found } = await from.context(job, place, { before, after })
      return context.json({ items, found, source: 'nodes' } satisfies LogContext)
    }
    if (source === 'nodes') return archives ? fromNodes(archives) : noArchives()
    try {
      const { lines: items, found } = await logs.context(place, { before, after })
      return context.json({ items, found, source: 'store' } satisfies LogContext)
    } catch (error) {
      if (!archives || source === 'store' || !(error instanceof StoreError)) throw error
      return fromNodes(archives)
    }
  })

  app.get('/lives', async (context) => {
    const params = paramsOf(context, jobLogParams.lives(clock.now()))
    if (params instanceof Response) return params
    const items = await lives(jobOf(context), params)
    return context.json({ items } satisfies LogLivesPage)
  })

  app.get('/last', async (context) => {
    const params = paramsOf(context, jobLogParams.last(clock.now()))
    if (params instanceof Response) return params
    const job = jobOf(context)
    const { pod, attempt, limit } = params
    const life = (await lives(job, params)).find(
      (one) => one.pod === pod && (attempt === undefined || one.attempt === attempt),
    )
    if (!life) return notFound(`No line of ${pod} is kept between these moments.`)
    return context.json(await lastOf(job, life, limit))
  })

  app.get('/tail', (context) => {
    const params = paramsOf(context, jobLogParams.tail)
    if (params instanceof Response) return params
    const query = queryOf(params.q)
    if (query instanceof Response) return query
    if (tails >= MOST_TAILS) {
      const detail = `${MOST_TAILS} tails are open already; close some.`
      return problem(503, { detail, code: 'streams' }, { 'retry-after': '30' })
    }
    const job = jobOf(context)
    return streamSSE(context, async (stream) => {
      const ended = new AbortController()
      const stop = () => ended.abort()
      signal.addEventListener('abort', stop)
      stream.onAbort(stop)
      tails++
      try {
        let from: LogPlace | undefined
        while (!ended.signal.aborted) {
          const to = clock.now() - TAIL_DELAY_MS
          const scope = await scopeOf(job, { from: from?.at ?? to - TAIL_BEGIN_MS, to })
          const lines = await logs.lines(scope, {
            ...{ query: query.query, limit: MOST_TAILED, towards: 'newer' },
            ...(from && { from }),
          })
          for (const line of lines)
            await stream.writeSSE({ event: 'line', data: JSON.stringify(line) })
          from = lines.at(-1) ?? from
          if (lines.length < MOST_TAILED) await clock.sleep(TAIL_EVERY_MS, ended.signal)
        }
      } catch (error) {
        if (!ended.signal.aborted) throw error
      } finally {
        tails--
        signal.removeEventListener('abort', stop)
      }
    })
  })

  /** The job's own lines, and those of processes that it shares with other jobs of its cluster. */
  const scopeOf = async (job: string, { from, to }: Span): Promise<LogScope> => {
    const ref = parseJobRef(job)
    if (!ref) return { owner: job, from, to }
    const { cluster, namespace } = ref
    const all = await logs.files([cluster], { from, to })
    const files = all.filter(({ origin }) => origin.namespace === namespace)
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
    const namespace = parseJobRef(job)?.namespace
    const own = files.filter(
      ({ origin }) => origin.job !== undefined || origin.namespace === namespace,
    )
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
      logs.lines(around, { query: TELLING, limit: MOST_TAILED }),
    ])
    const fault = firstFault(faults.map((stored) => ({ ...stored.line, stored })))
    return {
      ...{ life, items: [...newest].reverse() },
      ...(fault && { firstFault: fault.line.stored }),
    }
  }
  return app
}

const noArchives = () =>
  notFound('No archives of nodes are known here; name their log services under diagnosis.logNodes.')

/** What may name a fault, or say when the last checkpoint was completed. */
const TELLING: LogQuery = {
  kind: 'any',
  of: [
    { kind: 'level', compare: '>=', level: 'WARN' },
    { kind: 'field', field: 'signature', value: '', prefix: true },
  ],
}

function ownersOf(job: string): readonly string[] {
  const cluster = parseJobRef(job)?.cluster
  return cluster === undefined ? [job] : [job, cluster]
}

function queryOf(q: string): Response | { readonly query: LogQuery | undefined } {
  const parsed = parseLogQuery(q)
  if (parsed.ok) return { query: parsed.query }
  const where = parsed.at >= q.length ? 'at its end' : `at character ${parsed.at + 1}`
  return badRequest([{ parameter: 'q', problem: `${parsed.problem} (${where})` }])
}

function histogramOf(
  { from, to, stepMs }: Span & { readonly stepMs: number },
  counts: Awaited<ReturnType<LogBook['counts']>>,
): LogHistogram {
  const steps = new Map<number, Record<string, number>>()
  let lines = 0
  for (const count of counts) {
    const levels = steps.get(count.at) ?? {}
    levels[count.level === '' ? 'other' : count.level] = count.lines
    steps.set(count.at, levels)
    lines += count.lines
  }
  return { from, to, stepMs, lines, steps: [...steps].map(([at, levels]) => ({ at, levels })) }
}

function writeCursor({ at, file, offset }: LogPlace): string {
  return Buffer.from(JSON.stringify([at, file, offset])).toString('base64url')
}

function readCursor(cursor: string): Pick<LogPlace, 'at' | 'file' | 'offset'> | undefined {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (!Array.isArray(place)) return undefined
    const [at, file, offset]: readonly unknown[] = place
    const isPlace =
      Number.isSafeInteger(at) && typeof file === 'string' && Number.isSafeInteger(offset)
    return isPlace ? { at: Number(at), file, offset: Number(offset) } : undefined
  } catch {
    return undefined
  }
}
