import type { LogQuery } from '../logs/query/query.ts'
import {
  type LogCount,
  type LogFile,
  type LogLevel,
  type LogLine,
  type LogOrigin,
  type LogPattern,
  type LogPlace,
  logLevels,
  type StoredLine,
} from '../model/logs.ts'
import { conditionOf } from './log-query.ts'
import type { Store } from './open.ts'
import { selectRows } from './rows.ts'
import type { Span } from './series.ts'

/** Whose lines: a job's own, and of processes that belong to many jobs those files that are the job's too. */
export interface LogScope extends Span {
  /** Absent: everybody's. */
  readonly owner?: string
  readonly shared?: { readonly owner: string; readonly files: readonly string[] }
}

/** Beyond it nobody reads on, and a question must have an end. */
const MOST_LINES = 10_000
const LONGEST_SECONDS = 20

const columns = `owner, toUnixTimestamp64Milli(at) AS at, file, toFloat64(offset) AS offset, bytes, pod, attempt, stream, timed, level, logger,
  thread, body, messageLength, exception, rootCause, frame, template, signature, cutBytes, redacted`

interface Row {
  readonly owner: string
  readonly at: string | number
  readonly file: string
  readonly offset: number
  readonly bytes: number
  readonly pod: string
  readonly attempt: number
  readonly stream: LogLine['stream']
  readonly timed: LogLine['timed']
  readonly level: LogLevel | ''
  readonly logger: string
  readonly thread: string
  readonly body: string
  readonly messageLength: number
  readonly exception: string
  readonly rootCause: string
  readonly frame: string
  readonly template: string
  readonly signature: string
  readonly cutBytes: number
  readonly redacted: number
}

/**
 * Lines of a scope that meet the condition, newest first (`older`) or oldest first (`newer`), from a place on
 * that is not among them. A repeat that the table has not folded yet is there once.
 */
export async function readLogLines(
  store: Store,
  scope: LogScope,
  {
    query,
    limit,
    from,
    towards = 'older',
  }: {
    readonly query?: LogQuery | undefined
    readonly limit: number
    readonly from?: Pick<LogPlace, 'at' | 'file' | 'offset'>
    readonly towards?: 'older' | 'newer'
  },
): Promise<StoredLine[]> {
  const where = conditionOf(query)
  const [sign, order] = towards === 'older' ? ['<', 'DESC'] : ['>', 'ASC']
  const beyond = from
    ? `AND (logs.at, file, logs.offset) ${sign} (fromUnixTimestamp64Milli({placeAt:Int64}), {placeFile:String}, {placeOffset:UInt64})`
    : ''
  const place = from && { placeAt: from.at, placeFile: from.file, placeOffset: from.offset }
  const rows = await ask<Row>(
    store,
    `SELECT ${columns} FROM logs
     WHERE ${scopeSql(scope)} AND ${where.sql} ${beyond}
     ORDER BY ${scope.owner === undefined ? '' : `logs.owner ${order}, `}logs.at ${order}, file ${order}, logs.offset ${order}
     LIMIT 1 BY logs.owner, file, logs.offset
     LIMIT {limit:UInt32}`,
    { ...paramsOf(scope), ...where.params, ...place, limit: Math.min(limit, MOST_LINES) },
  )
  const lines = rows.map(storedLine)
  if (!scope.shared) return lines
  const later = (a: LogPlace, b: LogPlace) =>
    b.at - a.at || (a.file < b.file ? 1 : a.file > b.file ? -1 : b.offset - a.offset)
  return lines.sort((a, b) => (towards === 'older' ? later(a, b) : later(b, a))).slice(0, limit)
}

/** A line of facts is shown in part; its begin, and that of its stack, say what it is about. */
const TOLD_CHARACTERS = 30_000

/**
 * Lines of these owners that tell something: one of these signatures, or any exception. Newest first, and of each
 * owner, signature and exception only so many: what is written again and again is told as well by a few. A repeat
 * that the table has not folded yet may be there twice.
 */
