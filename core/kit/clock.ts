import { setImmediate as nextTurn } from 'node:timers/promises'

/** Where time comes from. Handed to whatever waits or dates something, so that tests own the time. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** A longer setTimeout fires at once instead, so long sleeps are cut into naps. */
const longestNapMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    for (let leftMs = ms; ; leftMs -= longestNapMs) {
      await nap(Math.min(leftMs, longestNapMs), signal)
      if (leftMs <= longestNapMs) return
    }
  },
}

function nap(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves the time on, waking sleepers in order and letting each run before time goes further. Await it. */
  advance(ms: number): Promise<void>
  /** Like `advance`, to a moment. A moment in the past only sets the time, as a corrected clock does. */
  set(at: number): Promise<void>
  /** How many sleepers wait now. */
  sleepers(): number
}

interface Sleeper {
  readonly wakeAt: number
  readonly wake: () => void
}

export function manualClock(startAt: number): ManualClock {
  let nowAt = startAt
  const waiting = new Set<Sleeper>()

  const moveTo = async (at: number) => {
    // Code that is under way gets its turn first, so that what it is about to sleep is counted.
    await nextTurn()
    for (let next = firstDue(waiting, at); next; next = firstDue(waiting, at)) {
      waiting.delete(next)
      nowAt = Math.max(nowAt, next.wakeAt)
      next.wake()
      await nextTurn()
    }
    nowAt = at
    await nextTurn()
  }

  return {
    now: () => nowAt,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const stop = () => {
          waiting.delete(sleeper)
          reject(signal?.reason)
        }
        const wake = () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        }
        const sleeper = { wakeAt: nowAt + ms, wake }
        waiting.add(sleeper)
        signal?.addEventListener('abort', stop, { once: true })
      }),
    advance: (ms) => moveTo(nowAt + ms),
    set: moveTo,
    sleepers: () => waiting.size,
  }
}

function firstDue(waiting: ReadonlySet<Sleeper>, at: number): Sleeper | undefined {
  let first: Sleeper | undefined
  for (const sleeper of waiting) {
    if (sleeper.wakeAt <= at && (!first || sleeper.wakeAt < first.wakeAt)) first = sleeper
  }
  return first
}

/**
 * The beats of something that is done again and again: the first at once, the next ones on the grid of
 * `intervalMs` from there. The body is awaited, so beats never overlap; missed beats are skipped. Yields
 * the time of the beat and ends quietly when the signal aborts.
 */
export async function* every(
  intervalMs: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<number, void, void> {
  if (!(intervalMs > 0)) throw new RangeError(`An interval must be above 0 ms, not ${intervalMs}.`)
  let originAt = clock.now()
  while (!signal.aborted) {
    yield clock.now()
    const now = clock.now()
    // The wall clock may be set back; without a new origin the next beat could be hours away.
    if (now < originAt) originAt = now
    const untilNextMs = intervalMs - ((now - originAt) % intervalMs)
    try {
      await clock.sleep(untilNextMs, signal)
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
  }
}
