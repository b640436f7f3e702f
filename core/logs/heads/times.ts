import { ConfigError } from '../../kit/errors.ts'

/** What a time reader found; one object is used again for every line. */
export interface Stamp {
  /** Epoch ms where the text names its offset, else the local time as if it were UTC. */
  ms: number
  zoned: boolean
  /** Only a time of day was there; `ms` counts from midnight. */
  dateless: boolean
}

/** Reads a time that begins at `from`; returns where it ends, or -1 where none is. */
export type TimeReader = (text: string, from: number, stamp: Stamp) => number

const minuteMs = 60_000

/**
 * `yyyy-MM-dd HH:mm:ss` with `T`, `/` for `-`, a fraction after `,` or `.`, an offset or `Z`: what log4j,
 * logback and Python print unless told otherwise, and RFC 3339.
 */
export function readIsoTime(text: string, from: number, stamp: Stamp): number {
  const year = digits(text, from, 4)
  const dash = text.charCodeAt(from + 4)
  if (year < 1_900 || (dash !== 45 && dash !== 47) || text.charCodeAt(from + 7) !== dash) return -1
  const date = daysOf(year, digits(text, from + 5, 2), digits(text, from + 8, 2))
  const between = text.charCodeAt(from + 10)
  if (date === -1 || (between !== 32 && between !== 84)) return -1
  const end = readClock(text, from + 11, stamp)
  if (end === -1) return -1
  stamp.ms += date
  stamp.dateless = false
  return readOffset(text, end, stamp)
}

/** `HH:mm:ss` with a fraction. */
export function readClock(text: string, from: number, stamp: Stamp): number {
  const hour = digits(text, from, 2)
  const minute = digits(text, from + 3, 2)
  const second = digits(text, from + 6, 2)
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60) return -1
  if (text.charCodeAt(from + 2) !== 58 || text.charCodeAt(from + 5) !== 58) return -1
  stamp.ms = ((hour * 60 + minute) * 60 + second) * 1_000
  stamp.zoned = false
  stamp.dateless = true
  const point = text.charCodeAt(from + 8)
  return point === 44 || point === 46 ? readFraction(text, from + 9, stamp) : from + 8
}

function readFraction(text: string, from: number, stamp: Stamp): number {
  let end = from
  let fraction = 0
  for (; end < from + 9 && isDigit(text.charCodeAt(end)); end += 1) {
    if (end < from + 3) fraction = fraction * 10 + text.charCodeAt(end) - 48
  }
  // A point without digits ends a sentence and belongs to no time.
  if (end === from) return from - 1
  stamp.ms += end - from === 1 ? fraction * 100 : end - from === 2 ? fraction * 10 : fraction
  return end
}

/** `Z`, `+01`, `+0100` or `+01:00`, after a space too; nothing there is fine. */
function readOffset(text: string, from: number, stamp: Stamp): number {
  const at = text.charCodeAt(from) === 32 ? from + 1 : from
  const sign = text.charCodeAt(at)
  if (sign === 90 && at === from) {
    stamp.zoned = true
    return at + 1
  }
  if (sign !== 43 && sign !== 45) return from
  const hours = digits(text, at + 1, 2)
  if (hours < 0 || hours > 18) return from
  const colon = text.charCodeAt(at + 3) === 58 ? 1 : 0
  const minutes = digits(text, at + 3 + colon, 2)
  // `10:00:00 -1` is a time and a number; only an offset without a space may lack its minutes.
  if (minutes < 0 && at !== from) return from
  const offsetMs = (hours * 60 + Math.max(minutes, 0)) * minuteMs
  stamp.ms -= sign === 43 ? offsetMs : -offsetMs
  stamp.zoned = true
  return minutes < 0 ? at + 3 : at + 5 + colon
}

/** Days since 1970 in ms; -1 for what is no day. */
export function daysOf(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > 31) return -1
  return Date.UTC(year, month - 1, day)
}

/** The number that `count` digits make; -1 where one of them is none. */
export function digits(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i += 1) {
    const code = text.charCodeAt(i)
    if (!isDigit(code)) return -1
    value = value * 10 + code - 48
  }
  return value
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Formats that log4j2 knows by name. */
const named: Readonly<Record<string, string>> = {
  ABSOLUTE: 'HH:mm:ss,SSS',
  ABSOLUTE_MICROS: 'HH:mm:ss,nnnnnn',
  ABSOLUTE_NANOS: 'HH:mm:ss,nnnnnnnnn',
  ABSOLUTE_PERIOD: 'HH:mm:ss.SSS',
  COMPACT: 'yyyyMMddHHmmssSSS',
  DATE: 'dd MMM yyyy HH:mm:ss,SSS',
  DATE_PERIOD: 'dd MMM yyyy HH:mm:ss.SSS',
  ISO8601_BASIC: "yyyyMMdd'T'HHmmss,SSS",
  ISO8601_BASIC_PERIOD: "yyyyMMdd'T'HHmmss.SSS",
  US_MONTH_DAY_YEAR2_TIME: 'dd/MM/yy HH:mm:ss.SSS',
  US_MONTH_DAY_YEAR4_TIME: 'dd/MM/yyyy HH:mm:ss.SSS',
}

const isoLike = /^y{4}([-/])MM\1dd(?: |'T'|T)HH:mm:ss(?:[.,][Sn]{1,9})?(?: ?(?:Z|X{1,3}|x{1,3}))?$/

