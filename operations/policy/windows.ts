import { Cron } from 'croner'
import { z } from 'zod'

/** A stretch of time that comes back: it begins when the cron expression says, and lasts. */
export const stretchConfig = z
  .strictObject({
    from: z
      .string()
      .describe('When it begins: minute hour day month weekday, such as "0 22 * * 1-5".'),
    lastsMs: z
      .int()
      .min(60_000)
      .max(366 * 86_400_000)
      .describe('How long it lasts from there.'),
    zone: z.string().default('UTC').describe('Whose clock is meant, such as Europe/Berlin.'),
  })
  .superRefine(({ from, zone }, context) => {
    const problem = (path: 'from' | 'zone', message: string) =>
      // Nothing that is asked of whole policies can be asked of a stretch that is none.
      context.addIssue({ code: 'custom', path: [path], message, continue: false })
    if (!isZone(zone)) {
      problem('zone', 'must be a time zone such as Europe/Berlin or Asia/Shanghai')
    } else if (!isCron(from)) {
      problem('from', 'must be a cron expression of five parts, such as "0 22 * * 1-5"')
    } else if (startAfter({ from, zone }, REFERENCE_AT) === undefined) {
      problem('from', `never begins: no date is "${from}"`)
    }
  })
export type Stretch = Readonly<z.output<typeof stretchConfig>>

/** Whether one of the stretches covers the moment. */
export function covers(stretches: readonly Stretch[], at: number): boolean {
  return endOf(stretches, at) !== undefined
}

/** When the stretches that cover the moment are over; undefined when none does. */
function endOf(stretches: readonly Stretch[], at: number): number | undefined {
  const ends = stretches.flatMap((stretch) => {
    const begunAt = startAt(stretch, at)
    return begunAt !== undefined && at < begunAt + stretch.lastsMs
      ? [begunAt + stretch.lastsMs]
      : []
  })
  return ends.length === 0 ? undefined : Math.max(...ends)
}

/** A moment to ask from whether a stretch ever comes: a leap year follows within four. */
const REFERENCE_AT = Date.UTC(2027, 0, 1)
const LOOKED_AHEAD_MS = 4 * 366 * 86_400_000
/** Beginnings looked at, at least one a day for all of that time; what is not known after them may open. */
const MOST_BEGINNINGS = 1_500

/**
 * Whether there is any moment within the windows (no windows: at any time) and outside of what is excluded. What
 * begins so often that it cannot be looked at in full counts as open: only what surely never opens is a mistake.
 */
export function everOpens(windows: readonly Stretch[], excluded: readonly Stretch[]): boolean {
  if (windows.length === 0) return opensWithin(REFERENCE_AT, LOOKED_AHEAD_MS, excluded)
  return windows.some((window) => {
    let begunAt = startAfter(window, REFERENCE_AT)
    for (let n = 0; n < MOST_BEGINNINGS; n++) {
      if (begunAt === undefined || begunAt > REFERENCE_AT + LOOKED_AHEAD_MS) return false
      if (opensWithin(begunAt, window.lastsMs, excluded)) return true
      begunAt = startAfter(window, begunAt)
    }
    return true
  })
}

function opensWithin(fromAt: number, lastsMs: number, excluded: readonly Stretch[]): boolean {
  let at = fromAt
  for (let n = 0; n < MOST_BEGINNINGS; n++) {
    if (at >= fromAt + lastsMs) return false
    const untilAt = endOf(excluded, at)
    if (untilAt === undefined) return true
    at = untilAt
  }
  return true
}

/** Reading an expression costs far more than asking it. */
const known = new Map<string, Cron>()

function cronOf({ from, zone }: Pick<Stretch, 'from' | 'zone'>): Cron {
  const key = `${zone} ${from}`
  const cron = known.get(key) ?? new Cron(from, { timezone: zone, mode: '5-part', paused: true })
  known.set(key, cron)
  return cron
}

/** The newest beginning at or before a moment. croner leaves out the second it is asked at. */
function startAt(stretch: Stretch, at: number): number | undefined {
  const [before] = cronOf(stretch).previousRuns(1, new Date(at + 1_000))
  return before && before.getTime() <= at ? before.getTime() : undefined
}

function startAfter(stretch: Pick<Stretch, 'from' | 'zone'>, at: number): number | undefined {
  return cronOf(stretch).nextRun(new Date(at))?.getTime()
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

function isCron(from: string): boolean {
  try {
    cronOf({ from, zone: 'UTC' })
    return true
  } catch {
    return false
  }
}
