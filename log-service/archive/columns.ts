import { type LogLevel, type LogLine, logLevels } from '../../core/model/logs.ts'
import { streams } from '../ends.ts'
import { decodeVarints, encodeVarints } from './varints.ts'

/**
 * Events as columns of bytes. Numbers stand apart from the text and as differences; the text of a row begins
 * with what tells most about the rest (template, logger), so that a compressor finds the row before it in one
 * match. Rows of several groups may be put behind each other column by column, and cut apart again.
 *
 * 0 time, to the row before · 1 offset, to the end of the row before · 2 bytes less characters shown ·
 * 3 flags, two bytes a row · 4 template, logger, thread, message · 5 stacks · 6 what few rows have
 */
export const COLUMNS = 7

const timedBy = ['line', 'runtime', 'before', 'read'] as const
const HAS_LOGGER = 1
const HAS_THREAD = 2
const HAS_STACK = 4
const HAS_EXTRAS = 8
/** The text would not survive tabs and line feeds as separators and stands as JSON. */
const QUOTED = 16

type Extras = Pick<
  LogLine,
  'exception' | 'rootCause' | 'frame' | 'signature' | 'cutBytes' | 'redacted'
>

export function encodeColumns(lines: readonly LogLine[]): readonly Buffer[] {
  const times: number[] = []
  const offsets: number[] = []
  const sizes: number[] = []
  const flags = Buffer.allocUnsafe(lines.length * 2)
  const rows: string[] = []
  const stacks: string[] = []
  const extras: string[] = []
  let lastAt = 0
  let lastEnd = 0
  for (const [index, line] of lines.entries()) {
    times.push(line.at - lastAt)
    offsets.push(line.offset - lastEnd)
    sizes.push(line.bytes - shownLength(line))
    lastAt = line.at
    lastEnd = line.offset + line.bytes

    let has = 0
    if (line.logger !== undefined) has |= HAS_LOGGER
    if (line.thread !== undefined) has |= HAS_THREAD
    if (line.stack !== undefined) {
      has |= HAS_STACK
      stacks.push(JSON.stringify(line.stack))
    }
    const rare = extrasOf(line)
    if (rare !== undefined) {
      has |= HAS_EXTRAS
      extras.push(rare)
    }
    const { template, logger = '', thread = '', message } = line
    const row = `${template}\t${logger}\t${thread}\t${message}`
    if (isPlain(row, template, logger, thread)) rows.push(row)
    else {
      has |= QUOTED
      rows.push(JSON.stringify([template, logger, thread, message]))
    }
    const level = line.level === undefined ? 0 : logLevels.indexOf(line.level) + 1
    flags[2 * index] = streams.indexOf(line.stream) + 4 * timedBy.indexOf(line.timed) + 16 * level
    flags[2 * index + 1] = has
  }
  return [
    encodeVarints(times),
    encodeVarints(offsets),
    encodeVarints(sizes),
    flags,
    text(rows),
    text(stacks),
    text(extras),
  ]
}

/** What `encodeColumns` was given, in the same order. */
export function decodeColumns(columns: readonly Uint8Array[], count: number): LogLine[] {
  const [times, offsets, sizes, flags, rows, stacks, extras] = columns
  if (!times || !offsets || !sizes || !flags || !rows || !stacks || !extras) {
    throw new RangeError(`Events have ${COLUMNS} columns, not ${columns.length}.`)
  }
  const atSteps = decodeVarints(times, count)
  const offsetSteps = decodeVarints(offsets, count)
  const restBytes = decodeVarints(sizes, count)
  const texts = textsOf(rows)
  const stackTexts = textsOf(stacks)
  const extrasTexts = textsOf(extras)
  const lines: LogLine[] = []
  let at = 0
  let end = 0
  let stackIndex = 0
  let extrasIndex = 0
  for (let index = 0; index < count; index++) {
    const has = flags[2 * index + 1] ?? 0
    const [template, logger, thread, message] = partsOf(texts[index] ?? '', (has & QUOTED) !== 0)
    const stack = (has & HAS_STACK) === 0 ? undefined : parse<string>(stackTexts[stackIndex++])
    const first = flags[2 * index] ?? 0
    const level: LogLevel | undefined = logLevels[(first >> 4) - 1]
    at += atSteps[index] ?? 0
    const offset = end + (offsetSteps[index] ?? 0)
    const bytes = (restBytes[index] ?? 0) + shownLength({ message, stack })
    end = offset + bytes
    lines.push({
      stream: streams[first & 3] ?? 'file',
      offset,
      bytes,
      at,
      timed: timedBy[(first >> 2) & 3] ?? 'read',
      message,
      template,
      ...(level !== undefined && { level }),
      ...((has & HAS_LOGGER) !== 0 && { logger }),
      ...((has & HAS_THREAD) !== 0 && { thread }),
      ...(stack !== undefined && { stack }),
      ...((has & HAS_EXTRAS) !== 0 && parse<Extras>(extrasTexts[extrasIndex++])),
    })
  }
  return lines
}

/** Bytes follow from characters nearly always, so the difference is nearly always the same number. */
function shownLength({ message, stack }: { message: string; stack?: string | undefined }): number {
  return message.length + (stack?.length ?? 0)
}

function extrasOf(line: LogLine): string | undefined {
  const { exception, rootCause, frame, signature, cutBytes, redacted } = line
  if (
    exception === undefined &&
    rootCause === undefined &&
    frame === undefined &&
    signature === undefined &&
    cutBytes === undefined &&
    redacted === undefined
  ) {
    return undefined
  }
  const extras: Extras = {
    ...(exception !== undefined && { exception }),
    ...(rootCause !== undefined && { rootCause }),
    ...(frame !== undefined && { frame }),
    ...(signature !== undefined && { signature }),
    ...(cutBytes !== undefined && { cutBytes }),
    ...(redacted !== undefined && { redacted }),
  }
  return JSON.stringify(extras)
}

/** A message may hold tabs, as it comes last; nothing may hold a line feed. */
function isPlain(row: string, ...before: readonly string[]): boolean {
  return !row.includes('\n') && !before.some((part) => part.includes('\t'))
}

function partsOf(row: string, quoted: boolean): [string, string, string, string] {
  if (quoted) return parse<[string, string, string, string]>(row)
  const first = row.indexOf('\t')
  const second = row.indexOf('\t', first + 1)
  const third = row.indexOf('\t', second + 1)
  return [
    row.slice(0, first),
    row.slice(first + 1, second),
    row.slice(second + 1, third),
    row.slice(third + 1),
  ]
}

/** Each text ends with a line feed, so that columns can be put behind each other. */
function text(rows: readonly string[]): Buffer {
  return rows.length === 0 ? Buffer.alloc(0) : Buffer.from(`${rows.join('\n')}\n`)
}

function textsOf(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString().split('\n')
}

/** Written by `encodeColumns` above and read behind a checksum: its shape is known. */
function parse<T>(json: string | undefined): T {
  return JSON.parse(json ?? '')
}
