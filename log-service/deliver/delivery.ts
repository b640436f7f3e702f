import { type Clock, every } from '../../core/kit/clock.ts'
import { backoffMs } from '../../core/kit/retry.ts'
import type { LogLine, LogOrigin } from '../../core/model/logs.ts'
import type { Archive } from '../archive/archive.ts'
import type { Part } from '../archive/part.ts'
import { readBeyond } from '../archive/read-beyond.ts'
import type { Chunk } from '../chunk.ts'
import { covers, furthest, noEnds, notBegun, type Reached } from '../ends.ts'
import type { LogServiceEvents } from '../events.ts'
import { bytesOf, type Filling, isIdle, type Lane, newLane } from './lane.ts'

/** Hands events to a gateway; resolves when they are acknowledged. */
export type Ship = (
  events: readonly { readonly origin: LogOrigin; readonly lines: readonly LogLine[] }[],
) => Promise<void>

/**
 * Carries what was read into the archive and on to a gateway. Each log is a lane: its events go in their order, one
 * shipment at a time; lanes take turns, so that one in a flood does not hold up another. What does not fit into memory is
 * taken from the archive again when its time comes.
 */
export interface Delivery {
  /** Whether more of a log may be read: what was taken of it before has found its place. */
  hasRoom(file: string): boolean
  /** Begins to find a place for it; those of one log are placed in the order they come. */
  take(chunk: Chunk): void
  /** Resolves when all that was taken has a place, or waits for one in hand. */
  placed(): Promise<void>
  /** The archive does not have this any more, and no gateway ever got it. */
  cut(part: Part): void
  /** Sends until the signal aborts; begins with what the archive holds and no gateway has. */
  run(signal: AbortSignal): Promise<void>
  /** Bytes in memory. */
  bytes(): number
  /** Whether everything that was taken is acknowledged. */
  idle(): boolean
}

export interface DeliveryDeps {
  readonly archive: Archive
  readonly ship: Ship
  readonly clock: Clock
  readonly events: LogServiceEvents
  readonly acknowledged: (file: string) => Reached | undefined
  readonly onAcknowledged: (file: string, reached: Reached) => void
  readonly onRoom: (file: string) => void
  readonly limits?: Partial<DeliveryLimits>
}

export interface DeliveryLimits {
  /** Bytes of events in memory, in all and of one lane. */
  readonly maxBytes: number
  readonly maxLaneBytes: number
  /** Bytes of events in one shipment, and of one lane in it while others wait. */
  readonly shipmentBytes: number
  readonly laneShareBytes: number
  readonly shipmentsAtOnce: number
}

const defaultLimits: DeliveryLimits = {
  maxBytes: 8 * 1024 * 1024,
  maxLaneBytes: 1024 * 1024,
  // With what stands around the text a shipment stays below the 890 kB that a gateway takes at once.
  shipmentBytes: 768 * 1024,
  laneShareBytes: 128 * 1024,
  shipmentsAtOnce: 4,
}

