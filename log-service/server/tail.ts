import type { SSEStreamingApi } from 'hono/streaming'
import type { Clock } from '../../core/kit/clock.ts'
import type { Archive } from '../archive/archive.ts'
import type { Found } from '../archive/read.ts'
import type { Chunk } from '../chunk.ts'
import { endsAfter, isBeyond, noEnds } from '../ends.ts'
import type { LogServiceEvents } from '../events.ts'
import { runWithin } from './bounded-run.ts'
import { storedLine } from './render.ts'
import type { Matches } from './search.ts'

/** Lines that wait for a slow reader; beyond it the newest are left out and it is told. */
const MOST_WAITING = 2_000
/** Says that the connection lives. */
const HEARTBEAT_MS = 15_000

export interface Tail {
  readonly isWanted: (origin: Chunk['origin']) => boolean
  readonly matches: Matches
  readonly maxPieceMs: number
  /** What came before, oldest first. */
  readonly before: () => Promise<readonly Found[]>
}

/** Sends lines as they are read, until the signal aborts. `line` is a line, `gap` says how many were left out. */
export async function sendTail(
  stream: SSEStreamingApi,
  tail: Tail,
  deps: { archive: Archive; clock: Clock; events: LogServiceEvents; signal: AbortSignal },
): Promise<void> {
  const { archive, clock, events, signal } = deps
  let waiting: Found[] = []
  let leftOut = 0
  let failure: unknown
  let wake = () => {}
  const stopListening = archive.onAppend((chunk) => {
    if (!tail.isWanted(chunk.origin)) return
    try {
      const found = chunk.lines.map((line) => ({ origin: chunk.origin, line }))
      const asked = runWithin(tail.maxPieceMs, () => found.filter(tail.matches))
      const room = Math.max(0, MOST_WAITING - waiting.length)
      waiting.push(...asked.slice(0, room))
      leftOut += Math.max(0, asked.length - room)
    } catch (error) {
      failure = error
    }
    wake()
  })
  try {
    // What is archived from here on waits; what came before may be both, and is told apart by its place.
    const before = await tail.before()
    const seen = new Map<string, typeof noEnds>()
    for (const found of before) {
      const { file } = found.origin
      seen.set(file, endsAfter(seen.get(file) ?? noEnds, [found.line]))
      await send(stream, found)
    }
    while (!signal.aborted) {
      if (failure !== undefined) throw failure
      const now = waiting
      waiting = []
      for (const found of now) {
        if (isBeyond(found.line, seen.get(found.origin.file) ?? noEnds)) await send(stream, found)
      }
      if (leftOut > 0) {
        events.tailBehind({ count: leftOut })
        await stream.writeSSE({ event: 'gap', data: JSON.stringify({ lines: leftOut }) })
        leftOut = 0
      }
      if (waiting.length > 0) continue
      const isQuiet = await quiet(clock, signal, (onWake) => {
        wake = onWake
      })
      if (isQuiet) await stream.writeSSE({ event: 'alive', data: String(clock.now()) })
    }
  } finally {
    stopListening()
  }
}

const send = (stream: SSEStreamingApi, found: Found) =>
  stream.writeSSE({
    event: 'line',
    id: `${found.origin.file}:${found.line.offset}`,
    data: JSON.stringify(storedLine(found)),
  })

/** Waits for lines. @returns whether none came for a whole heartbeat */
async function quiet(
  clock: Clock,
  signal: AbortSignal,
  onWake: (wake: () => void) => void,
): Promise<boolean> {
  const over = new AbortController()
  const stop = () => over.abort()
  onWake(stop)
  signal.addEventListener('abort', stop, { once: true })
  try {
    await clock.sleep(HEARTBEAT_MS, over.signal)
    return true
  } catch {
    return false
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
