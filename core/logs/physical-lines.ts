import { Buffer, isAscii, isUtf8 } from 'node:buffer'

/** One line of a file as it stands there. */
export interface PhysicalLine {
  /** Byte of the file at which it begins. */
  readonly offset: number
  /** Bytes it takes in the file, its end included. */
  readonly bytes: number
  /** Without its end; what is no UTF-8 became U+FFFD. */
  readonly text: string
  /** Bytes at its end that were not kept. */
  readonly cutBytes: number
  readonly decodable: boolean
}

export interface LineSplitter {
  push(bytes: Uint8Array, take: (line: PhysicalLine) => void): void
  /** Takes what stands behind the last line end as a line. */
  end(take: (line: PhysicalLine) => void): void
  /** Byte at which the line begins whose end is not known yet; the next byte where there is none. */
  position(): number
  /** Whether a line has begun whose end is not known yet. */
  pending(): boolean
}

export interface SplitOptions {
  /** Byte of the file at which the first byte lies. */
  readonly startAt: number
  /** Bytes of a line that are kept; the rest is counted and forgotten, so that an endless line costs nothing. */
  readonly maxBytes: number
  /** Whether a carriage return alone ends a line, as in progress bars; inside a runtime's line it does not. */
  readonly loneReturns: boolean
}

const lineFeed = 10
const carriageReturn = 13

/** Cuts bytes into lines at LF, CRLF and, where told so, at a CR alone. */
export function createLineSplitter({ startAt, maxBytes, loneReturns }: SplitOptions): LineSplitter {
  let next = startAt
  let begin = startAt
  let kept: Buffer[] = []
  let keptBytes = 0
  // Also where it was cut off: a return before a line feed is part of the line's end.
  let lastByte = 0

  /** Copies what belongs to a line without an end; the caller may use its buffer again. */
  function keep(part: Buffer): void {
    const room = maxBytes + 1 - keptBytes
    if (room > 0 && part.length > 0) {
      kept.push(Buffer.from(part.subarray(0, room)))
      keptBytes += Math.min(room, part.length)
    }
    next += part.length
    lastByte = part[part.length - 1] ?? lastByte
  }

  function endsWithReturn(): boolean {
    return next > begin && lastByte === carriageReturn
  }

  function takeKept(endBytes: number): PhysicalLine {
    const whole = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept)
    const total = next - begin - endBytes
    const stop = Math.min(whole.length, total)
    const line = lineOf(whole, 0, stop, begin, next - begin, total, false)
    begin = next
    kept = []
    keptBytes = 0
    return line
  }

  function lineOf(
    from: Buffer,
    start: number,
    end: number,
    offset: number,
    bytes: number,
    total: number,
    ascii: boolean,
  ): PhysicalLine {
    const stop = end - start > maxBytes ? characterBorder(from, start, start + maxBytes) : end
    const cutBytes = total - (stop - start)
    if (ascii) {
      return {
        offset,
        bytes,
        text: from.toString('latin1', start, stop),
        cutBytes,
        decodable: true,
      }
    }
    const decodable = isUtf8(from.subarray(start, stop))
    return { offset, bytes, text: from.toString('utf8', start, stop), cutBytes, decodable }
  }

  function takeLine(chunk: Buffer, from: number, end: number, ascii: boolean): PhysicalLine {
    const crlf = end > from && chunk[end] === lineFeed && chunk[end - 1] === carriageReturn
    const stop = crlf ? end - 1 : end
    next += end + 1 - from
    const line = lineOf(chunk, from, stop, begin, end + 1 - from, stop - from, ascii)
    begin = next
    return line
  }

  function takeRest(chunk: Buffer, from: number, end: number): PhysicalLine {
    const crlf =
      chunk[end] === lineFeed && (end === from ? lastByte : chunk[end - 1]) === carriageReturn
    keep(chunk.subarray(from, end + 1))
    return takeKept(crlf ? 2 : 1)
  }

  return {
    push(bytes, take) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const ascii = isAscii(chunk)
      const endAfter = lineEndsOf(chunk, loneReturns)
      if (loneReturns && chunk.length > 0 && endsWithReturn() && chunk[0] !== lineFeed) {
        take(takeKept(1))
      }
      let from = 0
      for (let end = endAfter(0); end !== -1; end = endAfter(from)) {
        take(next > begin ? takeRest(chunk, from, end) : takeLine(chunk, from, end, ascii))
        from = end + 1
      }
      keep(chunk.subarray(from))
    },
    end(take) {
      if (next > begin) take(takeKept(endsWithReturn() ? 1 : 0))
    },
    position: () => begin,
    pending: () => next > begin,
  }
}

/** Tells where the line ends that begins at a place; -1 where the chunk does not say. */
function lineEndsOf(chunk: Buffer, loneReturns: boolean): (from: number) => number {
  let feedAt = chunk.indexOf(lineFeed)
  let returnAt = loneReturns ? chunk.indexOf(carriageReturn) : -1
  return (from) => {
    // Looked for once per place: a chunk full of one kind of line end is read once.
    if (feedAt !== -1 && feedAt < from) feedAt = chunk.indexOf(lineFeed, from)
    if (returnAt !== -1 && returnAt < from) returnAt = chunk.indexOf(carriageReturn, from)
    if (returnAt === -1 || (feedAt !== -1 && feedAt <= returnAt + 1)) return feedAt
    // The line feed of a return at the very end may come with the next bytes.
    return returnAt === chunk.length - 1 ? -1 : returnAt
  }
}

/** The last border between characters at or before `end`, so that a cut makes no character undecodable. */
function characterBorder(bytes: Buffer, start: number, end: number): number {
  let border = end
  while (border > start && end - border < 4 && ((bytes[border] ?? 0) & 0xc0) === 0x80) border -= 1
  return ((bytes[border] ?? 0) & 0xc0) === 0x80 ? end : border
}
