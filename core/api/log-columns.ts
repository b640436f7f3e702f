import { z } from 'zod'
import type { LogLine } from '../model/logs.ts'
import type { Payload } from './batch.ts'
import type { LogBlock } from './log-block.ts'

/** Numbers of lines: one look at each, where a schema per element costs a hundred times that. */
const numbers = z.custom<readonly number[]>(
  (value) => Array.isArray(value) && value.every(Number.isSafeInteger),
  { error: 'must be an array of whole numbers' },
)

const MOST_LINES = 20_000

/** Few values again and again: each once (null where a line has none), and which one each line has; the first unless told. */
const words = z.strictObject({
  words: z.array(z.string().nullable()).min(1),
  of: numbers.exactOptional(),
})

/** What few lines have: which ones, and what. */
const rare = <T extends z.ZodType>(value: T) =>
  z.strictObject({ lines: numbers, values: z.array(value) })

const logColumns = z.strictObject({
  lines: z.int().min(1).max(MOST_LINES),
  /** How many bytes behind the end of the line before it each begins; 0 unless told. */
  gap: numbers.exactOptional(),
  bytes: numbers,
  /** Epoch ms, each as the difference from the one before. */
  at: numbers,
  message: z.array(z.string()),
  stream: words,
  timed: words,
  template: words,
  level: words.exactOptional(),
  logger: words.exactOptional(),
  thread: words.exactOptional(),
  exception: words.exactOptional(),
  rootCause: words.exactOptional(),
  frame: words.exactOptional(),
  signature: words.exactOptional(),
  stack: rare(z.string()).exactOptional(),
  cutBytes: rare(z.int()).exactOptional(),
  redacted: rare(z.int()).exactOptional(),
})

/** Lines of one file as they travel: half the bytes of the same lines as objects, and less than half the work. */
export type LogColumns = z.output<typeof logColumns>

const sometimes = [
  ...(['level', 'logger', 'thread'] as const),
  ...(['exception', 'rootCause', 'frame', 'signature'] as const),
]
const seldom = ['stack', 'cutBytes', 'redacted'] as const

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Lines, at least one, as columns. */
export function packLines(lines: readonly LogLine[]): LogColumns {
  let [end, before] = [0, 0]
  const gap: number[] = []
  const at: number[] = []
  for (const line of lines) {
    gap.push(line.offset - end)
    at.push(line.at - before)
    end = line.offset + line.bytes
    before = line.at
  }
  const columns: Mutable<LogColumns> = {
    lines: lines.length,
    ...(gap.some((bytes) => bytes !== 0) && { gap }),
    bytes: lines.map(({ bytes }) => bytes),
    at,
    message: lines.map(({ message }) => message),
    stream: wordsOf(lines, (line) => line.stream),
    timed: wordsOf(lines, (line) => line.timed),
    template: wordsOf(lines, (line) => line.template),
  }
  for (const name of sometimes) {
    const column = wordsOf(lines, (line) => line[name] ?? null)
    if (column.of || column.words[0] !== null) columns[name] = column
  }
  const stack = rareOf(lines, (line) => line.stack)
  const cutBytes = rareOf(lines, (line) => line.cutBytes)
  const redacted = rareOf(lines, (line) => line.redacted)
  if (stack) columns.stack = stack
  if (cutBytes) columns.cutBytes = cutBytes
  if (redacted) columns.redacted = redacted
  return columns
}

function wordsOf(lines: readonly LogLine[], read: (line: LogLine) => string | null) {
  const places = new Map<string | null, number>()
  let last: string | null | undefined
  let place = 0
  const of = lines.map((line) => {
    const word = read(line)
    if (word !== last) {
      last = word
      place = places.get(word) ?? places.size
      if (place === places.size) places.set(word, place)
    }
    return place
  })
  return { words: [...places.keys()], ...(places.size > 1 && { of }) }
}

function rareOf<T>(all: readonly LogLine[], read: (line: LogLine) => T | undefined) {
  const lines: number[] = []
  const values: T[] = []
  all.forEach((line, index) => {
    const value = read(line)
    if (value === undefined) return
    lines.push(index)
    values.push(value)
  })
  return lines.length === 0 ? undefined : { lines, values }
}

