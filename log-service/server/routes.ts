import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Registry } from 'prom-client'
import type { NodeLivesPage, NodeLogContext, NodeLogPage } from '../../core/api/node-logs.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { messageOf, WeirError } from '../../core/kit/errors.ts'
import { onError, problem } from '../../core/kit/http.ts'
import type { Log } from '../../core/kit/log.ts'
import { type ApiToken, tokenGuard } from '../../core/kit/token-guard.ts'
import { archiveParams, isWanted } from '../../core/logs/params.ts'
import type { Archive } from '../archive/archive.ts'
import { readMerged } from '../archive/read.ts'
import type { LogServiceEvents } from '../events.ts'
import { badRequest, filesOf, matchesOf, paramsOf } from './answers.ts'
import { runWithin } from './bounded-run.ts'
import { linesAround } from './context.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { livesOf } from './lives.ts'
import { plainText, storedLine } from './render.ts'
import { type SearchLimits, search } from './search.ts'
import { sendTail } from './tail.ts'

export interface LogRoutes {
  readonly archive: Archive
  /** Whether a log may still grow. */
  readonly isFollowed: (file: string) => boolean
  readonly limits: SearchLimits
  readonly tokens: readonly ApiToken[]
  readonly registry: Registry
  readonly events: LogServiceEvents
  readonly clock: Clock
  readonly log: Log
  /** Ends what is open when the program closes. */
  readonly signal: AbortSignal
}

const PATH = '/api/v1/logs'
const MOST_TAILS = 50
/** Searches and downloads at a time: each reads and unpacks as fast as it can. */
const MOST_SEARCHES = 4

