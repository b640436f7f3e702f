import { z } from 'zod'
import { messageOf, UsageError, WeirError } from '../core/kit/errors.ts'
import type { Io } from './io.ts'

/** The Weir that a command asks, by its options and `WEIR_TOKEN`. */
export interface Server {
  readonly url: string
  readonly token: string | undefined
}

export interface ServerOptions {
  readonly server: string
  readonly token?: string
}

export const DEFAULT_SERVER = 'http://127.0.0.1:7070'

const ANSWER_WITHIN_MS = 30_000

/** @throws UsageError when the address is none */
export function serverOf(io: Io, { server, token }: ServerOptions): Server {
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new UsageError(`--server: "${server}" is no address; it looks like http://weir:7070.`)
  }
  return { url: server.replace(/\/$/, ''), token: token ?? io.env.WEIR_TOKEN }
}

/**
 * One question to the API of a running Weir, and the text of its answer. `body` makes it a POST.
 * @throws UsageError when the question or the token is wrong; WeirError when there is no answer, or it refuses
 */
export async function askWeir(
  { url, token }: Server,
  path: string,
  { body, signal }: { readonly body?: unknown; readonly signal: AbortSignal },
): Promise<string> {
  const heard = await ask()
  if (heard.status === 200) return heard.text
  const said = sentenceIn(heard.text)
  throw [400, 401, 403, 404].includes(heard.status)
    ? new UsageError(said)
    : new WeirError(said, { code: 'refused' })

  async function ask() {
    try {
      const response = await fetch(`${url}${path}`, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      })
      return { status: response.status, text: await response.text() }
    } catch (error) {
      signal.throwIfAborted()
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      throw new WeirError(`${url} does not answer: ${messageOf(cause)}.`, { code: 'unreachable' })
    }
  }
}

/** What was answered, in the shape that this version knows. @throws WeirError when it has another */
export function answerAs<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  const read = schema.safeParse(jsonIn(text))
  if (read.success) return read.data
  throw new WeirError(
    `The server answered, but not as a Weir of this version: ${text.slice(0, 200)}`,
    { code: 'version' },
  )
}

const Problem = z.looseObject({ detail: z.string().optional(), title: z.string().optional() })

function sentenceIn(text: string): string {
  const problem = Problem.safeParse(jsonIn(text)).data
  return problem?.detail ?? problem?.title ?? text.slice(0, 300)
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
