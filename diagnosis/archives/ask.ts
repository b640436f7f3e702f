import { z } from 'zod'
import { messageOf } from '../../core/kit/errors.ts'
import { redactText } from '../../core/kit/redact.ts'
import type { LogNode } from './nodes.ts'

/** What became of one question to one node: an answer, or why there is none, in a sentence. */
export type Asked<T> =
  | { readonly kind: 'answered'; readonly body: T }
  | { readonly kind: 'away'; readonly detail: string }

export interface AskLimits {
  readonly timeoutMs: number
  readonly mostBytes: number
}

const Problem = z.object({ detail: z.string().max(2_000) })

/** Asks one node once. Never throws but the signal's reason: a node that is away is an answer, too. */
export async function ask<T>(
  { url, token }: LogNode,
  path: string,
  query: Readonly<Record<string, string>>,
  body: z.ZodType<T>,
  { timeoutMs, mostBytes, signal }: AskLimits & { readonly signal: AbortSignal },
): Promise<Asked<T>> {
  const late = AbortSignal.timeout(timeoutMs)
  const target = new URL(`${url.pathname.replace(/\/$/, '')}${path}`, url)
  target.search = new URLSearchParams(query).toString()
  const away = (detail: string) => ({ kind: 'away', detail }) as const
  try {
    const response = await fetch(target, {
      // Where a node would send us is no address of the configuration.
      redirect: 'error',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, late]),
    })
    const text = await textOf(response, mostBytes)
    if (text === undefined) return away(`It answered more than ${mostBytes} bytes; ask for less.`)
    if (!response.ok) return away(refusal(response.status, text))
    const read = body.safeParse(JSON.parse(text))
    if (read.success) return { kind: 'answered', body: read.data }
    return away('It answered, but not as a log service of this version does.')
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted) return away(`It did not answer within ${timeoutMs / 1000} s.`)
    return away(redactText(reasonOf(error)))
  }
}

/** The body, unless it is longer than it may be. */
async function textOf({ body }: Response, mostBytes: number): Promise<string | undefined> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body ?? []) {
    pieces.push(piece)
    bytes += piece.byteLength
    if (bytes > mostBytes) return undefined
  }
  return Buffer.concat(pieces).toString('utf8')
}

function refusal(status: number, text: string): string {
  if (status === 401) return 'It wants another token than diagnosis.logNodes gives.'
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return `It answered ${status}.`
  }
  return `It answered ${status}: ${redactText(Problem.safeParse(body).data?.detail ?? '')}`.trim()
}

/** What is wrong lies in the cause of what `fetch` throws. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause
  return `It cannot be reached (${messageOf(inner ?? error)}).`
}
