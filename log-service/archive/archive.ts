import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../core/kit/clock.ts'
import { WeirError } from '../../core/kit/errors.ts'
import type { Chunk } from '../chunk.ts'
import type { Ends, Reached } from '../ends.ts'
import type { LogServiceEvents } from '../events.ts'
import { createAcknowledged } from './acknowledged.ts'
import { type Gap, openGaps } from './gaps.ts'
import { type GroupSource, groupsOfOpen, groupsOfSealed } from './group-source.ts'
import { openSegment, type Write } from './open-segment.ts'
import type { Part } from './part.ts'
import { seal } from './seal.ts'
import {
  findSegments,
  type GrowingSegment,
  partOf,
  partsOf,
  type SealedSegment,
  type Segment,
  segmentPath,
} from './segments.ts'
import { createShared } from './shared.ts'
import { createShelf } from './shelf.ts'
import { createUnpackedBlocks } from './unpacked-blocks.ts'

/** What was read from log files on this node, kept for longer than the files. */
export interface Archive {
  /**
   * Keeps events; resolves when the death of this process cannot lose them.
   * @throws WeirError `archive-full`, retriable, when the disk does not take them
   */
  append(chunk: Chunk): Promise<void>
  /** How far the archive has taken a file. */
  reached(file: string): Reached
  /** Events of a file up to these ends are with the gateway and may go first. */
  acknowledge(file: string, ends: Ends): void
  /** Whether a gateway has everything that is held of this part. */
  isAcknowledged(part: Part): boolean
  /** All files of which it holds something. */
  files(): readonly Part[]
  /** The file in each segment that has some of it, oldest first. */
  segmentsOf(file: string): readonly Held[]
  gaps(): readonly Gap[]
  /** Remembers events that were read and are not in the archive. */
  addGap(gap: Gap): void
  /** Tells of events as they are kept. Returns how to stop. */
  onAppend(listener: (chunk: Chunk) => void): () => void
  /** Bytes on the disk. */
  bytes(): number
  /** Seals what is full or old and keeps to the quota; called again and again. Never rejects. */
  tend(): Promise<void>
  close(): Promise<void>
}

/** A file in one segment. */
export interface Held {
  readonly part: Part
  /** Undefined when the segment was cut meanwhile. */
  open(): Promise<GroupSource | undefined>
}

export interface ArchiveOptions {
  readonly folder: string
  readonly maxBytes: number
  readonly segmentBytes: number
  readonly sealAfterMs: number
  readonly clock: Clock
  readonly events: LogServiceEvents
  /** Told what is cut that no gateway has. */
  readonly onCut?: (part: Part) => void
  readonly write?: Write
}

