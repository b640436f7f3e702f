import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { RoundMessage } from '../../core/api/public.ts'
import { problem } from '../../core/kit/http.ts'
import type { ApiDeps } from './app.ts'
import { callerOf, seesJob } from './caller.ts'

/** Proxies close connections that are silent for a minute. */
const KEEP_ALIVE_MS = 20_000
const RETRY_MS = 2_000
/** A page holds one stream; a leak of streams must not take the process with it. */
const MOST_STREAMS = 200

/**
 * Tells which jobs changed, round by round. Nothing can be missed: whoever was away looks at
 * everything again (`jobs: null`).
 */
export function streamRoute({ rounds, clock, signal }: ApiDeps) {
  /** What ends each open stream. */
  const ends = new Set<() => void>()
  signal.addEventListener('abort', () => {
    for (const end of ends) end()
  })
  return (context: Context): Response => {
    if (ends.size >= MOST_STREAMS) {
      const detail = `${MOST_STREAMS} streams are open already; close some pages, or ask /api/v1/jobs now and then.`
      return problem(503, { detail, code: 'streams' }, { 'retry-after': '30' })
    }
    const caller = callerOf(context)
    const ended = new AbortController()
    const end = () => ended.abort()
    ends.add(end)
    const wasAway = context.req.header('last-event-id') !== undefined
    return streamSSE(context, async (stream) => {
      stream.onAbort(end)
      const send = coalesced(stream)
      const stopListening = rounds.onRound(({ at, jobs }) =>
        send({ at, jobs: jobs.filter((job) => seesJob(caller, job)) }),
      )
      try {
        await stream.writeSSE({ event: 'hello', data: '', retry: RETRY_MS })
        if (wasAway) send({ at: clock.now(), jobs: null })
        while (!signal.aborted) {
          await clock.sleep(KEEP_ALIVE_MS, ended.signal)
          await stream.writeSSE({ event: 'alive', data: '' })
        }
      } catch (error) {
        if (!ended.signal.aborted) throw error
      } finally {
        stopListening()
        ends.delete(end)
      }
    })
  }
}

/** Rounds that come while a slow reader still takes the last one travel together. */
function coalesced(stream: SSEStreamingApi): (message: RoundMessage) => void {
  let waiting: RoundMessage | undefined
  let sending = false

  const sendAll = async () => {
    sending = true
    for (let message = waiting; message; message = waiting) {
      waiting = undefined
      const data = JSON.stringify(message)
      await stream.writeSSE({ event: 'round', id: String(message.at), data })
    }
    sending = false
  }

  return ({ at, jobs }) => {
    const earlier = waiting === undefined ? [] : waiting.jobs
    const all = earlier === null || jobs === null
    waiting = { at, jobs: all ? null : [...new Set([...earlier, ...jobs])].sort() }
    if (!sending) void sendAll()
  }
}
