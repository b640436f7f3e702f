import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { z } from 'zod'
import type { Ack } from '../api/batch.ts'
import { IntakeError, type IntakeStatus, messageOf, WeirError } from '../kit/errors.ts'
import { textOf } from './batch-text.ts'
import type { OutgoingBatch, Send } from './outgoing.ts'

export interface HttpSenderOptions {
  /** Bearer token; the gateway knows its hash. */
  readonly token?: string
  /** How long one attempt may take, answer included. */
  readonly timeoutMs?: number
}

const pack = promisify(gzip)
const maxAnswerBytes = 64 * 1024

const AckAnswer = z.object({
  agent: z.string(),
  epoch: z.int(),
  lane: z.enum(['live', 'backlog']),
  seq: z.int(),
})
const ProblemAnswer = z.object({ detail: z.string(), code: z.string().exactOptional() })

/**
 * Sends batches to the gateway at `url` (`POST /v1/batches`, gzip).
 * @throws (the sender) IntakeError with the gateway's words when it refused; a retriable WeirError when it
 * could not be reached, or when something else than a gateway answered
 */
export function httpSender(url: string, options: HttpSenderOptions = {}): Send {
  const { token, timeoutMs = 30_000 } = options
  const target = new URL('v1/batches', url.endsWith('/') ? url : `${url}/`).href
  const headers = {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    accept: 'application/json, application/problem+json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }

  return async (batch, signal) => {
    const body = await pack(textOf(batch), { level: 1 })
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    let response: Response
    let text: string
    try {
      // A redirect would carry the token and the facts to somewhere nobody configured.
      response = await fetch(target, {
        method: 'POST',
        headers,
        body,
        signal: within,
        redirect: 'manual',
      })
      text = await readText(response)
    } catch (cause) {
      throw new WeirError(`The gateway at ${target} cannot be reached: ${messageOf(cause)}.`, {
        code: 'ship-unreachable',
        retriable: true,
        cause,
      })
    }
    if (response.status === 200) return readAck(target, batch, text)
    throw refusal(target, response, text)
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes) throw new Error('its answer is too long for a gateway')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Only an acknowledgement of this very batch counts: anything may answer 200. */
function readAck(target: string, batch: OutgoingBatch, text: string): Ack {
  const ack = AckAnswer.safeParse(parseJson(text)).data
  const { agent, epoch, lane, seq } = batch
  if (ack?.agent === agent && ack.epoch === epoch && ack.lane === lane && ack.seq === seq)
    return ack
  throw new WeirError(
    `${target} answered 200 without acknowledging batch ${seq} of ${agent}; is it a Weir gateway?`,
    { code: 'ship-no-ack', retriable: true },
  )
}

function refusal(target: string, response: Response, text: string): WeirError {
  const { status } = response
  const said = ProblemAnswer.safeParse(parseJson(text)).data
  const why = `The gateway at ${target} answered ${status}${said ? `: ${said.detail}` : ''}`
  if (isIntakeStatus(status)) {
    const retryAfterMs = readRetryAfterMs(response.headers.get('retry-after'))
    return new IntakeError(why, {
      status,
      ...(said?.code === undefined ? {} : { code: said.code }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  }
  return new WeirError(`${why}; check that the URL is that of a Weir gateway.`, {
    code: 'ship-answer',
    retriable: true,
  })
}

const intakeStatuses: readonly number[] = [400, 401, 403, 413, 429, 503] satisfies IntakeStatus[]

function isIntakeStatus(status: number): status is IntakeStatus {
  return intakeStatuses.includes(status)
}

/** Seconds only: a date would need the gateway's clock, and our gateway sends seconds. */
function readRetryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