export async function openArchive(options: ArchiveOptions): Promise<Archive> {
  const { folder, maxBytes, sealAfterMs, clock, events, onCut, write } = options
  // A segment goes as a whole, so the quota must hold several.
  const rollBytes = Math.min(options.segmentBytes, Math.ceil(maxBytes / 4))
  await mkdir(folder, { recursive: true })
  const gaps = await openGaps(join(folder, 'gaps.json'))
  const unpacked = createUnpackedBlocks()
  const shelf = createShelf()
  const acknowledged = createAcknowledged(folder, shelf)
  const listeners = new Set<(chunk: Chunk) => void>()
  const damaged = (path: string, error: unknown) => events.archiveDamaged({ path, error })

  const begin = async (number: number): Promise<GrowingSegment> => {
    const path = segmentPath(folder, number, 'open')
    const now = () => clock.now()
    const { segment: open, damagedBytes } = await openSegment({ number, path, now, write })
    if (damagedBytes > 0) events.archiveDamaged({ path, damagedBytes })
    const shared = createShared(() => open.close())
    const segment: GrowingSegment = { state: 'open', number, open, shared }
    shelf.put(segment)
    return segment
  }

  const left = await findSegments(folder, damaged)
  const known: readonly (SealedSegment | number)[] = [...left.sealed, ...left.open]
  const numberOf = (one: SealedSegment | number) => (typeof one === 'number' ? one : one.number)
  const unsealed: GrowingSegment[] = []
  for (const one of [...known].sort((a, b) => numberOf(a) - numberOf(b))) {
    if (typeof one === 'number') unsealed.push(await begin(one))
    else shelf.put(one)
  }
  let newestNumber = Math.max(0, ...known.map(numberOf))
  // The last of `unsealed` grows; the others wait to be sealed.
  if (unsealed.at(-1)?.number !== newestNumber || newestNumber === 0) {
    unsealed.push(await begin(++newestNumber))
  }

  let rolling: Promise<void> | undefined
  const roll = () => {
    rolling ??= begin(++newestNumber)
      .then((next) => {
        unsealed.push(next)
      })
      .finally(() => {
        rolling = undefined
      })
    return rolling
  }

  const sealOldest = async () => {
    const [oldest] = unsealed
    if (!oldest || unsealed.length < 2) return false
    const { number, open, shared } = oldest
    const path = segmentPath(folder, number, 'sealed')
    const draftPath = segmentPath(folder, number, 'sealing')
    // While others wait, speed counts for more than the last eighth of the size.
    const quality = unsealed.length > 2 ? 4 : 5
    const { fileBytes, damagedFrames } = await seal(open, { quality, draftPath, path })
    if (damagedFrames > 0) events.archiveDamaged({ path, damagedFrames })
    const parts = new Map(partsOf(oldest).map((part) => [part.origin.file, part]))
    const unacknowledged = new Set(parts.keys())
    const sealed: SealedSegment = {
      ...{ state: 'sealed', number, path },
      fileBytes,
      parts,
      unacknowledged,
    }
    unsealed.shift()
    shelf.put(sealed)
    events.segmentSealed({ bytes: open.bytes(), fileBytes, files: parts.size })
    await rm(open.path, { force: true })
    await shared.retire()
    await acknowledged.look(sealed)
    return true
  }

  /** Cuts the oldest segment that the gateway has; else, when it must be, the oldest. */
  const cutOldest = async (mayLose: boolean): Promise<boolean> => {
    const sealed = shelf.all().filter((segment) => segment.state === 'sealed')
    const isWhole = ({ unacknowledged }: SealedSegment) => unacknowledged.size === 0
    const victim = sealed.find(isWhole) ?? (mayLose ? sealed[0] : undefined)
    if (!victim) return false
    shelf.drop(victim.number)
    unpacked.forget(victim.number)
    for (const part of victim.parts.values()) {
      const isKept = !victim.unacknowledged.has(part.origin.file)
      const { origin, rows, firstAt: fromAt, lastAt: toAt } = part
      events.archiveCut({ acknowledged: isKept ? 'yes' : 'no', count: rows, pod: origin.pod })
      gaps.add({ origin, reason: 'quota', acknowledged: isKept, rows, fromAt, toAt })
      if (!isKept) onCut?.(part)
    }
    await acknowledged.settled()
    await rm(victim.path, { force: true })
    return true
  }

  const tend = async () => {
    const current = unsealed.at(-1)
    const begunAt = current?.open.begunAt()
    const isOld = begunAt !== undefined && clock.now() - begunAt >= sealAfterMs
    if (isOld || (current && current.open.bytes() >= rollBytes)) await roll()
    try {
      while (await sealOldest());
    } catch (error) {
      events.sealFailed({ error, waiting: unsealed.length - 1 })
      // A full disk takes no draft; room is made from what the gateway has.
      await cutOldest(false)
    }
    while (shelf.bytes() > maxBytes && (await cutOldest(true)));
    await gaps.save()
  }
  let tending = Promise.resolve()

  /** @returns whether it was taken */
  const appendOnce = async (chunk: Chunk) => {
    const current = unsealed.at(-1)
    if (!current) throw new WeirError('The archive is closed.', { code: 'archive-closed' })
    await current.open.append(chunk)
    shelf.note(current.number, chunk.origin.file, chunk.reached)
    if (current.open.bytes() >= rollBytes) await roll()
  }

  return {
    async append(chunk) {
      try {
        await appendOnce(chunk).catch(async (error: unknown) => {
          if (!isFull(error) || !(await cutOldest(false))) throw error
          await appendOnce(chunk)
        })
      } catch (cause) {
        throw new WeirError('The disk did not take what was to be archived; free some of it.', {
          code: 'archive-full',
          retriable: true,
          cause,
        })
      }
      for (const listener of listeners) listener(chunk)
    },
    reached: (file) => shelf.reached(file),
    acknowledge: (file, ends) => acknowledged.upTo(file, ends),
    isAcknowledged: (part) => acknowledged.has(part),
    files: () => shelf.files(),
    segmentsOf: (file) =>
      shelf.holding(file).flatMap((segment) => {
        const part = partOf(segment, file)
        return part ? [{ part, open: () => openGroups(segment.number, file) }] : []
      }),
    gaps: () => gaps.all(),
    addGap: (gap) => gaps.add(gap),
    onAppend(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    bytes: () => shelf.bytes(),
    tend: () => {
      tending = tending.then(tend).catch((error: unknown) => events.sealFailed({ error }))
      return tending
    },
    async close() {
      await tending
      await rolling
      await acknowledged.settled()
      for (const { shared } of unsealed.splice(0)) await shared.retire()
      await gaps.save()
    },
  }

  /** A segment may be sealed or renamed between a look at it and its opening; then it is looked at again. */
  async function openGroups(number: number, file: string): Promise<GroupSource | undefined> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const segment: Segment | undefined = shelf.get(number)
      if (!segment) return undefined
      if (segment.state === 'open') {
        return groupsOfOpen(segment.open, file, segment.shared.hold())
      }
      const { path } = segment
      try {
        return await groupsOfSealed(segment, file, unpacked, (error) => damaged(path, error))
      } catch (error) {
        if (!isMissing(error)) {
          damaged(path, error)
          return undefined
        }
      }
    }
    return undefined
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? error.code : undefined
const isFull = (error: unknown) => codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT'
const isMissing = (error: unknown) => codeOf(error) === 'ENOENT'
