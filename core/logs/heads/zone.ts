import { ConfigError } from '../../kit/errors.ts'

/** Turns a local time (epoch ms as if it were UTC) into epoch ms. */
export type Zone = (localMs: number) => number

const quarterMs = 15 * 60_000
const dayMs = 86_400_000

/**
 * The clock of an IANA zone. An hour that comes twice in autumn is taken as the first; an hour that is
 * skipped in spring as if it had not been.
 */
export function zoneOf(name: string): Zone {
  if (name === 'UTC' || name === 'GMT' || name === 'Z') return (localMs) => localMs
  const offsetAt = offsetsOf(name)
  let slot = Number.NaN
  let offsetMs = 0
  return (localMs) => {
    // Offsets change at quarters of an hour only, and lines of one moment stand together.
    const now = Math.floor(localMs / quarterMs)
    if (now !== slot) {
      slot = now
      offsetMs = localOffset(offsetAt, now * quarterMs)
    }
    return localMs - offsetMs
  }
}

function localOffset(offsetAt: (ms: number) => number, localMs: number): number {
  const before = offsetAt(localMs - dayMs)
  const after = offsetAt(localMs + dayMs)
  if (offsetAt(localMs - before) === before) return before
  return offsetAt(localMs - after) === after ? after : before
}

function offsetsOf(zone: string): (ms: number) => number {
  const format = formatOf(zone)
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
    const local = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    )
    return local - Math.floor(ms / 1_000) * 1_000
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (cause) {
    throw new ConfigError(
      `'${zone}' is no time zone that this system knows; write an IANA name such as Europe/Berlin.`,
      { cause },
    )
  }
}
