import { z } from 'zod'

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00')

/** A stretch of the week in which a route holds back what fires. */
export const muteConfig = z.strictObject({
  days: z
    .array(z.enum(weekdays))
    .min(1)
    .default([...weekdays])
    .describe('Days on which the stretch begins.'),
  from: timeOfDay,
  to: timeOfDay.describe('Earlier than "from" means the next day; the same means a whole day.'),
  zone: z
    .string()
    .refine(isZone, 'must be a time zone such as Europe/Berlin or Asia/Shanghai')
    .default('UTC'),
})
export type MuteTime = Readonly<z.output<typeof muteConfig>>

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** Whether any of the stretches covers the moment, on the clocks of its zone. */
export function isMuted(times: readonly MuteTime[], at: number): boolean {
  return times.some((time) => covers(time, at))
}

function covers({ days, from, to, zone }: MuteTime, at: number): boolean {
  const { day, minute } = localTime(zone, at)
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  if (begin < end) return days.includes(weekday(day)) && minute >= begin && minute < end
  const since = days.includes(weekday(day)) && minute >= begin
  // The rest of a stretch that began yesterday.
  return since || (days.includes(weekday(day + 6)) && minute < end)
}

const weekday = (day: number) => weekdays[day % 7] ?? 'sun'

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * 60 + minutes
}

/** Making a format costs far more than asking it. */
const formats = new Map<string, Intl.DateTimeFormat>()

function localTime(zone: string, at: number): { readonly day: number; readonly minute: number } {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    })
  formats.set(zone, format)
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const names: readonly string[] = weekdays
  const day = names.indexOf(parts.weekday?.toLowerCase() ?? '')
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) }
}
