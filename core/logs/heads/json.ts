import { type Head, type HeadReader, levelOf } from './head.ts'
import { instantOf } from './pattern.ts'
import { readIsoTime, type Stamp } from './times.ts'
import type { Zone } from './zone.ts'

/**
 * Where layouts keep a field: log4j's JsonTemplateLayout (ECS, GELF, GCP, logstash), its older JsonLayout,
 * logback's encoders and Python's. A dot is a key with a dot or an object within, as ECS comes in both.
 */
const places = {
  time: ['@timestamp', 'timestamp', 'time', 'instant', 'timeMillis', 'ts', 'asctime', 'datetime'],
  level: ['log.level', 'level', 'severity', 'levelname', 'log_level', 'lvl'],
  logger: ['log.logger', 'logger_name', 'loggerName', 'logger', '_logger', 'name', 'category'],
  thread: ['process.thread.name', 'thread_name', 'threadName', 'thread', '_thread'],
  message: ['message', 'msg', 'short_message', 'log', 'text'],
  stack: [
    'error.stack_trace',
    'stack_trace',
    'exception.stacktrace',
    'exception.stack_trace',
    'thrown.extendedStackTrace',
    'stackTrace',
    'stacktrace',
    'exc_info',
    'exception',
    '_exception.stack_trace',
    'full_message',
    'throwable',
  ],
  exception: ['error.type', 'exception.exception_class', 'thrown.name', '_exception.class'],
  exceptionMessage: ['error.message', 'exception.exception_message', 'thrown.message'],
} as const

/** Reads lines of JSON layouts: one object a line. A line that is no such object is no head. */
export function jsonReader(zone: Zone): HeadReader {
  const stamp: Stamp = { ms: 0, zoned: false, dateless: false }
  return (line, near) => {
    const event = parsed(line)
    if (event === undefined) return undefined
    const message = textAt(event, places.message)
    const level = levelIn(event)
    const at = timeIn(event, stamp, zone, near)
    // Any program may print an object; one without level and time is text.
    if (message === undefined || (level === undefined && at === undefined)) return undefined
    const logger = textAt(event, places.logger)
    const thread = textAt(event, places.thread)
    const stack = stackIn(event, message)
    return {
      message,
      closed: true,
      ...(at !== undefined && { at }),
      ...(level && { level }),
      ...(logger && { logger }),
      ...(thread && { thread }),
      ...(stack && { stack }),
    } satisfies Head
  }
}

function parsed(line: string): object | undefined {
  if (!line.trimEnd().endsWith('}')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function valueAt(event: object, path: string): unknown {
  if (Object.hasOwn(event, path)) return Reflect.get(event, path)
  const dot = path.indexOf('.')
  if (dot === -1) return undefined
  const inner: unknown = valueAt(event, path.slice(0, dot))
  return typeof inner === 'object' && inner !== null
    ? valueAt(inner, path.slice(dot + 1))
    : undefined
}

function textAt(event: object, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const value = valueAt(event, path)
    if (typeof value === 'string') return value
  }
  return undefined
}

/** GELF and log4j's syslog severities are numbers: 0 emergency … 7 debug. */
const syslogLevels = ['FATAL', 'FATAL', 'FATAL', 'ERROR', 'WARN', 'INFO', 'INFO', 'DEBUG'] as const

function levelIn(event: object): Head['level'] {
  for (const path of places.level) {
    const value = valueAt(event, path)
    const level = typeof value === 'string' ? levelOf(value) : syslogLevels[Number(value)]
    if (level !== undefined) return level
  }
  return undefined
}

function timeIn(event: object, stamp: Stamp, zone: Zone, near: number): number | undefined {
  for (const path of places.time) {
    const value = valueAt(event, path)
    if (typeof value === 'number') return epochMsOf(value)
    if (typeof value === 'string') {
      if (readIsoTime(value, 0, stamp) > 0) return instantOf(stamp, zone, near)
      if (/^\d{9,16}(\.\d{1,9})?$/.test(value)) return epochMsOf(Number(value))
    }
    const seconds = instantSeconds(value)
    if (seconds !== undefined) return epochMsOf(seconds)
  }
  return undefined
}

/** Seconds or milliseconds since 1970: no log is from before 2001 when read as ms. */
function epochMsOf(value: number): number {
  return Math.floor(value < 1e12 / 10 ? value * 1_000 : value)
}

function instantSeconds(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const seconds = valueAt(value, 'epochSecond')
  const nanos = valueAt(value, 'nanoOfSecond')
  if (typeof seconds !== 'number') return undefined
  return seconds + (typeof nanos === 'number' ? Math.floor(nanos / 1e6) / 1_000 : 0)
}

function stackIn(event: object, message: string): string | undefined {
  const stack = textAt(event, places.stack)
  if (stack !== undefined && stack !== message) return stack
  const name = textAt(event, places.exception)
  const text = textAt(event, places.exceptionMessage)
  if (name === undefined) return undefined
  return text === undefined ? name : `${name}: ${text}`
}
