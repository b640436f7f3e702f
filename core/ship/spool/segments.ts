import {
  closeSync,
  fdatasync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { decodeRecord, encodeRecord, HEAD_BYTES, type SpoolRecord, scanSegment } from './record.ts'

/** Where a record lies. */
export interface Place {
  readonly segment: Segment
  readonly offset: number
  readonly length: number
}

export interface Segment {
  readonly path: string
  /** Ids of all records in it, and of those that still wait. */
  readonly ids: Set<number>
  readonly waiting: Set<number>
}

/** Writes bytes to a file that is open; the seam where tests let a disk be full. */
export type Append = (file: number, bytes: Buffer) => number

/** Files of records that only ever grow, and go when nothing in them waits any more. */
export interface Segments {
  /** What is whole in the files of earlier processes, by id. */
  readonly found: ReadonlyMap<number, { readonly place: Place; readonly body: Buffer }>
  /** Records that were torn or changed, seen from the holes that they leave. */
  readonly damaged: number
  /** Whether a file still has the record, waiting or done. */
  holds(id: number): boolean
  /** @throws when the disk does not take it; then nothing of it stays */
  append(id: number, body: Buffer): Place
  /** Undefined when the bytes are not those that were written. */
  read(id: number, place: Place): Buffer | undefined
  done(id: number, place: Place): void
  /** Asks the system to bring what was appended to the disk; does not wait. */
  sync(): void
  close(): void
}

const NAME = /^segment-(\d{16})$/

export function openSegments(
  folder: string,
  segmentBytes: number,
  append: Append = (file, bytes) => writeSync(file, bytes),
): Segments {
  const found = new Map<number, { place: Place; body: Buffer }>()
  const holders = new Map<number, Segment>()
  let damaged = 0
  for (const name of readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort()) {
    const path = join(folder, name)
    const bytes = readFileSync(path)
    const segment: Segment = { path, ids: new Set(), waiting: new Set() }
    const records = scanSegment(bytes)
    damaged += damagedIn(Number(NAME.exec(name)?.[1]), records, bytes.length)
    for (const { id, offset, length } of records) {
      hold(id, segment)
      const place = { segment, offset, length }
      found.set(id, { place, body: bytes.subarray(offset, offset + length) })
    }
    if (segment.waiting.size === 0) remove(segment)
  }

  function hold(id: number, segment: Segment) {
    segment.ids.add(id)
    segment.waiting.add(id)
    holders.set(id, segment)
  }
  function remove(segment: Segment) {
    rmSync(segment.path, { force: true })
    for (const id of segment.ids) if (holders.get(id) === segment) holders.delete(id)
  }

  let current: { readonly segment: Segment; readonly file: number; bytes: number } | undefined

  const finish = () => {
    if (!current) return
    const { segment, file } = current
    closeSync(file)
    if (segment.waiting.size === 0) remove(segment)
    current = undefined
  }

  return {
    found,
    damaged,
    holds: (id) => holders.has(id),
    append(id, body) {
      if (current && current.bytes + HEAD_BYTES + body.length > segmentBytes) finish()
      if (!current) {
        const path = join(folder, `segment-${String(id).padStart(16, '0')}`)
        const segment = { path, ids: new Set<number>(), waiting: new Set<number>() }
        current = { segment, file: openSync(path, 'wx'), bytes: 0 }
      }
      const { segment, file, bytes } = current
      const record = encodeRecord(id, body)
      try {
        if (append(file, record) !== record.length) throw new Error('only a part was written')
      } catch (error) {
        // Half a record would be skipped by a reader, but takes room that a full disk does not have.
        ftruncateSync(file, bytes)
        throw error
      }
      current.bytes += record.length
      hold(id, segment)
      return { segment, offset: bytes + HEAD_BYTES, length: body.length }
    },
    read(id, { segment, offset, length }) {
      const bytes = Buffer.allocUnsafe(HEAD_BYTES + length)
      const file = openSync(segment.path, 'r')
      try {
        const got = readSync(file, bytes, 0, bytes.length, offset - HEAD_BYTES)
        return decodeRecord(bytes.subarray(0, got), id)
      } finally {
        closeSync(file)
      }
    },
    done(id, { segment }) {
      segment.waiting.delete(id)
      if (segment.waiting.size > 0 || segment === current?.segment) return
      remove(segment)
    },
    sync() {
      if (current) fdatasync(current.file, () => {})
    },
    close: finish,
  }
}

/** Ids in a segment follow each other from the one in its name. */
function damagedIn(firstId: number, records: readonly SpoolRecord[], bytes: number): number {
  const last = records.at(-1)
  const wholeTo = last ? last.offset + last.length : 0
  const between = last ? last.id - firstId + 1 - records.length : 0
  // However many were in a damaged tail, one at least was.
  return between + (wholeTo < bytes ? 1 : 0)
}
