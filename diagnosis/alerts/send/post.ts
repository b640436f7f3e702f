import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { messageOf } from '../../../core/kit/errors.ts'
import { isPublicAddress } from './addresses.ts'

/**
 * Whose word an address is. What stands in the configuration may be anywhere, as most receivers are in the
 * private network; what was entered on the page may only be in the open internet.
 */
export type Trust = 'config' | 'page'

export interface Letter {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly trust: Trust
  readonly timeoutMs: number
}

/** What happened, in words that hold no address: addresses of chat robots are secrets. */
export type Answer =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** The beginning of it, at most 64 KiB. */
      readonly body: string
      readonly retryAfterMs: number | undefined
    }
  | { readonly kind: 'unreachable'; readonly why: string }
  | { readonly kind: 'forbidden'; readonly why: string }

const MOST_ANSWER_BYTES = 64 * 1024

class Forbidden extends Error {}

/**
 * Posts once. The name is resolved once, and the connection goes to an address that was looked at; redirects
 * are answers like any other; an answer that is too long or too slow is cut where it is.
 * Rejects only when the signal aborts.
 */
export async function post(letter: Letter, signal: AbortSignal): Promise<Answer> {
  const url = new URL(letter.url)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (letter.trust === 'page' && isIP(host) !== 0 && !isPublicAddress(host)) return forbidden(host)
  const late = AbortSignal.timeout(letter.timeoutMs)
  try {
    const response = await respond(url, letter, AbortSignal.any([signal, late]))
    const body = await beginningOf(response, late)
    const retryAfterMs = readRetryAfterMs(response.headers['retry-after'])
    return { kind: 'answer', status: response.statusCode ?? 0, body, retryAfterMs }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Forbidden) return { kind: 'forbidden', why: error.message }
    if (late.aborted) {
      return { kind: 'unreachable', why: `no answer within ${letter.timeoutMs / 1000} s` }
    }
    return { kind: 'unreachable', why: reasonOf(error) }
  }
}

function respond(url: URL, letter: Letter, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, {
      method: 'POST',
      // A connection of its own: one that was kept open may lead to an address nobody looked at.
      agent: false,
      lookup: letter.trust === 'page' ? lookupPublic : lookup,
      headers: {
        'user-agent': 'weir',
        ...letter.headers,
        'content-length': Buffer.byteLength(letter.body),
      },
      signal,
    })
    request.once('response', resolve)
    request.once('error', reject)
    request.end(letter.body)
  })
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** One private address among public ones is enough to refuse the name: it would be tried as well. */
function lookupPublic(name: string, options: LookupOptions, found: Found): void {
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error) return found(error, [])
    const [first] = addresses
    const closed = addresses.find(({ address }) => !isPublicAddress(address))
    if (closed || !first) return found(new Forbidden(whyForbidden(name)), [])
    if (options.all) found(null, addresses)
    else found(null, first.address, first.family)
  })
}

const whyForbidden = (host: string) =>
  `${host} is not in the open internet; targets from the page must be. Those inside belong in the configuration.`

const forbidden = (host: string): Answer => ({ kind: 'forbidden', why: whyForbidden(host) })

async function beginningOf(response: IncomingMessage, late: AbortSignal): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response) {
      // Node hands out buffers as no encoding was set.
      chunks.push(chunk as Buffer)
      bytes += chunks.at(-1)?.byteLength ?? 0
      if (bytes >= MOST_ANSWER_BYTES) break
    }
  } catch (error) {
    // The status is known; what the rest would have said is the receiver's loss.
    if (!late.aborted) throw error
  } finally {
    response.destroy()
  }
  return Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString('utf8')
}

/** Seconds only: a date would need the receiver's clock. */
function readRetryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; is it running, and is the port right',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by somebody unknown',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

/** Node's own words may hold the address; of what is not listed only the code is told. */
function reasonOf(error: unknown): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : ''
  return REASONS[code] ?? (code === '' ? messageOf(inner).slice(0, 80) : code)
}