/**
 * Lines of columns that somebody sent. Looks at the columns alone: whether the lines are such as may be taken is for
 * the schema of a batch to say.
 * @returns a sentence where these are no columns
 */
export function unpackLines(value: unknown): readonly LogLine[] | string {
  const read = logColumns.safeParse(value)
  if (!read.success) {
    const [issue] = read.error.issues
    return `columns.${issue?.path.join('.')}: ${issue?.message}`
  }
  const columns = read.data
  const { lines: count, gap, bytes, at, message, stream, timed, template } = columns
  if (!isWhole(columns)) return `columns: each must have one value for each of the ${count} lines`
  const lines: Mutable<LogLine>[] = []
  let [end, before] = [0, 0]
  for (let i = 0; i < count; i += 1) {
    const offset = end + (gap?.[i] ?? 0)
    end = offset + (bytes[i] ?? 0)
    before += at[i] ?? 0
    lines.push({
      stream: wordAt(stream, i) as LogLine['stream'], // These two are words that the schema of a batch looks at.
      timed: wordAt(timed, i) as LogLine['timed'],
      offset,
      bytes: bytes[i] ?? 0,
      at: before,
      message: message[i] ?? '',
      template: wordAt(template, i) ?? '',
    })
  }
  for (const name of sometimes) {
    const column = columns[name]
    if (column) put(lines, name, (index) => wordAt(column, index))
  }
  for (const name of seldom) {
    const column = columns[name]
    column?.lines.forEach((index, place) => {
      const line = lines[index]
      if (line) Object.assign(line, { [name]: column.values[place] })
    })
  }
  return lines
}

function put(
  lines: readonly Mutable<LogLine>[],
  name: (typeof sometimes)[number],
  read: (index: number) => string | null | undefined,
): void {
  lines.forEach((line, index) => {
    const word = read(index)
    // Whether a level is one is for the schema of a batch to say.
    if (word !== null && word !== undefined) line[name] = word as NonNullable<LogLine['level']>
  })
}

type Words = z.output<typeof words>

const wordAt = ({ words, of }: Words, index: number) => words[of?.[index] ?? 0]

function isWhole(columns: LogColumns): boolean {
  const { lines, gap, bytes, at, message, stream, timed, template } = columns
  const ofEach = [gap, bytes, at, message].every(
    (column) => column === undefined || column.length === lines,
  )
  const worded = [stream, timed, template, ...sometimes.map((name) => columns[name])].every(
    (column) =>
      column?.of === undefined ||
      (column.of.length === lines &&
        column.of.every((place) => place >= 0 && place < column.words.length)),
  )
  return (
    ofEach &&
    worded &&
    seldom.every((name) => {
      const column = columns[name]
      return (
        column === undefined ||
        (column.lines.length === column.values.length &&
          column.lines.every((line) => line >= 0 && line < lines))
      )
    })
  )
}

/** A batch as it travels: lines as columns, all else as it is. */
export function packBatch(batch: Payload): object {
  return batch.kind === 'logs' ? { ...batch, blocks: packBlocks(batch.blocks) } : batch
}

export function packBlocks(blocks: readonly LogBlock[]): readonly object[] {
  return blocks.map(({ origin, lines }) => ({ origin, columns: packLines(lines) }))
}

/** What somebody says is a batch, with the lines that travelled as columns; or the sentence that says why they are none. */
export function unpackBatch(value: unknown): { readonly batch: unknown } | string {
  if (!isRecord(value) || value.kind !== 'logs' || !Array.isArray(value.blocks)) {
    return { batch: value }
  }
  const blocks: unknown[] = []
  for (const [index, block] of value.blocks.entries()) {
    if (!isRecord(block) || !('columns' in block)) blocks.push(block)
    else {
      const { columns, ...rest } = block
      const lines = unpackLines(columns)
      if (typeof lines === 'string') return `blocks.${index}.${lines}`
      blocks.push({ ...rest, lines })
    }
  }
  return { batch: { ...value, blocks } }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
