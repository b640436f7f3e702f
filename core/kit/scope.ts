import { setMaxListeners } from 'node:events'
import { type Clock, systemClock } from './clock.ts'
import { messageOf } from './errors.ts'

/** A lifetime: what was opened in it is closed with it, newest first. */
export interface Scope {
  readonly name: string
  /** Aborts when closing begins; give it to whatever waits. */
  readonly signal: AbortSignal
  /**
   * Remembers how to close something that was just opened. Returns a function that forgets it again, for
   * things that close earlier by themselves. When the scope is already closed, `close` runs at once.
   */
  add(name: string, close: () => void | Promise<void>): () => void
  /** A lifetime inside this one: ends with it at the latest. */
  child(name: string): Scope
  /**
   * Closes everything, newest first, one after another. Each may use half of the time that is left (the
   * last one all of it), so one that hangs cannot take the others' time. Returns the names of those that
   * did not close in time or failed, with the reason; never rejects. A second call joins the first.
   */
  close(withinMs: number): Promise<string[]>
}

interface Entry {
  readonly name: string
  /** Returns the stragglers inside it. */
  readonly close: (withinMs: number) => Promise<string[]>
}

export function createScope(name = 'weir', clock: Clock = systemClock): Scope {
  const stopping = new AbortController()
  // Everything that waits in this lifetime listens to its one signal: many listeners are no leak here.
  setMaxListeners(0, stopping.signal)
  const entries: Entry[] = []
  let closing: Promise<string[]> | undefined
  let closed = false

  const remember = (entry: Entry) => {
    // Stragglers of a scope that has already reported cannot be reported any more.
    if (closed) void entry.close(0)
    else entries.push(entry)
    return () => {
      const index = entries.indexOf(entry)
      if (index >= 0) entries.splice(index, 1)
    }
  }

  const closeAll = async (withinMs: number) => {
    const deadlineAt = clock.now() + withinMs
    const stragglers: string[] = []
    stopping.abort(new Error(`${name} is closing`))
    // What is added while closing is closed, too, so the list is asked again each time.
    for (let entry = entries.pop(); entry; entry = entries.pop()) {
      const leftMs = Math.max(0, deadlineAt - clock.now())
      stragglers.push(...(await closeEntry(entry, entries.length ? leftMs / 2 : leftMs, clock)))
    }
    closed = true
    return stragglers
  }

  return {
    name,
    signal: stopping.signal,
    add: (entryName, close) =>
      remember({
        name: entryName,
        close: async () => {
          await close()
          return []
        },
      }),
    child(childName) {
      const child = createScope(childName, clock)
      const forget = remember({
        name: childName,
        close: async (withinMs) =>
          (await child.close(withinMs)).map((straggler) => `${childName}/${straggler}`),
      })
      child.signal.addEventListener('abort', forget, { once: true })
      return child
    },
    close: (withinMs) => {
      closing ??= closeAll(withinMs)
      return closing
    },
  }
}

async function closeEntry(entry: Entry, withinMs: number, clock: Clock): Promise<string[]> {
  const done = new AbortController()
  const closing = entry.close(withinMs).catch((error: unknown) => {
    return [`${entry.name} (closing failed: ${messageOf(error)})`]
  })
  const late = clock.sleep(withinMs, done.signal).then(
    () => [entry.name],
    () => [entry.name],
  )
  const stragglers = await Promise.race([closing, late])
  done.abort()
  return stragglers
}
