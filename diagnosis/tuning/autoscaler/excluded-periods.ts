import { Cron } from 'croner'

/**
 * Periods in which the autoscaler holds still: a day's `HH:mm:ss-HH:mm:ss`, a Quartz cron expression, or one of each
 * joined by `&&` (CalendarUtils). Times are those of `timezone`.
 */
export function inExcludedPeriod(expression: string, at: number, timezone = 'UTC'): boolean {
  return partsOf(expression).every((part) => {
    const daily = dailyOf(part)
    if (daily) return isWithin(daily, at, timezone)
    return cronOf(part, timezone)?.match(new Date(at)) ?? false
  })
}

/** Undefined where the expression is fine, else what is wrong with it. */
export function excludedPeriodProblem(expression: string): string | undefined {
  const parts = partsOf(expression)
  const kinds = parts.map((part) => (dailyOf(part) ? 'daily' : cronOf(part) ? 'cron' : undefined))
  if (kinds.includes(undefined))
    return `"${expression}" is neither a time of day (HH:mm:ss-HH:mm:ss, the end after the begin) nor a Quartz cron expression`
  if (parts.length > 2 || (parts.length === 2 && kinds[0] === kinds[1]))
    return `"${expression}": && joins one time of day and one cron expression`
  return undefined
}

const partsOf = (expression: string) => expression.split('&&').map((part) => part.trim())

interface Daily {
  readonly fromMs: number
  readonly toMs: number
}

/** Quartz' DailyCalendar: `HH:mm[:ss[:SSS]]` twice; the end is after the begin, so a night needs two periods. */
function dailyOf(part: string): Daily | undefined {
  const [from, to, ...rest] = part.split('-').map(timeOfDayMs)
  if (from === undefined || to === undefined || rest.length > 0 || from >= to) return undefined
  return { fromMs: from, toMs: to }
}

function timeOfDayMs(text: string): number | undefined {
  const [, hours, minutes, seconds = '0', millis = '0'] =
    /^\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?::(\d{1,3}))?)?\s*$/.exec(text) ?? []
  if (hours === undefined || minutes === undefined) return undefined
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)]
  return h < 24 && m < 60 && s < 60 ? ((h * 60 + m) * 60 + s) * 1000 + Number(millis) : undefined
}

function isWithin({ fromMs, toMs }: Daily, at: number, timezone: string): boolean {
  const clock = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: timezone, hourCycle: 'h23' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  }).format(at)
  const timeMs = (timeOfDayMs(clock) ?? 0) + (((at % 1000) + 1000) % 1000)
  return timeMs >= fromMs && timeMs <= toMs
}

/** Quartz: seconds first, Sunday is 1, and exactly one of day-of-month and day-of-week is `?`. */
function cronOf(part: string, timezone = 'UTC'): Cron | undefined {
  const fields = part.split(/\s+/)
  if (fields.length < 6 || fields.length > 7) return undefined
  if ((fields[3] === '?') === (fields[5] === '?')) return undefined
  const pattern = fields.map((field) => (field === '?' ? '*' : field)).join(' ')
  try {
    return new Cron(pattern, {
      paused: true,
      timezone,
      alternativeWeekdays: true,
      sloppyRanges: true,
    })
  } catch {
    return undefined
  }
}
