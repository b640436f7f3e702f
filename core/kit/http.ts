import { STATUS_CODES } from 'node:http'
import { isIP } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { type Clock, every, systemClock } from './clock.ts'
import { ConfigError, IntakeError, messageOf, WeirError } from './errors.ts'
import type { Log } from './log.ts'
import { redactText } from './redact.ts'
import type { Scope } from './scope.ts'

export interface Address {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

/** What a Hono app looks like from outside. */
export interface App {
  fetch(request: Request, env?: object): Response | Promise<Response>
}

/** How long running requests may go on once closing began; streams end by their scope's signal. */
const drainMs = 1_000

/**
 * Listens until the scope closes; then takes no new requests and gives running ones a moment.
 * @returns the URL to reach it and the port that was taken
 * @throws WeirError when the port is taken or may not be used
 */
export async function serve(
  app: App,
  { host, port }: Address,
  scope: Scope,
  clock: Clock = systemClock,
): Promise<{ url: string; port: number }> {
  const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(host, port, cause)))
    server.listen(port, host, resolve)
  })

  scope.add(`http ${host}:${port}`, async () => {
    const drained = new AbortController()
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        drained.abort()
        resolve()
      })
    })
    // Only HTTP/1 servers, which this is, know their connections; the type covers HTTP/2 as well.
    if ('closeAllConnections' in server) {
      const untilAt = clock.now() + drainMs
      for await (const at of every(50, clock, drained.signal)) {
        if (at >= untilAt) server.closeAllConnections()
        else server.closeIdleConnections()
      }
    }
    await closed
  })

  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  return { url: `http://${hostInUrl(host)}:${taken}`, port: taken }
}

function cannotListen(host: string, port: number, cause: Error): WeirError {
  const code = 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE') {
    return new WeirError(
      `Port ${port} on ${host} is taken; stop the program that uses it or choose another port.`,
      { code: 'port-taken', cause },
    )
  }
  if (code === 'EACCES') {
    return new WeirError(
      `Port ${port} on ${host} may not be opened by this user; choose another.`,
      {
        code: 'port-forbidden',
        cause,
      },
    )
  }
  return new WeirError(`Cannot listen on ${host} port ${port}: ${messageOf(cause)}.`, {
    code: 'port',
    cause,
  })
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return isIP(host) === 6 ? `[${host}]` : host
}

/**
 * Refuses to be reachable from other machines without anybody having to say who they are.
 * @throws ConfigError when `host` is beyond loopback and there is no token
 */
export function assertLoopbackOrTokens(host: string, tokens: readonly string[]): void {
  if (isLoopback(host) || tokens.some((token) => token.trim() !== '')) return
  throw new ConfigError(
    `Listening on ${host === '' ? 'all addresses' : host} lets other machines in and needs tokens; set at least one token, or listen on 127.0.0.1.`,
  )
}

/** Whether a host name or address can only mean this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (bare === 'localhost' || bare === '::1') return true
  const v4 = bare.replace(/^::ffff:/, '')
  return isIP(v4) === 4 && v4.startsWith('127.')
}

export interface Problem {
  /** What kind of problem; default: the status' own name. */
  readonly title?: string
  /** What happened this time, for a person. */
  readonly detail?: string
  readonly type?: string
  /** A stable word for programs. */
  readonly code?: string
}

/** An error body after RFC 9457. */
export function problem(
  status: number,
  { title, detail, type = 'about:blank', code }: Problem,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { type, title: title ?? STATUS_CODES[status] ?? 'Error', status, detail, code }
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  })
}

/** The one table from an error's code (or the word before its first hyphen) to a status. */
const statusOf: Readonly<Record<string, number>> = {
  usage: 400,
  config: 500,
  source: 502,
  store: 503,
  bus: 503,
  'bus-full': 429,
  'bus-record-too-large': 413,
}

/** For Hono's `onError`: errors of ours tell their own sentence, bugs are logged and tell nothing. */
export function onError(log: Log): ErrorHandler {
  return (error, context) => {
    const answer = answerOf(error)
    if (answer.status >= 500) {
      const facts = { method: context.req.method, path: context.req.path, status: answer.status }
      log.error('A request failed.', { ...facts, error })
    }
    return answer
  }
}

function answerOf(error: Error): Response {
  if (error instanceof HTTPException)
    return problem(error.status, { detail: error.message, code: 'http' })
  if (!(error instanceof WeirError)) {
    return problem(500, {
      detail: 'This is a fault in Weir; its log tells more.',
      code: 'internal',
    })
  }
  const status =
    error instanceof IntakeError
      ? error.status
      : (statusOf[error.code] ?? statusOf[error.code.split('-')[0] ?? ''] ?? 500)
  // The causes stay in the log: they may name things that are none of the sender's business.
  return problem(
    status,
    { detail: redactText(error.message), code: error.code },
    retryAfter(error, status),
  )
}

function retryAfter(error: WeirError, status: number): Record<string, string> {
  if (status !== 429 && status !== 503) return {}
  const ms = error instanceof IntakeError ? error.retryAfterMs : undefined
  return { 'retry-after': String(Math.max(1, Math.ceil((ms ?? 1000) / 1000))) }
}