/** A reader for the date format of a pattern (`SimpleDateFormat` letters or a name of log4j2). */
export function timeReaderOf(format: string): TimeReader {
  if (format === '' || /^(DEFAULT|ISO8601(?!_BASIC))/.test(format) || isoLike.test(format)) {
    return readIsoTime
  }
  if (format === 'UNIX') return epochReader(1_000)
  if (format === 'UNIX_MILLIS') return epochReader(1)
  return compiledReader(named[format] ?? format)
}

function epochReader(unitMs: number): TimeReader {
  return (text, from, stamp) => {
    let end = from
    while (end < from + 15 && isDigit(text.charCodeAt(end))) end += 1
    if (end - from < 9) return -1
    stamp.ms = digits(text, from, end - from) * unitMs
    stamp.zoned = true
    stamp.dateless = false
    return end
  }
}

/** What the fields of a format set, put together when all are read. */
interface Fields {
  year: number
  month: number
  day: number
  hour: number
  afternoon: boolean | undefined
  minute: number
  second: number
  rest: Stamp
}

type Step = (text: string, at: number, fields: Fields) => number

function compiledReader(format: string): TimeReader {
  const steps = stepsOf(format)
  return (text, from, stamp) => {
    stamp.ms = 0
    stamp.zoned = false
    const fields: Fields = {
      year: -1,
      month: -1,
      day: -1,
      hour: 0,
      afternoon: undefined,
      minute: 0,
      second: 0,
      rest: stamp,
    }
    let at = from
    for (const step of steps) {
      at = step(text, at, fields)
      if (at === -1) return -1
    }
    const date = fields.month === -1 ? 0 : daysOf(fields.year, fields.month, fields.day)
    if (date === -1 || fields.hour > 24 || fields.minute > 59 || fields.second > 60) return -1
    const hour =
      fields.afternoon === undefined
        ? fields.hour
        : (fields.hour % 12) + (fields.afternoon ? 12 : 0)
    stamp.ms += date + ((hour * 60 + fields.minute) * 60 + fields.second) * 1_000
    stamp.dateless = fields.month === -1
    return at
  }
}

function stepsOf(format: string): readonly Step[] {
  const steps: Step[] = []
  for (const [piece] of format.matchAll(/'[^']*'|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    steps.push(stepOf(piece, format))
  }
  return steps
}

function stepOf(piece: string, format: string): Step {
  const letter = piece[0] ?? ''
  if (piece.startsWith("'")) return literal(piece === "''" ? "'" : piece.slice(1, -1))
  if (!/[A-Za-z]/.test(letter)) return literal(piece)
  if (letter === 'M' && piece.length >= 3) return monthName
  const step = letterSteps[letter]
  if (step !== undefined) return step(piece.length)
  throw new ConfigError(
    `the date format '${format}' has the letter '${letter}', which is not understood; write letters of y M d H h a m s S n E z Z X x, or quote it.`,
  )
}

const letterSteps: Readonly<Record<string, (length: number) => Step>> = {
  y: (length) => number(length === 2 ? 2 : 4, 'year', length === 2 ? 2_000 : 0),
  u: (length) => number(length === 2 ? 2 : 4, 'year', length === 2 ? 2_000 : 0),
  M: (length) => number(length, 'month'),
  d: (length) => number(length, 'day'),
  H: (length) => number(length, 'hour'),
  k: (length) => number(length, 'hour'),
  h: (length) => number(length, 'hour'),
  K: (length) => number(length, 'hour'),
  m: (length) => number(length, 'minute'),
  s: (length) => number(length, 'second'),
  S: () => fraction,
  n: () => fraction,
  a: () => halfOfDay,
  E: () => letters,
  z: () => letters,
  Z: () => offset,
  X: () => offset,
  x: () => offset,
}

function literal(expected: string): Step {
  return (text, at) => (text.startsWith(expected, at) ? at + expected.length : -1)
}

/** A field of so many digits; of one or two where the format has a single letter. */
function number(
  length: number,
  field: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second',
  add = 0,
): Step {
  return (text, at, fields) => {
    const count = length === 1 && isDigit(text.charCodeAt(at + 1)) ? 2 : length
    const value = digits(text, at, count)
    if (value === -1) return -1
    fields[field] = value + add
    return at + count
  }
}

const fraction: Step = (text, at, { rest }) => {
  const end = readFraction(text, at, rest)
  return end < at ? -1 : end
}

const offset: Step = (text, at, { rest }) => {
  const end = readOffset(text, at, rest)
  return end === at ? -1 : end
}

const halfOfDay: Step = (text, at, fields) => {
  const half = text.slice(at, at + 2).toLowerCase()
  if (half !== 'am' && half !== 'pm') return -1
  fields.afternoon = half === 'pm'
  return at + 2
}

const monthName: Step = (text, at, fields) => {
  const month = months.indexOf(text.slice(at, at + 3).toLowerCase())
  if (month === -1) return -1
  fields.month = month + 1
  return letters(text, at, fields)
}

/** A name that is not needed: of a day, or of a zone (its offset is the configured zone's). */
const letters: Step = (text, at, fields) => {
  let end = at
  while (end < at + 30 && /[A-Za-z]/.test(text[end] ?? '')) end += 1
  const name = text.slice(at, end)
  if (name === 'UTC' || name === 'GMT') fields.rest.zoned = true
  return end === at ? -1 : end
}
