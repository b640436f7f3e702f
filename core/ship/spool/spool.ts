import type { Payload } from '../../api/batch.ts'
import type { Clock } from '../../kit/clock.ts'
import { messageOf } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import { type Identity, type Keep, type Waiting, waitingOf } from '../keep.ts'
import { openJournal } from './journal.ts'
import { takeOwnership } from './owner.ts'
import { type Append, openSegments, type Place } from './segments.ts'

export interface SpoolOptions {
  readonly folder: string
  readonly agent: string
  /** Of what waits; beyond it the oldest is cut. */
  readonly maxBytes: number
  readonly clock: Clock
  readonly log: Log
  /** For tests of a full disk. */
  readonly append?: Append
}

export interface Spool extends Keep {
  /** Begins with every opening; numbers of batches begin again in it. */
  readonly epoch: number
}

/** What is just written is sent in a moment: no need to read it from the disk. */
const RECENT_BYTES = 8 * 1024 * 1024
/** What may wait in memory while the disk takes nothing. */
const WITHOUT_DISK_BYTES = 32 * 1024 * 1024
const COMPACT_JOURNAL_BYTES = 1024 * 1024
/** What a power cut may take; the death of the process takes nothing. */
const SYNC_EVERY_MS = 1_000

interface Kept {
  readonly payload?: Payload
  readonly place?: Place
  readonly bytes: number
}

/**
 * Keeps payloads on disk until a gateway has them. A payload is written before it is sent, its name before
 * the gateway can know it. What an earlier process left is found again: torn and changed records are left
 * out and counted, the others keep their names.
 * @throws ConfigError when the folder cannot be used
 */
export function openSpool(options: SpoolOptions): Spool {
  const { folder, agent, maxBytes, clock } = options
  const log = options.log.child({ agent, spool: folder })
  const owner = takeOwnership(folder, agent, clock.now())
  const journal = openJournal(folder)
  const segmentBytes = Math.min(8 * 1024 * 1024, Math.max(64 * 1024, Math.ceil(maxBytes / 8)))
  const segments = openSegments(folder, segmentBytes, options.append)
  const kept = new Map<number, Kept>()
  const leftovers: Waiting[] = []
  let recentBytes = 0
  let diskBytes = 0
  let syncedAt = clock.now()
  let diskTrouble: string | undefined
  let newestId = journal.newestId
  let damaged = segments.damaged
  let withoutDisk = 0

  for (const [id, { place, body }] of [...segments.found].sort(([a], [b]) => a - b)) {
    newestId = Math.max(newestId, id)
    const payload = journal.done.has(id) ? undefined : payloadOf(body)
    if (payload === undefined) {
      if (!journal.done.has(id)) damaged++
      segments.done(id, place)
      continue
    }
    const bytes = body.length
    const identity = journal.names.get(id)
    kept.set(id, { place, bytes })
    diskBytes += bytes
    leftovers.push({ ...waitingOf(id, { payload, bytes }), ...(identity && { identity }) })
  }
  journal.compact(segments.holds)
  const newestEpoch = Math.max(0, ...[...journal.names.values()].map(({ epoch }) => epoch))
  if (leftovers.length > 0) {
    log.info('Batches of an earlier start wait on disk and are sent now.', {
      batches: leftovers.length,
      bytes: diskBytes,
    })
  }
  if (damaged > 0) {
    log.error('The disk has lost or changed batches that waited there; charts show a gap.', {
      batches: damaged,
    })
  }

  const troubled = (error: unknown) => {
    if (diskTrouble === undefined) {
      log.error('The disk does not take batches; they wait in memory until it does.', { error })
    }
    diskTrouble = messageOf(error)
  }
  const write = (id: number, payload: Payload): Place | undefined => {
    try {
      const place = segments.append(id, Buffer.from(JSON.stringify(payload)))
      if (diskTrouble !== undefined) log.info('The disk takes batches again.', {})
      diskTrouble = undefined
      if (Math.abs(clock.now() - syncedAt) >= SYNC_EVERY_MS) {
        syncedAt = clock.now()
        segments.sync()
      }
      return place
    } catch (error) {
      troubled(error)
      return undefined
    }
  }
  /** A note that the disk does not take costs at most a repeat. */
  const noteDown = (note: () => void) => {
    try {
      note()
      if (journal.bytes() > COMPACT_JOURNAL_BYTES) journal.compact(segments.holds)
    } catch (error) {
      troubled(error)
    }
  }
  /** The oldest of what is on disk anyway leaves the memory. */
  const forgetRecent = () => {
    for (const [id, { payload, place, bytes }] of kept) {
      if (recentBytes <= RECENT_BYTES) return
      if (payload === undefined || place === undefined) continue
      kept.set(id, { place, bytes })
      recentBytes -= bytes
    }
  }

  return {
    epoch: Math.max(owner.epoch, newestEpoch + 1),
    lasting: true,
    leftovers,
    damaged,
    capBytes: () => (diskTrouble === undefined ? maxBytes : diskBytes + WITHOUT_DISK_BYTES),
    push(part) {
      const { payload, bytes } = part
      const place = write(newestId + 1, payload)
      // Ids on disk follow each other, so that a hole tells of damage; below zero they are of memory alone.
      const id = place ? ++newestId : --withoutDisk
      kept.set(id, { payload, bytes, ...(place && { place }) })
      if (place) {
        diskBytes += bytes
        recentBytes += bytes
        forgetRecent()
      }
      return waitingOf(id, part)
    },
    read({ id }) {
      const { payload, place } = kept.get(id) ?? {}
      if (payload !== undefined || place === undefined) return payload
      try {
        const body = segments.read(id, place)
        return body && payloadOf(body)
      } catch (error) {
        troubled(error)
        return undefined
      }
    },
    name({ id }: Waiting, identity: Identity) {
      if (id > 0) noteDown(() => journal.name(id, identity))
    },
    done({ id }) {
      const known = kept.get(id)
      if (!known) return
      kept.delete(id)
      const { payload, place, bytes } = known
      if (!place) return
      diskBytes -= bytes
      if (payload !== undefined) recentBytes -= bytes
      noteDown(() => {
        journal.finish(id)
        segments.done(id, place)
      })
    },
    close() {
      segments.close()
      journal.close()
      owner.release()
    },
  }
}

/** Undefined when it is no payload of ours; the CRC has vouched for the bytes. */
function payloadOf(body: Buffer): Payload | undefined {
  try {
    return JSON.parse(body.toString('utf8')) as Payload // Written by `push`, whole by its CRC.
  } catch {
    return undefined
  }
}
