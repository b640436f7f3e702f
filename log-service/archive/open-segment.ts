import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises'
import type { LogOrigin } from '../../core/model/logs.ts'
import type { Chunk } from '../chunk.ts'
import { encodeFrame, FRAME_BYTES, frameAt, frameLength, scanFrames } from './frame.ts'
import { cutColumns, encodeGroup, type Group, type GroupHead } from './group.ts'
import { emptyPart, joined, type Part } from './part.ts'

/** A file in an open segment: what is known of it, and where its frames begin. */
export interface OpenFile {
  readonly part: Part
  readonly places: readonly number[]
}

/** The segment that grows. Its index is in memory and comes back from the frames after a death. */
export interface OpenSegment {
  readonly number: number
  readonly path: string
  /** By the identity of the file. */
  readonly files: ReadonlyMap<string, OpenFile>
  bytes(): number
  /** When its first event was put in or it was opened again, epoch ms; undefined while it is empty. */
  begunAt(): number | undefined
  /**
   * Resolves when the events are the system's and the death of this process cannot lose them.
   * @throws when the disk does not take them; then nothing of them stays
   */
  append(chunk: Chunk): Promise<void>
  /** Resolves when nothing that was handed to `append` is still being written. */
  settled(): Promise<void>
  /** The group whose frame begins there; undefined when its bytes have changed. */
  read(place: number): Promise<Group | undefined>
  close(): Promise<void>
}

/** Writes bytes to a place in a file; the seam where tests let a disk be full. */
export type Write = (file: FileHandle, bytes: Buffer, at: number) => Promise<number>

const writeAll: Write = async (file, bytes, at) =>
  (await file.write(bytes, 0, bytes.length, at)).bytesWritten

/** The head of a frame; the first one of a file introduces it. */
interface FrameHead extends GroupHead {
  readonly origin?: LogOrigin
}

interface Waiting {
  readonly origin: LogOrigin
  readonly head: GroupHead
  readonly frame: Buffer
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export interface OpenSegmentOptions {
  readonly number: number
  readonly path: string
  readonly now: () => number
  readonly write?: Write | undefined
}

/** Begins a segment, or goes on with one; `damagedBytes` were torn or changed in it and are left out. */
export async function openSegment({
  number,
  path,
  now,
  write = writeAll,
}: OpenSegmentOptions): Promise<{ segment: OpenSegment; damagedBytes: number }> {
  await writeFile(path, '', { flag: 'a' })
  const file = await open(path, 'r+')
  const files = new Map<string, { part: Part; places: number[] }>()
  const { frames, wholeTo, damagedBytes } = scanFrames(await readFile(path))
  for (const { head, offset } of frames) note(files, frameHead(head), offset)
  await file.truncate(wholeTo)
  let bytes = wholeTo
  let begunAt = files.size > 0 ? now() : undefined
  const waiting: Waiting[] = []
  let writing: Promise<void> | undefined

  const writeWaiting = async () => {
    while (waiting.length > 0) {
      const taken = waiting.splice(0)
      const all = Buffer.concat(taken.map(({ frame }) => frame))
      try {
        if ((await write(file, all, bytes)) !== all.length) {
          throw new Error('only a part was written')
        }
      } catch (error) {
        // Half a frame would be left out by a reader, but takes room that a full disk does not have.
        await file.truncate(bytes).catch(() => {})
        for (const { reject } of taken) reject(error)
        continue
      }
      begunAt ??= now()
      for (const { origin, head, frame, resolve } of taken) {
        note(files, { ...head, origin }, bytes)
        bytes += frame.length
        resolve()
      }
    }
    writing = undefined
  }

  const segment: OpenSegment = {
    number,
    path,
    files,
    bytes: () => bytes,
    begunAt: () => begunAt,
    append: ({ origin, lines, reached }) =>
      new Promise((resolve, reject) => {
        const { head, columns } = encodeGroup(origin.file, lines, reached)
        const frame = encodeFrame(files.has(origin.file) ? head : { ...head, origin }, columns)
        waiting.push({ origin, head, frame, resolve, reject })
        writing ??= writeWaiting()
      }),
    async settled() {
      await writing
    },
    async read(place) {
      const start = Buffer.alloc(FRAME_BYTES)
      await file.read(start, 0, FRAME_BYTES, place)
      const length = frameLength(start)
      if (length === undefined || place + length > bytes) return undefined
      const whole = Buffer.allocUnsafe(length)
      await file.read(whole, 0, length, place)
      const frame = frameAt(whole, 0)
      if (!frame) return undefined
      const head = frameHead(frame.head)
      return { head, columns: cutColumns(frame.body, head.lengths) }
    },
    async close() {
      await writing
      await file.close()
    },
  }
  return { segment, damagedBytes }
}

function note(
  files: Map<string, { part: Part; places: number[] }>,
  head: FrameHead,
  place: number,
): void {
  let known = files.get(head.file)
  if (!known) {
    // The frame that introduced the file is damaged: what follows cannot be shown as anybody's.
    if (!head.origin) return
    known = { part: emptyPart(head.origin), places: [] }
    files.set(head.file, known)
  }
  known.part = joined(known.part, head)
  known.places.push(place)
}

/** Written by `append` above and read behind a checksum: its shape is known. */
const frameHead = (head: unknown): FrameHead => head as FrameHead