/** Lanes that read from the archive at a time; what they find may be a group more than there is room for. */
const FILLED_AT_ONCE = 2
const RETRY_DISK_MS = 2_000
export function createDelivery(deps: DeliveryDeps): Delivery {
  const { archive, ship, clock, events } = deps
  const limits = { ...defaultLimits, ...deps.limits }
  const lanes = new Map<string, Lane>()
  /** Lanes that have something to send and nothing under way; whose turn is next comes first. */
  const ready = new Set<Lane>()
  /** Lanes of which the archive holds more. */
  const behind = new Set<Lane>()
  /** Lanes that hold in hand what the disk refused. */
  const refused = new Set<Lane>()
  let total = 0
  let shipments = 0
  let filling = 0
  let wakeUp = () => {}

  for (const part of archive.files()) {
    const { file } = part.origin
    const { ends } = deps.acknowledged(file) ?? notBegun
    if (!covers(ends, part.reached.ends) && !archive.isAcknowledged(part)) {
      const one = newLane(file, ends, true)
      lanes.set(file, one)
      behind.add(one)
    }
  }

  /** A log without a lane has nothing that waits. */
  const everythingOf = (file: string) =>
    furthest(archive.reached(file).ends, deps.acknowledged(file)?.ends ?? noEnds)

  const fits = (one: Lane, bytes: number) =>
    total === 0 || (one.bytes + bytes <= limits.maxLaneBytes && total + bytes <= limits.maxBytes)

  const enqueue = (one: Lane, chunk: Chunk) => {
    const bytes = bytesOf(chunk)
    one.queue.push(chunk)
    one.bytes += bytes
    one.taken = furthest(one.taken, chunk.reached.ends)
    total += bytes
    if (!one.underWay) ready.add(one)
    wakeUp()
  }

  const setBehind = (one: Lane, isBehind: boolean) => {
    one.behind = isBehind
    if (isBehind) behind.add(one)
    else behind.delete(one)
  }

  /** Most logs are silent most of the time; a lane is only there while it has something to do. */
  const dropIfIdle = (one: Lane) => {
    if (isIdle(one)) lanes.delete(one.file)
  }

  /** @returns whether it found a place, on the disk or in memory */
  const place = async (one: Lane, chunk: Chunk): Promise<boolean> => {
    const kept = await archive.append(chunk).then(
      () => true,
      (error: unknown) => {
        events.archiveRefused({ count: chunk.lines.length, error })
        return false
      },
    )
    // It may have been taken from the archive already, on the way to it.
    if (covers(one.taken, chunk.reached.ends)) return true
    const goesInto = !one.behind && fits(one, bytesOf(chunk))
    if (goesInto) enqueue(one, chunk)
    else if (kept) setBehind(one, true)
    if (goesInto && !kept) noteGap(chunk)
    if (one.behind) wakeUp()
    return kept || goesInto
  }
  const noteGap = ({ origin, lines }: Chunk) => {
    const times = lines.map(({ at }) => at)
    archive.addGap({
      ...{ origin, reason: 'disk', acknowledged: true, rows: lines.length },
      ...{ fromAt: Math.min(...times), toAt: Math.max(...times) },
    })
  }

  const fill = async (one: Lane) => {
    one.isFilling = true
    filling++
    try {
      while (fits(one, limits.laneShareBytes) && one.bytes < 2 * limits.laneShareBytes) {
        one.filling ??= {
          chunks: readBeyond(archive, one.file, one.taken),
          heldThen: archive.reached(one.file).ends,
          found: false,
        }
        const { value, done } = await one.filling.chunks.next()
        if (done) {
          endOfPass(one, one.filling)
          return
        }
        one.filling.found = true
        enqueue(one, value)
      }
    } catch (error) {
      // What cannot be read is left out as what is damaged is, or it would be tried for ever.
      events.archiveDamaged({ file: one.file, error })
      if (one.filling) endOfPass(one, { ...one.filling, found: false })
    } finally {
      one.isFilling = false
      filling--
      dropIfIdle(one)
      wakeUp()
    }
  }
  const endOfPass = (one: Lane, { heldThen, found }: Filling) => {
    one.filling = undefined
    // What is damaged or was cut meanwhile is not waited for.
    if (!found) one.taken = furthest(one.taken, heldThen)
    if (covers(one.taken, archive.reached(one.file).ends)) setBehind(one, false)
  }

  interface Share {
    readonly lane: Lane
    readonly chunks: Chunk[]
  }
  /** Moves what is next in a lane into its share until that has so many bytes; returns how many came. */
  const draw = ({ lane: { queue }, chunks }: Share, mostBytes: number): number => {
    let bytes = 0
    while (bytes < mostBytes) {
      const chunk = queue.shift()
      if (!chunk) break
      chunks.push(chunk)
      bytes += bytesOf(chunk)
    }
    return bytes
  }
  const nextShipment = (): readonly Share[] => {
    const shares: Share[] = []
    let bytes = 0
    for (const one of ready) {
      if (bytes >= limits.shipmentBytes) break
      ready.delete(one)
      const share = { lane: one, chunks: [] }
      bytes += draw(share, limits.laneShareBytes)
      one.underWay = true
      shares.push(share)
    }
    // Room that no other lane asks for.
    for (const share of shares) bytes += draw(share, limits.shipmentBytes - bytes)
    return shares
  }

  const send = async (shares: readonly Share[], stop: AbortSignal) => {
    const shipment = shares.flatMap(({ chunks }) =>
      chunks.map(({ origin, lines }) => ({ origin, lines })),
    )
    for (let attempt = 1; ; attempt++) {
      try {
        await ship(shipment)
        break
      } catch (error) {
        if (stop.aborted) return
        events.shipFailed({ error, attempt })
        await clock.sleep(backoffMs(attempt, { minMs: 500, maxMs: 30_000 }), stop).catch(() => {})
        if (stop.aborted) return
      }
    }
    for (const { lane: one, chunks } of shares) acknowledge(one, chunks)
  }

  const acknowledge = (one: Lane, chunks: readonly Chunk[]) => {
    one.underWay = false
    if (one.queue.length > 0) ready.add(one)
    for (const chunk of chunks) {
      const bytes = bytesOf(chunk)
      one.bytes -= bytes
      total -= bytes
      events.linesShipped({ count: chunk.lines.length })
    }
    const reached = chunks.at(-1)?.reached
    if (reached) {
      archive.acknowledge(one.file, reached.ends)
      deps.onAcknowledged(one.file, reached)
    }
    dropIfIdle(one)
    if (one.hand.length === 0) deps.onRoom(one.file)
  }

  /** Tries again to find a place for what the disk refused. */
  const placeHands = async () => {
    for (const one of refused) {
      for (let chunk = one.hand[0]; chunk && (await place(one, chunk)); chunk = one.hand[0]) {
        one.hand.shift()
      }
      if (one.hand.length > 0) continue
      refused.delete(one)
      dropIfIdle(one)
      deps.onRoom(one.file)
    }
  }

  const sendWhatWaits = (stop: AbortSignal) => {
    for (const one of behind) {
      if (filling >= FILLED_AT_ONCE) break
      if (one.isFilling || one.queue.length > 0 || !fits(one, limits.laneShareBytes)) continue
      // The next one comes first the next time.
      behind.delete(one)
      behind.add(one)
      void fill(one)
    }
    while (shipments < limits.shipmentsAtOnce) {
      const shares = nextShipment()
      if (shares.length === 0) return
      shipments++
      void send(shares, stop).finally(() => {
        shipments--
        wakeUp()
      })
    }
  }

  return {
    hasRoom(file) {
      const one = lanes.get(file)
      return !one || (one.hand.length === 0 && one.unplaced === 0)
    },
    take(chunk) {
      const { file } = chunk.origin
      const one = lanes.get(file) ?? newLane(file, everythingOf(file), false)
      lanes.set(file, one)
      one.unplaced++
      one.placing = one.placing.then(async () => {
        if (one.hand.length > 0 || !(await place(one, chunk))) {
          one.hand.push(chunk)
          refused.add(one)
        }
        one.unplaced--
        dropIfIdle(one)
        if (one.hand.length === 0 && one.unplaced === 0) deps.onRoom(file)
      })
    },
    async placed() {
      for (const one of [...lanes.values()]) await one.placing
    },
    cut(part) {
      const one = lanes.get(part.origin.file)
      if (one?.behind) one.taken = furthest(one.taken, part.reached.ends)
    },
    async run(stop) {
      stop.addEventListener('abort', () => wakeUp(), { once: true })
      const retryDisk = async () => {
        for await (const _ of every(RETRY_DISK_MS, clock, stop)) await placeHands()
      }
      const retrying = retryDisk()
      while (!stop.aborted) {
        const woken = new Promise<void>((resolve) => {
          wakeUp = resolve
        })
        sendWhatWaits(stop)
        if (!stop.aborted) await woken
      }
      await retrying
    },
    bytes: () => total,
    idle: () => [...lanes.values()].every(isIdle),
  }
}
