import { fstatSync, read as readCallback, readSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Clock } from '../../core/kit/clock.ts'
import { SourceError } from '../../core/kit/errors.ts'
import type { LineReader } from '../../core/logs/line-reader.ts'
import type { LogLine } from '../../core/model/logs.ts'
import type { Chunk } from '../chunk.ts'
import { endsAfter, isBeyond } from '../ends.ts'
import type { LogServiceEvents } from '../events.ts'
import { unpack } from './gunzip.ts'
import type { Handles } from './handles.ts'
import { continues, HEAD_BYTES, headOf, toldBy } from './head.ts'
import type { DiskFile, FollowedLog } from './known.ts'
import type { LogSource } from './layout.ts'
import { isExhausted, type Meeting } from './meet.ts'

const read = promisify(readCallback)

/** What a reader of lines is opened for. */
export interface FileToRead {
  readonly origin: FollowedLog['origin']
  readonly format: LogSource['format']
  /** Byte at which the first bytes that it gets lie. */
  readonly startAt: number
}
export type OpenReader = (file: FileToRead) => LineReader

/** One turn of one log: reads a piece, hands the events on, finds out when its file is not what it was. */
export interface Reading {
  turn(log: FollowedLog): Promise<TurnEnd>
  /** Hands on what the readers of silent logs hold back. */
  flushSilent(): void
  /** Nothing more comes of a log. */
  end(log: FollowedLog): void
}

/** more: there is more to read. atEnd: all is read for now. gone: this file gives nothing more. */
export type TurnEnd = 'more' | 'atEnd' | 'gone'

export interface ReadingDeps {
  readonly meeting: Meeting
  readonly handles: Handles
  readonly clock: Clock
  readonly events: LogServiceEvents
  readonly openReader: OpenReader
  readonly take: (chunk: Chunk) => void
  /** Brings to the disk by what logs are known; events that came after would be strangers to it after a death. */
  readonly saveHeads: () => Promise<void>
}

/** Bytes of one turn. */
const TURN_BYTES = 256 * 1024
const SMALL_BYTES = 32 * 1024
/** A log that is silent for so long is shown to its last line; half a line waits longer for its other half. */
const SILENT_MS = 1_000
const HALF_LINE_MS = 60_000
/** A file without a name is closed when it has given nothing for so long. */
const LINGER_MS = 5_000

