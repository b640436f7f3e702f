import { type Context, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type {
  LogContext,
  LogHistogram,
  LogLivesPage,
  LogNodesPage,
  LogPage,
  LogPatternsPage,
} from '../../core/api/public-logs.ts'
import { StoreError } from '../../core/kit/errors.ts'
import { problem } from '../../core/kit/http.ts'
import { jobLogParams } from '../../core/logs/params.ts'
import { parseLogQuery } from '../../core/logs/query/parse.ts'
import type { LogQuery } from '../../core/logs/query/query.ts'
import type { LogPlace } from '../../core/model/logs.ts'
import type { LogArchives } from '../archives/archives.ts'
import { lackingLines } from '../archives/lacking.ts'
import { badRequest, notFound, paramsOf } from './answers.ts'
import type { ApiDeps } from './app.ts'
import type { Span } from './history.ts'
import type { LogBook } from './log-book.ts'
import { logReading, ownersOf } from './log-reading.ts'

/** A tail shows lines a moment after they were written, so that those that come late stand in their place. */
const TAIL_DELAY_MS = 1_000
const TAIL_EVERY_MS = 1_000
const TAIL_BEGIN_MS = 10_000
const MOST_TAILED = 500
const MOST_TAILS = 50

const HOUR_MS = 3_600_000

/** The routes of one job's logs, below its own path. */
export function logRoutes(
  { clock, history, logs, archives, signal }: ApiDeps & { readonly logs: LogBook },
  jobOf: (context: Context) => string,
): Hono {
  const app = new Hono()
  const { scopeOf, lives, lastOf } = logReading({ history, logs })
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
    if (!archives) {
      const none = { nodes: [], lives: [], lacking: [] }
      return context.json({ ...none, store: 'answers' } satisfies LogNodesPage)
    }
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
      // A process of another namespace of the same cluster is none of this job's.
      const around = { from: at - HOUR_MS, to: at + HOUR_MS }
      if (owner !== job && !(await scopeOf(job, around)).shared?.files.includes(file)) {
        return context.json({ items: [], found: false, source: 'store' } satisfies LogContext)
      }
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
  return app
}

const noArchives = () =>
  notFound('No archives of nodes are known here; name their log services under diagnosis.logNodes.')

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