export async function readTellingLines(
  store: Store,
  owners: readonly string[],
  {
    from,
    to,
    signatures,
    exceptions,
    most,
  }: Span & { signatures: readonly string[]; exceptions: boolean; most: number },
): Promise<StoredLine[]> {
  const rows = await ask<Row>(
    store,
    `SELECT ${columns.replace(' body,', ' leftUTF8(logs.body, {characters:UInt32}) AS body,')} FROM logs
     WHERE logs.owner IN {owners:Array(String)}
       AND logs.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
       AND (${exceptions ? "logs.exception != '' OR " : ''}logs.signature IN {signatures:Array(String)})
     ORDER BY logs.at DESC, file DESC, logs.offset DESC
     LIMIT {most:UInt32} BY logs.owner, logs.signature, logs.exception`,
    { owners, from, to, signatures, most, characters: TOLD_CHARACTERS },
  )
  return rows.map(storedLine)
}

/** The lines around one of the same file: `before` and `after` it, oldest first, and itself. */
export async function readLogContext(
  store: Store,
  { owner, at, file, offset }: LogPlace,
  { before, after }: { readonly before: number; readonly after: number },
): Promise<{ readonly lines: readonly StoredLine[]; readonly found: boolean }> {
  const side = (towards: 'older' | 'newer', limit: number) =>
    ask<Row>(
      store,
      `SELECT ${columns} FROM logs
       WHERE owner = {owner:String} AND file = {file:String}
         AND logs.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
         AND logs.offset ${towards === 'older' ? '<=' : '>'} {offset:UInt64}
       ORDER BY logs.offset ${towards === 'older' ? 'DESC' : 'ASC'}
       LIMIT 1 BY logs.offset LIMIT {limit:UInt32}`,
      {
        ...{ owner, file, offset, limit: Math.min(limit, MOST_LINES) },
        // A file's times grow with its offsets, but for clocks that were set: an hour of slack.
        from: towards === 'older' ? at - CONTEXT_SPAN_MS : at - SLACK_MS,
        to: towards === 'older' ? at + SLACK_MS : at + CONTEXT_SPAN_MS,
      },
    )
  const [older, newer] = await Promise.all([side('older', before + 1), side('newer', after)])
  const lines = [...older.reverse(), ...newer].map(storedLine)
  return { lines, found: lines.some((line) => line.offset === offset) }
}

const SLACK_MS = 3_600_000
const CONTEXT_SPAN_MS = 24 * 3_600_000

export function countLogLines(
  store: Store,
  scope: LogScope,
  { query, stepMs }: { readonly query?: LogQuery | undefined; readonly stepMs: number },
): Promise<LogCount[]> {
  const where = conditionOf(query)
  return ask<LogCount>(
    store,
    `SELECT toFloat64(intDiv(toUnixTimestamp64Milli(logs.at), {step:Int64}) * {step:Int64}) AS at, level,
            toFloat64(uniqExact(file, logs.offset)) AS lines
     FROM logs WHERE ${scopeSql(scope)} AND ${where.sql}
     GROUP BY 1, level ORDER BY 1, level`,
    { ...paramsOf(scope), ...where.params, step: stepMs },
  )
}

export async function readLogPatterns(
  store: Store,
  scope: LogScope,
  { query, steps, limit }: { query?: LogQuery | undefined; steps: number; limit: number },
): Promise<LogPattern[]> {
  const where = conditionOf(query)
  const stepMs = Math.max(1, Math.ceil((scope.to - scope.from + 1) / steps))
  const counted = await ask<{ template: string; step: number; lines: number; total: number }>(
    store,
    `SELECT template, step, lines, sum(lines) OVER (PARTITION BY template) AS total FROM (
       SELECT template, toUInt32(intDiv(toUnixTimestamp64Milli(logs.at) - {from:Int64}, {stepMs:Int64})) AS step,
              toFloat64(uniqExact(file, logs.offset)) AS lines
       FROM logs WHERE ${scopeSql(scope)} AND ${where.sql}
       GROUP BY template, step
     ) ORDER BY total DESC, template, step LIMIT {rows:UInt32}`,
    { ...paramsOf(scope), ...where.params, stepMs, rows: limit * steps },
  )
  const courses = new Map<string, number[]>()
  for (const { template, step, lines } of counted) {
    const course = courses.get(template) ?? new Array<number>(steps).fill(0)
    course[Math.min(step, steps - 1)] = lines
    courses.set(template, course)
  }
  const templates = [...courses.keys()].slice(0, limit)
  const told = await ask<Omit<LogPattern, 'lines' | 'course'>>(
    store,
    `SELECT template, any(example) AS example, any(level) AS level, any(logger) AS logger, any(signature) AS signature,
            toFloat64(toUnixTimestamp64Milli(min(log_patterns.firstAt))) AS firstAt
     FROM log_patterns WHERE (owner IN {owners:Array(String)} OR empty({owners:Array(String)})) AND template IN {templates:Array(String)}
     GROUP BY template`,
    { owners: ownersOf(scope), templates },
  )
  const known = new Map(told.map((pattern) => [pattern.template, pattern]))
  return templates.flatMap((template) => {
    const [pattern, course = []] = [known.get(template), courses.get(template)]
    return pattern ? [{ ...pattern, course, lines: course.reduce((a, b) => a + b, 0) }] : []
  })
}

