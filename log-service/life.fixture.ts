import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../core/kit/clock.ts'
import { type Archive, openArchive } from './archive/archive.ts'
import type { Write } from './archive/open-segment.ts'
import {
  createDelivery,
  type Delivery,
  type DeliveryLimits,
  type Ship,
} from './deliver/delivery.ts'
import type { LogServiceEvents } from './events.ts'
import { type Follower, openFollower } from './follow/follower.ts'
import type { LogSource } from './follow/layout.ts'
import type { OpenReader } from './follow/reading.ts'
import { plainReader } from './line-reader.fixture.ts'

/** One life of the process: follower, archive and delivery as `start.ts` puts them together, moved by hand. */
export interface Life {
  readonly follower: Follower
  readonly archive: Archive
  readonly delivery: Delivery
  /** Reads until there is nothing to read. */
  readAll(): Promise<void>
  /** Hands on what silent logs hold back. */
  flushSilent(): Promise<void>
  /** An orderly end. */
  stop(): Promise<void>
  /** The process is gone: what it had not written by now is not written. */
  die(): Promise<void>
}

export interface LifeOptions {
  readonly folder: string
  readonly sources: readonly LogSource[]
  readonly ship: Ship
  readonly clock: Clock
  readonly events: LogServiceEvents
  readonly openReader?: OpenReader
  readonly write?: Write
  readonly archiveBytes?: number
  readonly segmentBytes?: number
  readonly maxOpenFiles?: number
  readonly limits?: Partial<DeliveryLimits>
}

export async function openLife(options: LifeOptions): Promise<Life> {
  const { folder, sources, ship, clock, events, write, limits } = options
  const stopping = new AbortController()
  let follower: Follower | undefined
  let delivery: Delivery | undefined
  const archive = await openArchive({
    ...{ folder: join(folder, 'archive'), sealAfterMs: 3_600_000, clock, events },
    maxBytes: options.archiveBytes ?? 1e9,
    segmentBytes: options.segmentBytes ?? 4_000,
    onCut: (part) => delivery?.cut(part),
    ...(write && { write }),
  })
  const opened = await openFollower({
    ...{ folder: join(folder, 'follow'), sources, clock, events },
    maxOpenFiles: options.maxOpenFiles ?? 1_000,
    openReader: options.openReader ?? plainReader,
    sink: {
      hasRoom: (file) => delivery?.hasRoom(file) ?? true,
      take: (chunk) => delivery?.take(chunk),
    },
    archived: (file) => archive.reached(file),
  })
  follower = opened
  const made = createDelivery({
    ...{ archive, ship, clock, events },
    acknowledged: (file) => follower?.acknowledged(file),
    onAcknowledged: (file, reached) => follower?.acknowledge(file, reached),
    onRoom: (file) => follower?.roomAgain(file),
    ...(limits && { limits }),
  })
  delivery = made
  const running = made.run(stopping.signal)
  return {
    follower: opened,
    archive,
    delivery: made,
    async readAll() {
      do {
        while (await opened.readSome());
        await made.placed()
      } while (await opened.readSome())
      await nextTurn()
    },
    async flushSilent() {
      opened.flushSilent()
      await made.placed()
    },
    async stop() {
      stopping.abort()
      await running
      await made.placed()
      await opened.save()
      opened.close()
      await archive.close()
    },
    async die() {
      stopping.abort()
      await running
      opened.close()
      // A write that the death interrupted never ends.
      const closing = archive.close()
      for (let turn = 0; turn < 20; turn++) await Promise.race([closing, nextTurn()])
    },
  }
}
