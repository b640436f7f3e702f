import { z } from 'zod'
import { GateAnswer } from '../../core/api/gate.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { messageOf, UsageError } from '../../core/kit/errors.ts'

/** One question and its answer over HTTP; rejects when there was none. */
export type Ask = (
  signal: AbortSignal,
) => Promise<{ readonly status: number; readonly body: string }>

/** How the waiting ended. `answer` is what the server said last, if it said anything of the job. */
export interface Waited {
  readonly word: 'pass' | 'fail' | 'unknown'
  readonly reason: string
  readonly answer: GateAnswer | undefined
  readonly waitedMs: number
}

export interface Patience {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How long unknown is waited for; 0 asks once. */
  readonly timeoutMs: number
  /** Told after each answer that is not the last. */
  readonly onProgress: (reason: string, waitedMs: number) => void
}

const ASK_EVERY_MS = 5_000

/**
 * Asks until the answer is known or the time is over. Whatever is no answer (a server that does not answer
 * yet, a job that is not known yet) is unknown, and may become known.
 * @throws UsageError when asking again cannot help: the question or the token is wrong
 */
export async function waitForAnswer(
  ask: Ask,
  { clock, signal, timeoutMs, onProgress }: Patience,
): Promise<Waited> {
  const startedAt = clock.now()
  let last: GateAnswer | undefined
  for (;;) {
    const heard = await askOnce(ask, signal)
    last = heard.answer ?? last
    const waitedMs = clock.now() - startedAt
    const leftMs = timeoutMs - waitedMs
    if (heard.word !== 'unknown' || leftMs <= 0) return { ...heard, answer: last, waitedMs }
    onProgress(heard.reason, waitedMs)
    await clock.sleep(Math.min(ASK_EVERY_MS, leftMs), signal)
  }
}

async function askOnce(ask: Ask, signal: AbortSignal): Promise<Omit<Waited, 'waitedMs'>> {
  const unknown = (reason: string) => ({ word: 'unknown', reason, answer: undefined }) as const
  let heard: { readonly status: number; readonly body: string }
  try {
    heard = await ask(signal)
  } catch (error) {
    signal.throwIfAborted()
    return unknown(messageOf(error))
  }
  const { status, body } = heard
  const answer = GateAnswer.safeParse(parse(body)).data
  if (answer) return { word: answer.answer, reason: answer.reason, answer }
  const said = sentenceIn(body)
  if (status === 400 || status === 401 || status === 403) throw new UsageError(said)
  if (status === 404 || status >= 500) return unknown(said)
  return unknown(`The server answered ${status}, but not as a Weir of this version: ${said}`)
}

const Problem = z.looseObject({ detail: z.string().optional(), title: z.string().optional() })

function sentenceIn(body: string): string {
  const problem = Problem.safeParse(parse(body)).data
  return problem?.detail ?? problem?.title ?? body.slice(0, 300)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
