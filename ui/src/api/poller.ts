import { type Signal, signal } from '@preact/signals'
import { ApiError } from './fetch.ts'

/** Old data stays on screen and says its age: `trouble` is why the newest attempt failed. */
export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T; readonly at: number; readonly trouble?: string }
  | { readonly state: 'failed'; readonly reason: string; readonly status: number | undefined }

export interface Poller<T> {
  readonly state: Signal<Loaded<T>>
  /** Begins to ask again and again; returns the way to stop. */
  start(): () => void
  /** Asks once more now, after a change; what was asked before the change no longer counts. */
  refresh(): Promise<void>
}

export const POLL_MS = 5_000

/** Asks every five seconds while the page is visible. */
export function poller<T>(
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number = POLL_MS,
): Poller<T> {
  const state = signal<Loaded<T>>({ state: 'loading' })
  let changes = 0
  const look = async (aborting: AbortSignal) => {
    const before = changes
    try {
      const value = await load(aborting)
      if (before !== changes) return
      state.value = { state: 'ready', value, at: Date.now() }
    } catch (error) {
      if (aborting.aborted || before !== changes) return
      const reason = error instanceof Error ? error.message : String(error)
      const shown = state.value
      state.value =
        shown.state === 'ready'
          ? { ...shown, trouble: reason }
          : {
              state: 'failed',
              reason,
              status: error instanceof ApiError ? error.status : undefined,
            }
    }
  }
  return {
    state,
    refresh() {
      changes++
      return look(new AbortController().signal)
    },
    start() {
      const stopping = new AbortController()
      const tick = () => {
        if (!document.hidden) void look(stopping.signal)
      }
      tick()
      const timer = setInterval(tick, everyMs)
      document.addEventListener('visibilitychange', tick, { signal: stopping.signal })
      return () => {
        clearInterval(timer)
        stopping.abort()
      }
    },
  }
}
