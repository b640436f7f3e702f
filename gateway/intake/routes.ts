import { Hono } from 'hono'
import type { Registry } from 'prom-client'
import { IntakeError, messageOf } from '../../core/kit/errors.ts'
import { gunzipWithin } from '../../core/kit/gzip.ts'
import { onError, problem } from '../../core/kit/http.ts'
import type { Log } from '../../core/kit/log.ts'
import type { IntakeLimits } from '../config.ts'
import type { GatewayEvents } from '../events.ts'
import { readBody } from './body.ts'
import type { Doors } from './doors/doors.ts'
import type { OtlpDoor } from './doors/otlp-door.ts'
import { doorRoutes } from './doors/routes.ts'
import type { Intake } from './intake.ts'
import type { TokenCheck } from './tokens.ts'

export interface IntakeRoutes {
  readonly intake: Intake
  readonly limits: IntakeLimits
  readonly checkToken: TokenCheck
  readonly registry: Registry
  readonly events: GatewayEvents
  readonly log: Log
  /** Other protocols' ways in. */
  readonly doors?: {
    readonly doors: Doors
    readonly otlp: OtlpDoor
    readonly defaultCluster: string
  }
  /** Resolves when batches can be taken; rejects with the reason why not. */
  readonly ready: () => Promise<void>
}

/** The gateway over HTTP: batches in, and what an operator's probes ask for. */
export function intakeRoutes(options: IntakeRoutes): Hono {
  const { intake, limits, checkToken, registry, events, log, ready } = options
  const app = new Hono()
  const answerOf = onError(log)
  app.onError(async (error, context) => {
    const answer = await answerOf(error, context)
    if (answer.status === 401) answer.headers.set('www-authenticate', 'Bearer')
    return answer
  })
  app.notFound((context) =>
    problem(404, {
      detail: `There is nothing at ${context.req.path}; batches go to POST /v1/batches.`,
      code: 'not-found',
    }),
  )

  app.post('/v1/batches', async (context) => {
    const by = checkToken(context.req.header('authorization'))
    const value = await read(context.req.raw).catch((error: unknown) => {
      if (error instanceof IntakeError) events.batchRefused({ status: String(error.status), error })
      throw error
    })
    if (value instanceof Response) {
      events.batchRefused({ status: String(value.status) })
      return value
    }
    return context.json(await intake.accept(value.batch, by, value.text))
  })

  /** The body as JSON, or the answer that says what is wrong with its headers. */
  const read = async (request: Request): Promise<Response | { batch: unknown; text: Buffer }> => {
    const encoding = request.headers.get('content-encoding') ?? 'identity'
    const objection = contentObjection(request.headers.get('content-type'), encoding)
    if (objection) return problem(415, { detail: objection, code: 'intake-content' })
    const body = await readBody(request, limits.maxBatchBytes)
    const text = isGzip(encoding) ? await gunzipWithin(body, limits.maxBatchBytes) : body
    return { batch: parse(text), text }
  }

  if (options.doors) {
    const { doors, otlp, defaultCluster } = options.doors
    const config = { limits, defaultCluster }
    app.route('/', doorRoutes({ doors, otlp, checkToken, events, config }))
  }

  app.get('/livez', (context) => context.text('ok\n'))
  app.get('/readyz', async (context) => {
    try {
      await ready()
      return context.text('ok\n')
    } catch (error) {
      return problem(503, { detail: messageOf(error), code: 'not-ready' })
    }
  })
  app.get('/metrics', async (context) =>
    context.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  )
  return app
}

const isGzip = (encoding: string) => /^(x-)?gzip$/i.test(encoding.trim())

function contentObjection(type: string | null, encoding: string): string | undefined {
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type ?? '')) {
    return `The body is announced as ${type === null ? 'nothing' : JSON.stringify(type)}; send Content-Type: application/json.`
  }
  if (isGzip(encoding) || encoding.trim().toLowerCase() === 'identity') return undefined
  return `The body is packed as ${JSON.stringify(encoding)}; send it as gzip or not packed.`
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'no JSON' : 'no UTF-8'
    throw new IntakeError(`The body is ${why}; it may have been cut on its way.`, {
      status: 400,
      cause,
    })
  }
}
