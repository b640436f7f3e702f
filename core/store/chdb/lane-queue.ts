import type { Lane } from './lane.ts'

interface Waiter {
  readonly take: (lane: Lane) => void
  readonly refuse: (error: Error) => void
}

/** Hands out free lanes, first come first served. The lane used last goes first, so few are ever opened. */
export class LaneQueue {
  readonly #free: Lane[]
  readonly #waiters = new Set<Waiter>()
  #closed: Error | undefined

  constructor(lanes: readonly Lane[]) {
    this.#free = [...lanes]
  }

  /** Waits for a lane; rejects with the signal's reason, or with the reason of closing. */
  take(signal?: AbortSignal): Promise<Lane> {
    if (this.#closed) return Promise.reject(this.#closed)
    if (signal?.aborted) return Promise.reject(signal.reason)
    const lane = this.#free.pop()
    if (lane) return Promise.resolve(lane)
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter)
        signal?.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter = {
        take: (freed) => {
          leave()
          resolve(freed)
        },
        refuse: (error) => {
          leave()
          reject(error)
        },
      }
      const onAbort = () => waiter.refuse(signal?.reason)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(waiter)
    })
  }

  give(lane: Lane): void {
    const [next] = this.#waiters
    if (next) next.take(lane)
    else this.#free.push(lane)
  }

  /** Refuses everybody from now on. */
  close(reason: Error): void {
    this.#closed = reason
    for (const waiter of [...this.#waiters]) waiter.refuse(reason)
  }
}