/** The logs of this node over HTTP, from its archive: needs neither store nor broker. */
export function logServiceRoutes(options: LogRoutes): Hono {
  const { archive, isFollowed, limits, registry, events, clock, log, signal } = options
  const app = new Hono()
  let tails = 0
  let searches = 0

  const answerOf = onError(log)
  app.onError((error, context) => {
    if (!(error instanceof WeirError) || error.code !== 'too-costly') {
      return answerOf(error, context)
    }
    events.requestLimited({ limit: 'predicate', path: context.req.path })
    return problem(422, { detail: error.message, code: error.code })
  })
  app.use('*', tokenGuard(options.tokens))
  app.use('*', async (context, next) => {
    await next()
    context.header('X-Content-Type-Options', 'nosniff')
    context.header('Cache-Control', 'no-store')
  })

  const busy = () => {
    events.requestLimited({ limit: 'busy' })
    const detail = `${MOST_SEARCHES} searches are under way on this node; try again in a moment.`
    return problem(503, { detail, code: 'busy' }, { 'retry-after': '1' })
  }
  const searching = async <T>(run: () => Promise<T>): Promise<T | Response> => {
    if (searches >= MOST_SEARCHES) return busy()
    searches++
    try {
      return await run()
    } finally {
      searches--
    }
  }

  app.get(`${PATH}/lives`, (context) => {
    const params = paramsOf(context, archiveParams.lives)
    if (params instanceof Response) return params
    const { limit, cursor, from, to, ...which } = params
    const start = cursor === undefined ? 0 : Number(cursor)
    if (!Number.isSafeInteger(start)) return badRequest('cursor: is not a cursor of this list')
    const lives = livesOf(
      archive.files().filter(({ origin }) => isWanted(origin, which)),
      archive.gaps().filter(({ origin }) => isWanted(origin, which)),
      isFollowed,
    ).filter(({ firstAt, lastAt }) => (from ?? firstAt) <= lastAt && (to ?? lastAt) >= firstAt)
    const next = start + limit < lives.length ? String(start + limit) : null
    return context.json({
      items: lives.slice(start, start + limit),
      next,
    } satisfies NodeLivesPage)
  })

  app.get(PATH, async (context) => {
    const params = paramsOf(context, archiveParams.lines)
    if (params instanceof Response) return params
    const { q, from, to, limit, cursor, towards, ...which } = params
    const matches = matchesOf(q)
    if (matches instanceof Response) return matches
    const resume = cursor === undefined ? undefined : readCursor(cursor)
    if (cursor !== undefined && !resume) return badRequest('cursor: is not a cursor of this list')
    const files = filesOf(archive, which, { from, to })
    if (files instanceof Response) return files
    const startedAt = performance.now()
    const direction = towards === 'older' ? 'backward' : 'forward'
    const asked = { files, direction, fromAt: from, toAt: to, resume, matches, limit } as const
    const ended = AbortSignal.any([signal, context.req.raw.signal])
    const result = await searching(() => search(archive, asked, { limits, clock, signal: ended }))
    if (result instanceof Response) return result
    const { stopped, lookedAtBytes } = result
    if (stopped) events.requestLimited({ limit: stopped, path: PATH })
    return context.json({
      items: result.items.map(storedLine),
      next: result.resume ? writeCursor(result.resume) : null,
      ...(stopped && { stopped }),
      lookedAtBytes,
      tookMs: Math.round((performance.now() - startedAt) * 10) / 10,
    } satisfies NodeLogPage)
  })

  app.get(`${PATH}/context`, async (context) => {
    const params = paramsOf(context, archiveParams.context)
    if (params instanceof Response) return params
    const { items, found } = await linesAround(archive, params)
    return context.json({ items: items.map(storedLine), found } satisfies NodeLogContext)
  })

  app.get(`${PATH}/tail`, (context) => {
    const params = paramsOf(context, archiveParams.tail)
    if (params instanceof Response) return params
    const { q, last, ...which } = params
    const matches = matchesOf(q)
    if (matches instanceof Response) return matches
    if (tails >= MOST_TAILS) {
      const detail = `${MOST_TAILS} tails are open already; close some.`
      return problem(503, { detail, code: 'streams' }, { 'retry-after': '30' })
    }
    const before = async () => {
      const files = filesOf(archive, which)
      if (files instanceof Response || last === 0) return []
      const asked = { files, direction: 'backward', matches, limit: last } as const
      return (await search(archive, asked, { limits, clock, signal })).items.toReversed()
    }
    return streamSSE(context, async (stream) => {
      const ended = new AbortController()
      const stop = () => ended.abort()
      signal.addEventListener('abort', stop)
      stream.onAbort(stop)
      tails++
      const tail = {
        ...{ matches, before, maxPieceMs: limits.maxPieceMs },
        isWanted: (origin: Parameters<typeof isWanted>[0]) => isWanted(origin, which),
      }
      try {
        await sendTail(stream, tail, { archive, clock, events, signal: ended.signal })
      } catch (error) {
        if (!ended.signal.aborted) {
          await stream.writeSSE({ event: 'failed', data: messageOf(error) })
        }
      } finally {
        tails--
        signal.removeEventListener('abort', stop)
      }
    })
  })

  app.get(`${PATH}/download`, (context) => {
    const params = paramsOf(context, archiveParams.download)
    if (params instanceof Response) return params
    const { q, from, to, ...which } = params
    const matches = matchesOf(q)
    if (matches instanceof Response) return matches
    const files = filesOf(archive, which, { from, to })
    if (files instanceof Response) return files
    if (searches >= MOST_SEARCHES) return busy()
    const reading = { files, direction: 'forward', fromAt: from, toAt: to } as const
    const pieces = async function* () {
      searches++
      try {
        for await (const piece of readMerged(archive, reading)) {
          signal.throwIfAborted()
          const asked = runWithin(limits.maxPieceMs, () => piece.filter(matches))
          if (asked.length > 0) yield Buffer.from(asked.map(plainText).join(''))
        }
      } finally {
        searches--
      }
    }
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="log.txt"',
    }
    return new Response(ReadableStream.from(pieces()), { headers })
  })

  app.get('/livez', (context) => context.text('ok\n'))
  app.get('/readyz', (context) => context.text('ok\n'))
  app.get('/metrics', async (context) =>
    context.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  )
  app.notFound((context) =>
    problem(404, {
      detail: `Nothing is served at ${context.req.path}; logs are at ${PATH}.`,
      code: 'not-found',
    }),
  )
  return app
}
