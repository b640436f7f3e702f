import { ConfigError } from '../../kit/errors.ts'
import {
  daysOf,
  digits,
  isDigit,
  readFraction,
  readIsoTime,
  readOffset,
  type Stamp,
  type TimeReader,
} from './times.ts'

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
