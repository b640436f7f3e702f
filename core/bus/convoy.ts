import { isRetriable } from '../kit/retry.ts'

export interface ConvoyOptions<Item> {
  /** Carries a load; resolves when it is safe. */
  readonly carry: (items: readonly Item[]) => Promise<void>
  readonly sizeOf: (item: Item) => number
  readonly maxItems: number
  /** A load is at most this large, except for a single push that is larger. */
  readonly maxBytes: number
}

/** Carries one load at a time; what comes meanwhile travels together in the next one. */
export interface Convoy<Item> {
  /** Rejects with the error of the load that the items travelled in. */
  push(items: readonly Item[]): Promise<void>
  /** Rejects whatever waits, now and from now on; resolves when the running load is through. */
  close(error: Error): Promise<void>
}

interface Passenger<Item> {
  readonly items: readonly Item[]
  readonly bytes: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface Obstacle {
  readonly error: unknown
}

/**
 * The order of pushes is kept under failure, too: a retriable failure rejects all that wait behind it,
 * since a later push that went through first could make the earlier one look like a repeat. Any other
 * failure is somebody's own fault, so the load is carried again one by one and the others go through.
 */
export function createConvoy<Item>(options: ConvoyOptions<Item>): Convoy<Item> {
  const { carry, sizeOf, maxItems, maxBytes } = options
  const waiting: Passenger<Item>[] = []
  let running: Promise<void> | undefined
  let closedWith: Error | undefined

  const nextLoad = (): Passenger<Item>[] => {
    const load: Passenger<Item>[] = []
    let items = 0
    let bytes = 0
    for (const passenger of waiting) {
      items += passenger.items.length
      bytes += passenger.bytes
      if (load.length > 0 && (items > maxItems || bytes > maxBytes)) break
      load.push(passenger)
    }
    waiting.splice(0, load.length)
    return load
  }

  const rejectAll = (passengers: readonly Passenger<Item>[], error: unknown) => {
    for (const { reject } of passengers) reject(error)
  }

  /** Returns what keeps those behind from following, if anything does. */
  const carryLoad = async (load: readonly Passenger<Item>[]): Promise<Obstacle | undefined> => {
    try {
      await carry(load.flatMap(({ items }) => items))
      for (const { resolve } of load) resolve()
      return undefined
    } catch (error) {
      if (!isRetriable(error) && load.length > 1) return carryOneByOne(load)
      rejectAll(load, error)
      return isRetriable(error) ? { error } : undefined
    }
  }

  const carryOneByOne = async (load: readonly Passenger<Item>[]) => {
    for (const [index, passenger] of load.entries()) {
      const obstacle = await carryLoad([passenger])
      if (!obstacle) continue
      rejectAll(load.slice(index + 1), obstacle.error)
      return obstacle
    }
    return undefined
  }

  const run = async () => {
    while (waiting.length > 0) {
      const obstacle = await carryLoad(nextLoad())
      if (obstacle) rejectAll(waiting.splice(0), obstacle.error)
    }
    running = undefined
  }

  return {
    push: (items) =>
      new Promise<void>((resolve, reject) => {
        if (closedWith) return reject(closedWith)
        const bytes = items.reduce((sum, item) => sum + sizeOf(item), 0)
        waiting.push({ items, bytes, resolve, reject })
        running ??= run()
      }),
    async close(error) {
      closedWith ??= error
      rejectAll(waiting.splice(0), closedWith)
      await running
    },
  }
}