/** The files of these owners that have lines in the span, the newest first: also those of pods that are long gone. */
export async function readLogFiles(
  store: Store,
  owners: readonly string[],
  { from, to }: Span,
): Promise<LogFile[]> {
  const rows = await ask<{ origin: string; first: number; last: number }>(
    store,
    `SELECT known.origin AS origin, toFloat64(toUnixTimestamp64Milli(seen.first)) AS first,
            toFloat64(toUnixTimestamp64Milli(seen.last)) AS last
     FROM (SELECT logs.owner AS owner, logs.file AS file, min(logs.at) AS first, max(logs.at) AS last FROM logs
           WHERE logs.owner IN {owners:Array(String)}
             AND logs.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
           GROUP BY owner, file) AS seen
     INNER JOIN (SELECT log_files.owner AS owner, log_files.file AS file, anyLast(log_files.origin) AS origin FROM log_files
                 WHERE log_files.owner IN {owners:Array(String)} GROUP BY owner, file) AS known
       ON seen.owner = known.owner AND seen.file = known.file
     ORDER BY seen.last DESC LIMIT {limit:UInt32}`,
    { owners, from, to, limit: MOST_LINES },
  )
  return rows.map(({ origin, first, last }) => ({
    origin: JSON.parse(origin) as LogOrigin, // As `writeLogs` wrote it.
    firstAt: first,
    lastAt: last,
  }))
}

function ask<T>(
  store: Store,
  query: string,
  params: Readonly<Record<string, unknown>>,
): Promise<T[]> {
  return selectRows<T>(store, `${query} SETTINGS max_execution_time = ${LONGEST_SECONDS}`, params)
}

function scopeSql({ owner, shared }: LogScope): string {
  const own = owner === undefined ? '1' : 'logs.owner = {owner:String}'
  const both = shared
    ? `(${own} OR (logs.owner = {sharedOwner:String} AND file IN {sharedFiles:Array(String)}))`
    : own
  return `${both} AND logs.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})`
}

function paramsOf({ owner, shared, from, to }: LogScope) {
  return {
    ...{ from, to },
    ...(owner !== undefined && { owner }),
    ...(shared && { sharedOwner: shared.owner, sharedFiles: shared.files }),
  }
}

const ownersOf = ({ owner, shared }: LogScope) => [owner, shared?.owner].flatMap((one) => one ?? [])

function storedLine(row: Row): StoredLine {
  const { owner, file, offset, pod, attempt } = row
  const message = row.body.slice(0, row.messageLength)
  const stack = row.body.length > row.messageLength ? row.body.slice(row.messageLength + 1) : ''
  const at = Number(row.at)
  return {
    ...{ owner, at, file, offset, pod, attempt },
    line: {
      ...{ stream: row.stream, offset, bytes: row.bytes, at, timed: row.timed },
      ...(isLevel(row.level) && { level: row.level }),
      ...present('logger', row.logger),
      ...present('thread', row.thread),
      message,
      ...present('stack', stack),
      ...present('exception', row.exception),
      ...present('rootCause', row.rootCause),
      ...present('frame', row.frame),
      template: row.template,
      ...present('signature', row.signature),
      ...(row.cutBytes > 0 && { cutBytes: row.cutBytes }),
      ...(row.redacted > 0 && { redacted: row.redacted }),
    },
  }
}

function present<K extends string>(key: K, value: string): Partial<Record<K, string>> {
  return value === '' ? {} : ({ [key]: value } as Record<K, string>) // One key, as named.
}

function isLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text)
}
