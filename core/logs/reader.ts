import type { LogLine } from '../model/logs.ts'
import { readCriPrefix } from './cri.ts'
import { type EventReaders, lineOf } from './event.ts'
import { headReaderFor } from './heads/known.ts'
import { createLane, type Lane, type ProgramLine, settledMs } from './lane.ts'
import type { LineCounts, LineFormat, LineReader } from './line-reader.ts'
import { createLineSplitter, type PhysicalLine } from './physical-lines.ts'
import type { Redactor } from './redact.ts'
import { knownSignatures } from './signatures/known.ts'
import type { SignatureMatcher } from './signatures/match.ts'
import type { Templates } from './templates.ts'

export interface LineReaderOptions {
  readonly format: LineFormat
  /** Byte of the file at which the first pushed byte lies. */
  readonly startAt: number
  readonly limits?: Partial<LineLimits>
  readonly redactor: Redactor
  readonly templates: Templates
  /** Known signatures; those of Flink unless given. */
  readonly signatures?: SignatureMatcher
  /** When the bytes are read, epoch ms: for lines that say nothing and follow nothing. */
  readonly readAt: () => number
}

/** What is kept of text; the rest is counted as cut. */
export interface LineLimits {
  /** Of one line, and of the parts of a line that the container runtime cut. */
  readonly lineBytes: number
  /** Of one event with all that is folded under it. */
  readonly eventBytes: number
}

export const defaultLineLimits: LineLimits = { lineBytes: 131_072, eventBytes: 262_144 }

/** A runtime's prefix is no part of the line that it stands before. */
const prefixBytes = 64

/** An output of the program, and the parts of a line of it that the runtime cut. */
interface Output {
  readonly lane: Lane
  partial: ProgramLine | undefined
}

/** Reads the lines of one file in one life of one container; see LineReader. */
export function createLineReader(options: LineReaderOptions): LineReader {
  const { format, startAt, readAt } = options
  const limits = { ...defaultLineLimits, ...options.limits }
  const readers: EventReaders = {
    redactor: options.redactor,
    templates: options.templates,
    signatures: options.signatures ?? knownSignatures,
  }
  const cri = format.container === 'cri'
  const readHead = headReaderFor(format.pattern, format.zone ?? 'UTC')
  const splitter = createLineSplitter({
    startAt,
    maxBytes: limits.lineBytes + (cri ? prefixBytes : 0),
    loneReturns: !cri,
  })
  const counts = { lines: 0, events: 0, cutLines: 0, cutBytes: 0, redactions: 0, undecodable: 0 }
  let out: LogLine[] = []
  const streams = cri ? (['stdout', 'stderr'] as const) : (['file'] as const)
  const outputs = streams.map((stream): Output => {
    const lane = createLane({
      stream,
      eventBytes: limits.eventBytes,
      readHead,
      readAt,
      give(event) {
        const line = lineOf(event, readers)
        counts.events += 1
        counts.redactions += line.redacted ?? 0
        out.push(line)
        return line
      },
      cut(bytes) {
        counts.cutLines += 1
        counts.cutBytes += bytes
      },
      hidden() {
        counts.redactions += 1
      },
    })
    return { lane, partial: undefined }
  })

  function take(line: PhysicalLine): void {
    counts.lines += 1
    if (!line.decodable) counts.undecodable += 1
    const [first] = outputs
    if (cri) takeRuntimeLine(line)
    else if (first !== undefined) first.lane.take(programLine(line, line.text, undefined))
  }

  function takeRuntimeLine(line: PhysicalLine): void {
    const prefix = readCriPrefix(line.text)
    const stream = prefix?.stream ?? 'stdout'
    const output = outputs.find(({ lane }) => lane.stream === stream)
    if (output === undefined) return
    if (prefix !== undefined) closeSettled(output, prefix.at)
    straddle(output)
    const text = prefix === undefined ? line.text : line.text.slice(prefix.textAt)
    const whole = joined(output.partial, line, text, prefix?.at)
    output.partial = prefix?.partial ? whole : undefined
    if (output.partial === undefined) output.lane.take(whole)
  }

  function joined(
    partial: ProgramLine | undefined,
    line: PhysicalLine,
    text: string,
    runtimeAt: number | undefined,
  ): ProgramLine {
    if (partial === undefined) return programLine(line, text, runtimeAt)
    const room = Math.max(0, limits.lineBytes - partial.text.length)
    partial.bytes += line.bytes
    partial.cutBytes += line.cutBytes + Math.max(0, text.length - room)
    partial.text += text.slice(0, room)
    return partial
  }

  /**
   * Another line of what an output has begun: whoever begins to read between the two would see the second
   * alone. So what other outputs began in between can be read again only from where this one began.
   */
  function straddle({ lane, partial }: Output): void {
    const begun = lane.held ?? partial
    if (begun === undefined) return
    for (const other of outputs) {
      for (const later of [other.lane.held, other.partial]) {
        if (other.lane !== lane && later !== undefined && later.offset > begun.offset) {
          later.restartAt = Math.min(later.restartAt, begun.restartAt)
        }
      }
    }
  }

  /** One output being silent must not hold back its last event while another writes. */
  function closeSettled(current: Output, runtimeAt: number): void {
    for (const output of outputs) {
      const lastAt = output.lane.held?.runtimeAt
      if (output === current || output.partial !== undefined || lastAt === undefined) continue
      if (runtimeAt - lastAt >= settledMs) output.lane.close()
    }
  }

  function taken(): readonly LogLine[] {
    const lines = out
    out = []
    return lines
  }

  return {
    push(bytes) {
      splitter.push(bytes, take)
      return taken()
    },
    flush(why = 'end') {
      if (why === 'end') splitter.end(take)
      for (const output of outputs) {
        const { partial } = output
        if (why === 'silent' && (splitter.pending() || partial !== undefined)) continue
        output.partial = undefined
        if (partial !== undefined) output.lane.take(partial)
        output.lane.close()
      }
      return taken()
    },
    position() {
      return outputs.reduce(
        (least, { lane, partial }) =>
          Math.min(least, lane.held?.restartAt ?? least, partial?.restartAt ?? least),
        splitter.position(),
      )
    },
    counts: counts satisfies LineCounts,
  }
}

function programLine(
  { offset, bytes, cutBytes }: PhysicalLine,
  text: string,
  runtimeAt: number | undefined,
): ProgramLine {
  return { offset, bytes, text, cutBytes, runtimeAt, restartAt: offset }
}