export function createReading(deps: ReadingDeps): Reading {
  const { meeting, handles, clock, events, openReader, take, saveHeads } = deps
  // The reader of lines keeps copies of what it holds back, so one buffer is enough.
  const buffer = Buffer.allocUnsafe(TURN_BYTES)
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  const holding = new Set<FollowedLog>()

  const deliver = (log: FollowedLog, lines: readonly LogLine[]) => {
    const position = log.reader?.position() ?? log.offset
    const fresh = lines.every((line) => isBeyond(line, log.reached.ends))
      ? lines
      : lines.filter((line) => isBeyond(line, log.reached.ends))
    log.reached = { position, ends: endsAfter(log.reached.ends, fresh) }
    if (position < log.offset) holding.add(log)
    else holding.delete(log)
    if (fresh.length === 0) return
    events.linesRead({ count: fresh.length })
    take({ origin: log.origin, lines: fresh, reached: log.reached })
  }

  const give = (log: FollowedLog, bytes: Buffer) => {
    const { origin, source, offset } = log
    log.reader ??= openReader({ origin, format: source.format, startAt: offset })
    log.offset += bytes.length
    log.readAt = clock.now()
    events.bytesRead({ count: bytes.length })
    deliver(log, log.reader.push(bytes))
  }

  const flush = (log: FollowedLog, why: 'silent' | 'end') => {
    if (log.reader) deliver(log, log.reader.flush(why))
    if (why === 'end') holding.delete(log)
  }

  const end = (log: FollowedLog) => {
    flush(log, 'end')
    log.reader = undefined
    log.unpacking?.close()
    log.unpacking = undefined
    const { state } = log
    if (state.is === 'lost' && state.unreadBytes > 0) {
      events.bytesLost({ reason: state.why, count: state.unreadBytes, path: log.origin.path })
    }
    log.state = { is: 'ended', at: clock.now(), whole: state.is === 'followed' }
  }

  /** Everything of a file was read and it has no name: whoever has copies of it need not be read. */
  const finish = (log: FollowedLog, file: DiskFile) => {
    for (const heir of log.heirs) heir.role = { is: 'done', log }
    log.heirs.clear()
    end(log)
    log.on = undefined
    meeting.forget(file)
  }

  /** @returns undefined when it does not begin as before; else how much more is known of its beginning */
  const compareStart = (log: FollowedLog, fd: number) => {
    const start = head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0))
    if (!continues(log.head, start)) return undefined
    const told = toldBy(log.head, start)
    if (told !== 'nothing') log.head = headOf(start)
    return told
  }

  const startAnew = (log: FollowedLog, file: DiskFile, sizeBytes: number): TurnEnd => {
    events.fileTruncated({ path: file.path })
    const unreadBytes = Math.max(0, file.largestBytes - log.offset)
    file.sizeBytes = sizeBytes
    meeting.lose(log, unreadBytes, 'truncated')
    meeting.begin(file)
    return 'gone'
  }

  /** A few lines that were just written are in memory; another thread would cost more than they do. */
  const readPiece = async (fd: number, wanted: number, at: number): Promise<number> => {
    if (wanted <= SMALL_BYTES) return wanted === 0 ? 0 : readSync(fd, buffer, 0, wanted, at)
    return (await read(fd, buffer, 0, wanted, at)).bytesRead
  }

  const turnPlain = (log: FollowedLog, file: DiskFile) =>
    handles.use(file, async (fd): Promise<TurnEnd> => {
      const { size, nlink } = fstatSync(fd)
      if (size < log.offset) return startAnew(log, file, size)
      const bytesRead = await readPiece(fd, Math.min(TURN_BYTES, size - log.offset), log.offset)
      // What was read belongs to this log only if the file still begins as it did, and is still its file.
      if (log.on !== file) return 'gone'
      const start = compareStart(log, fd)
      if (!start) return startAnew(log, file, size)
      if (start === 'enough') await saveHeads()
      file.sizeBytes = Math.max(size, log.offset + bytesRead)
      file.largestBytes = Math.max(file.largestBytes, file.sizeBytes)
      if (bytesRead === 0) return atEnd(log, file, nlink === 0)
      give(log, buffer.subarray(0, bytesRead))
      return log.offset < size ? 'more' : 'atEnd'
    })

  const atEnd = (log: FollowedLog, file: DiskFile, deleted: boolean): TurnEnd => {
    const hasName = !deleted && file.path !== undefined
    if (hasName || clock.now() - log.readAt < LINGER_MS) return 'atEnd'
    finish(log, file)
    return 'gone'
  }

  const turnPacked = (log: FollowedLog, file: DiskFile) =>
    handles.use(file, async (fd): Promise<TurnEnd> => {
      try {
        // Another opening of the same file, which has a place of its own in it.
        log.unpacking ??= unpack(`/proc/self/fd/${fd}`, log.offset)
        const bytes = await log.unpacking.next()
        if (log.on !== file) return 'gone'
        if (bytes) {
          const told = log.offset === 0 ? toldBy(log.head, bytes) : 'nothing'
          if (told !== 'nothing') log.head = headOf(bytes)
          if (told === 'enough') await saveHeads()
          give(log, bytes)
          return 'more'
        }
      } catch (error) {
        meeting.lose(log, 0, 'damaged')
        meeting.refuse(file, error, log)
        handles.close(file)
        return 'gone'
      }
      end(log)
      log.on = undefined
      file.role = { is: 'done', log }
      handles.close(file)
      return 'gone'
    })

  return {
    async turn(log) {
      const file = log.on
      if (!file || log.state.is !== 'followed') return 'gone'
      // Its new name, if it has one, is found by the next scan.
      if (file.path === undefined && file.fd === undefined) return 'atEnd'
      try {
        return await (file.place.compressed ? turnPacked(log, file) : turnPlain(log, file))
      } catch (error) {
        if (!(error instanceof SourceError || isOfSystem(error))) throw error
        if (isExhausted(error)) return 'atEnd'
        meeting.lose(log, 0, 'removed')
        meeting.refuse(file, error, log)
        return 'gone'
      }
    },
    flushSilent() {
      const now = clock.now()
      for (const log of holding) {
        // The next scan tells whether another file goes on with it.
        if (log.state.is === 'lost') continue
        const silentMs = now - log.readAt
        // A clock that was set back must not hold lines for hours.
        const isOver = silentMs >= HALF_LINE_MS || silentMs < 0
        if (isOver || silentMs >= SILENT_MS) flush(log, isOver ? 'end' : 'silent')
      }
    },
    end,
  }
}

const isOfSystem = (error: unknown) => error instanceof Error && 'syscall' in error
