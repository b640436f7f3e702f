import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { messageOf, SourceError } from '../../core/kit/errors.ts'

/** What a replay may know of a recording's header; the answer sheet in it is never read. */
const Header = z.object({
  src: z.literal('header'),
  id: z.string(),
  begin: z.number(),
  processes: z
    .record(
      z.string(),
      z.object({ prometheus: z.number().optional(), resource_id: z.string().optional() }).loose(),
    )
    .default({}),
})
export type RecordingHeader = z.output<typeof Header>

const Entry = z.discriminatedUnion('src', [
  z.object({
    src: z.literal('rest'),
    t: z.number(),
    path: z.string(),
    status: z.number(),
    body: z.string().optional(),
  }),
  z.object({
    src: z.literal('prom'),
    t: z.number(),
    proc: z.string(),
    status: z.number(),
    ms: z.number().optional(),
    body: z.string().optional(),
    error: z.string().optional(),
  }),
  z.object({
    src: z.literal('kafka'),
    t: z.number(),
    topic: z.string(),
    end: z.array(z.number()).optional(),
  }),
  z.object({
    src: z.literal('log'),
    t: z.number(),
    proc: z.string(),
    file: z.string(),
    line: z.string(),
  }),
])
type Entry = z.output<typeof Entry>
type Answered = Extract<Entry, { src: 'rest' | 'prom' }>

/** One thing that was received: a REST body of a path, or a scrape of a process. */
export interface Received {
  readonly t: number
  readonly status: number
  readonly body: string
  readonly error?: string
}

/** End offsets of a topic by partition. */
export interface RecordedEnds {
  readonly t: number
  readonly end: readonly number[]
}

/** A line of a log, as the recorder read it. */
export interface RecordedLine {
  readonly t: number
  /** Process (`jm`, `tm1` …), and the file that it wrote. */
  readonly proc: string
  readonly file: string
  readonly line: string
}

export interface Recording {
  readonly file: string
  readonly header: RecordingHeader
  /** When the last entry arrived. */
  readonly endAt: number
  /** By path without its query, in order of arrival. */
  readonly rest: ReadonlyMap<string, readonly Received[]>
  /** By process (`jm`, `tm1` …), in order of arrival. */
  readonly scrapes: ReadonlyMap<string, readonly Received[]>
  /** By topic, in order of arrival; without the looks that its brokers did not answer. */
  readonly offsets: ReadonlyMap<string, readonly RecordedEnds[]>
  /** In order of arrival. */
  readonly logs: readonly RecordedLine[]
}

/**
 * Reads a recording (gzip'd NDJSON, see the lab's README) into memory.
 * @throws SourceError that names file and line of what cannot be read
 */
export async function readRecording(file: string): Promise<Recording> {
  const rest = new Map<string, Received[]>()
  const scrapes = new Map<string, Received[]>()
  const offsets = new Map<string, RecordedEnds[]>()
  const logs: RecordedLine[] = []
  let header: RecordingHeader | undefined
  let endAt = 0
  let line = 0
  try {
    const raw = createReadStream(file)
    const lines = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
    raw.on('error', (error) => lines.destroy(error))
    for await (const text of createInterface({
      input: lines,
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      line++
      if (text === '') continue
      if (!header) {
        header = Header.parse(JSON.parse(text))
        continue
      }
      if (!isWanted(text)) {
        JSON.parse(text)
        continue
      }
      const entry = Entry.parse(JSON.parse(text))
      if (entry.src === 'log') {
        logs.push(entry)
        continue
      }
      endAt = Math.max(endAt, entry.t)
      if (entry.src === 'kafka') {
        if (entry.end) append(offsets, entry.topic, { t: entry.t, end: entry.end })
      } else if (entry.src === 'rest') append(rest, withoutQuery(entry.path), received(entry))
      else append(scrapes, entry.proc, received(entry))
    }
  } catch (cause) {
    throw unreadable(file, line, cause)
  }
  if (!header) throw unreadable(file, 1, new Error('it is empty'))
  if (endAt === 0) throw unreadable(file, line, new Error('it holds no REST answer and no scrape'))
  return { file, header, endAt, rest, scrapes, offsets, logs }
}

/** Many lines are tables of processes, which no source reads: told by their beginning. */
function isWanted(line: string): boolean {
  return /"src":"(rest|prom|kafka|log)"/.test(line.slice(0, 60))
}

function received(entry: Answered): Received {
  const error = entry.src === 'prom' ? entry.error : undefined
  return {
    t: entry.t,
    status: entry.status,
    body: entry.body ?? '',
    ...(error === undefined ? {} : { error }),
  }
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

export function withoutQuery(path: string): string {
  return path.split('?', 1)[0] ?? path
}

function unreadable(file: string, line: number, cause: unknown): SourceError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT')
    return new SourceError(`There is no recording ${file}.`, { code: 'source-recording', cause })
  const why =
    code === 'Z_BUF_ERROR'
      ? `the gzip data ends in the middle, after line ${line}: the file is cut short`
      : code === 'Z_DATA_ERROR'
        ? 'it is not gzip, or damaged'
        : cause instanceof z.ZodError
          ? `line ${line} is no entry of a recording (${cause.issues[0]?.path.join('.')}: ${cause.issues[0]?.message})`
          : `line ${line}: ${messageOf(cause)}`
  return new SourceError(`The recording ${file} cannot be read: ${why}.`, {
    code: 'source-recording',
    cause,
  })
}
