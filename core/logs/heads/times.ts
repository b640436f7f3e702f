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

export function readFraction(text: string, from: number, stamp: Stamp): number {
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
export function readOffset(text: string, from: number, stamp: Stamp): number {
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
