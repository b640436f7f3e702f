import { type IncomingMessage, request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { z } from 'zod'
import { messageOf, SourceError } from '../../../core/kit/errors.ts'
import type { Access } from './access.ts'

/** An answer that is none: `status` is HTTP's, or the code of a Status object within a watch. */
export class KubernetesError extends SourceError {
  readonly status: number | undefined
  readonly retryAfterMs: number

  constructor(message: string, status?: number, retryAfterMs = 0) {
    super(message, {
      code: status === undefined ? 'source-unreachable' : 'source-refused',
      retriable: true,
    })
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}

export type Params = Readonly<Record<string, string | undefined>>

export interface KubernetesApi {
  /** One answer in full, as JSON. */
  get(path: string, params: Params, signal: AbortSignal): Promise<unknown>
  /**
   * A watch: lines in the portions in which they came. Ends when the server ends it; what was cut off in the
   * middle of a line is no line.
   * @param silentMs how long the server may say nothing
   */
  lines(
    path: string,
    params: Params,
    silentMs: number,
    signal: AbortSignal,
  ): AsyncGenerator<readonly string[]>
}

/** An API server that has not begun to answer by now does not. */
const ANSWER_WITHIN_MS = 30_000
/** Finds a connection whose other end is gone without a word, long before a watch would. */
const KEEP_ALIVE_MS = 30_000
const LONGEST_REFUSAL = 64 * 1024

/**
 * Requests to an API server. The library's own `Watch` is not used: it cannot be stopped before the answer
 * begins, waits for it without end, and passes over lines and callbacks that fail.
 */
export function kubernetesApi(access: Access): KubernetesApi {
  const name = access.server.origin

  const open = async (
    path: string,
    params: Params,
    silentMs: number,
    signal: AbortSignal,
  ): Promise<IncomingMessage> => {
    const url = addressOf(access.server, path, params)
    const options = await access.options()
    const response = await answer(url, options, signal)
    response.setTimeout(silentMs)
    response.setEncoding('utf8')
    if (response.statusCode !== 200) throw await refusal(response, `${name}${path}`)
    return response
  }

  /** Whatever breaks on the way becomes one kind of error; being stopped stays what it is. */
  const troubleOf = (cause: unknown, signal: AbortSignal): unknown => {
    if (signal.aborted) return signal.reason
    if (cause instanceof KubernetesError) return cause
    return new KubernetesError(`${name} does not answer: ${messageOf(cause)}.`)
  }

  return {
    async get(path, params, signal) {
      let text: string
      try {
        text = await textOf(await open(path, params, ANSWER_WITHIN_MS, signal))
      } catch (cause) {
        throw troubleOf(cause, signal)
      }
      try {
        return JSON.parse(text)
      } catch (cause) {
        throw new SourceError(`${name}${path} answered something that is no JSON.`, { cause })
      }
    },
    async *lines(path, params, silentMs, signal) {
      try {
        yield* completeLines(await open(path, params, silentMs, signal))
      } catch (cause) {
        throw troubleOf(cause, signal)
      }
    },
  }
}

function addressOf(server: URL, path: string, params: Params): URL {
  const url = new URL(server)
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url
}

function answer(
  url: URL,
  options: Awaited<ReturnType<Access['options']>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'http:' ? plain : secure
    const request = send(url, {
      ...options,
      signal,
      headers: { ...options.headers, accept: 'application/json', 'user-agent': 'weir-agent' },
    })
    request.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS))
    request.setTimeout(ANSWER_WITHIN_MS)
    request.on('timeout', () => request.destroy(new Error('it says nothing for too long')))
    request.on('response', resolve)
    request.on('error', reject)
    request.end()
  })
}

const Refusal = z.object({ message: z.string().min(1) })

/** The Status object of a refusal says more than its number. */
async function refusal(response: IncomingMessage, what: string): Promise<KubernetesError> {
  const { statusCode: status = 0, headers } = response
  const body = await textOf(response, LONGEST_REFUSAL)
  const said = Refusal.safeParse(jsonOf(body)).data?.message
  return new KubernetesError(
    `${what} answered ${status}${said === undefined ? '' : `: ${said}`}.`,
    status,
    retryAfterMs(headers['retry-after']),
  )
}

/** A proxy in front of the API server may refuse in HTML. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds, as the API server's fairness and rate limits write them. */
function retryAfterMs(header: string | undefined): number {
  return Math.max(0, Number(header)) * 1000 || 0
}

async function textOf(response: IncomingMessage, most = Number.POSITIVE_INFINITY): Promise<string> {
  const parts: string[] = []
  let length = 0
  for await (const part of response) {
    parts.push(part)
    length += part.length
    if (length > most) break
  }
  return parts.join('')
}

async function* completeLines(response: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  // Kept in pieces: a large object that comes byte by byte is put together once.
  let open: string[] = []
  for await (const chunk of response) {
    const [head = '', ...tail] = chunk.split('\n')
    open.push(head)
    const last = tail.pop()
    if (last === undefined) continue
    const lines = [open.join(''), ...tail].filter((line) => line !== '')
    open = [last]
    if (lines.length > 0) yield lines
  }
}
