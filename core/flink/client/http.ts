import type { Clock } from '../../kit/clock.ts'
import { messageOf, SourceError } from '../../kit/errors.ts'
import type { Answer, Transport, WritingTransport } from './transport.ts'

export interface HttpOptions {
  readonly clock: Clock
  /** Bearer token; user and password may also stand in the address. */
  readonly token?: string | undefined
  /** Requests that may be sent a second; undefined for no limit. */
  readonly perSecond?: number | undefined
  readonly timeoutMs?: number
}

/**
 * Talks to a live server. Never asks more often than `perSecond`: a request over the limit waits its
 * turn, so that watching a JobManager never becomes a load on it.
 */
export function httpTransport(address: string, options: HttpOptions): Transport {
  const { name, get } = writingTransport(address, options)
  return { name, get }
}

/** The same, for the one part that may change something there. */
export function writingTransport(address: string, options: HttpOptions): WritingTransport {
  const { clock, token, perSecond, timeoutMs = 8_000 } = options
  const url = new URL(address)
  const credentials =
    url.username === ''
      ? undefined
      : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  const base = url.href.replace(/\/$/, '')
  const authorization =
    token !== undefined
      ? `Bearer ${token}`
      : credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
  let nextAt = 0

  const turn = async (signal: AbortSignal) => {
    if (perSecond === undefined) return
    const now = clock.now()
    const at = Math.max(now, nextAt)
    nextAt = at + 1000 / perSecond
    if (at > now) await clock.sleep(at - now, signal)
  }

  const ask = async (path: string, init: RequestInit, signal: AbortSignal): Promise<Answer> => {
    await turn(signal)
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    try {
      const response = await fetch(base + path, {
        ...init,
        signal: within,
        headers: { ...init.headers, ...(authorization ? { authorization } : {}) },
      })
      return { status: response.status, body: await response.text(), at: clock.now() }
    } catch (cause) {
      signal.throwIfAborted()
      throw new SourceError(`${base} does not answer: ${reasonOf(cause, timeoutMs)}.`, {
        // The reason is all there is to know of the cause: it stands in the sentence.
        code: 'source-unreachable',
        retriable: true,
      })
    }
  }

  return {
    name: base,
    get: (path, signal) => ask(path, {}, signal),
    put: (path, body, signal) =>
      ask(
        path,
        {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
        signal,
      ),
  }
}

/** `fetch failed` tells nobody anything; the cause behind it does. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no answer within ${timeoutMs / 1000} s`
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'ECONNREFUSED') return 'connection refused; is it running, and is the port right'
  if (code === 'ENOTFOUND') return 'the host name is not known'
  return messageOf(cause)
}
