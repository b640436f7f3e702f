import type { LogLine, LogStream } from '../model/logs.ts'
import type { WholeEvent } from './event.ts'
import { continuationOf, type Fold, foldOf, note } from './fold.ts'
import type { Head, HeadReader } from './heads/head.ts'
import { redacted } from './redact.ts'

/** A line of the program: one of the file, or the parts that the runtime made of it. */
export interface ProgramLine {
  readonly offset: number
  bytes: number
  text: string
  cutBytes: number
  readonly runtimeAt: number | undefined
  /** Where reading must begin again to see this line as it was seen. */
  restartAt: number
}

/** An event whose last line may not have come yet. */
interface HeldEvent {
  readonly stream: LogStream
  readonly offset: number
  bytes: number
  restartAt: number
  readonly at: number
  readonly timed: LogLine['timed']
  readonly head: Head | undefined
  readonly lines: string[]
  readonly fold: Fold
  keptBytes: number
  cutBytes: number
  runtimeAt: number | undefined
}

/** One output of the program: folds its lines into events. */
export interface Lane {
  readonly stream: LogStream
  readonly held: HeldEvent | undefined
  take(line: ProgramLine): void
  /** Gives out what is held as complete. */
  close(): void
}

export interface LaneOptions {
  readonly stream: LogStream
  readonly eventBytes: number
  readonly readHead: HeadReader
  readonly readAt: () => number
  /** Takes an event; returns its line. */
  readonly give: (event: WholeEvent) => LogLine
  /** Text was lost as it was too long. */
  readonly cut: (bytes: number) => void
  /** A secret was taken out before the redactor could see it. */
  readonly hidden: () => void
}

/** Lines of a stack are written at once: what the runtime read so much later is another event. */
export const settledMs = 1_000

/** Lines of a private key whose beginning was given out already. */
const mostKeyLines = 200

export function createLane(options: LaneOptions): Lane {
  const { stream, eventBytes, readHead, readAt } = options
  let held: HeldEvent | undefined
  let lastAt: number | undefined
  // Lines that may still be of a private key that a flush cut in two.
  let keyLines = 0

  function take(line: ProgramLine): void {
    const text = cleaned(line.text)
    if (line.cutBytes > 0) options.cut(line.cutBytes)
    const head = readHead(text, line.runtimeAt ?? lastAt ?? readAt())
    if (head !== undefined) {
      close()
      keyLines = 0
      open(line, head, head.message)
      if (head.closed) close()
    } else if (held !== undefined && (text.trim() === '' || belongs(held, line, text))) {
      append(held, line, text.trim() === '' ? '' : text)
    } else if (text.trim() !== '') {
      close()
      open(line, undefined, isOfKey(text) ? redacted : text)
    }
  }

  function belongs(event: HeldEvent, line: ProgramLine, text: string): boolean {
    const why = continuationOf(event.fold, text)
    if (why !== 'head') return why === 'form'
    // Text that is like no stack belongs to the line before only while both were written at once, and
    // a program that prints without end must not have all of it cut.
    const laterMs = (line.runtimeAt ?? 0) - (event.runtimeAt ?? line.runtimeAt ?? 0)
    return laterMs < settledMs && event.keptBytes + text.length <= eventBytes
  }

  function isOfKey(text: string): boolean {
    if (keyLines === 0) return false
    keyLines = text.includes('-----END ') ? 0 : keyLines - 1
    options.hidden()
    return true
  }

  function append(event: HeldEvent, line: ProgramLine, text: string): void {
    event.bytes += line.bytes
    event.cutBytes += line.cutBytes
    event.runtimeAt = line.runtimeAt
    if (event.keptBytes + text.length > eventBytes) {
      event.cutBytes += line.bytes - line.cutBytes
      options.cut(line.bytes - line.cutBytes)
      return
    }
    event.keptBytes += text.length + 1
    event.lines.push(text)
    note(event.fold, text)
  }

  function open(line: ProgramLine, head: Head | undefined, text: string): void {
    const { offset, bytes, restartAt, cutBytes, runtimeAt } = line
    const time = timeOf(head, runtimeAt)
    lastAt = time.at
    const fold = foldOf(head !== undefined, text)
    const keptBytes = text.length
    held = {
      stream,
      offset,
      bytes,
      restartAt,
      at: time.at,
      timed: time.timed,
      head,
      lines: [text],
      fold,
      keptBytes,
      cutBytes,
      runtimeAt,
    }
  }

  function timeOf(
    head: Head | undefined,
    runtimeAt: number | undefined,
  ): Pick<LogLine, 'at' | 'timed'> {
    if (head?.at !== undefined) return { at: head.at, timed: 'line' }
    if (runtimeAt !== undefined) return { at: runtimeAt, timed: 'runtime' }
    return lastAt === undefined ? { at: readAt(), timed: 'read' } : { at: lastAt, timed: 'before' }
  }

  function close(): void {
    if (held === undefined) return
    const event = held
    held = undefined
    const line = options.give(event)
    if (event.fold.armoured && line.redacted !== undefined) keyLines = mostKeyLines
  }

  return {
    stream,
    get held() {
      return held
    },
    take,
    close,
  }
}

const colour = '\u001b'

/** Without a byte order mark, the zeros that copy-truncate leaves, and colours. */
function cleaned(text: string): string {
  let from = 0
  while (text.charCodeAt(from) === 0 || text.charCodeAt(from) === 0xfeff) from += 1
  const clean = from === 0 ? text : text.slice(from)
  return clean.includes(colour) ? withoutColours(clean) : clean
}

function withoutColours(text: string): string {
  const [first = '', ...rest] = text.split(colour)
  return first + rest.map((part) => part.replace(/^\[[\d;]{0,30}[A-Za-z]/, '')).join('')
}
