/** Numbers as the page writes them: a no-break space before the unit, `–` for what is unknown. */

export const UNKNOWN = '–'
const SPACE = '\u00a0'

export function score(value: number | null): string {
  return value === null ? UNKNOWN : value.toFixed(1)
}

/** Points lost, with a true minus. */
export function points(value: number): string {
  return `−${value.toFixed(1)}`
}

export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? UNKNOWN : `${Math.round(share * 100)}${SPACE}%`
}

/** Three significant digits, `41.8 k/s`. */
export function rate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return UNKNOWN
  for (const [limit, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (perSecond >= limit) return `${significant(perSecond / limit)}${SPACE}${unit}/s`
  }
  return `${significant(perSecond)}${SPACE}/s`
}

function significant(value: number): string {
  if (value >= 100) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let index = 0
  let rest = value
  while (rest >= 1024 && index < units.length - 1) {
    rest /= 1024
    index++
  }
  return `${rest >= 100 || index === 0 ? Math.round(rest) : rest.toFixed(1)}${SPACE}${units[index]}`
}

/** At most two units; from ten minutes on no seconds. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}${SPACE}ms`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds}${SPACE}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return `${minutes}${SPACE}min ${seconds % 60}${SPACE}s`
  if (minutes < 60) return `${minutes}${SPACE}min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours}${SPACE}h ${minutes % 60}${SPACE}min`
  return `${Math.floor(hours / 24)}${SPACE}d ${hours % 24}${SPACE}h`
}

export function clockTime(at: number, withSeconds = false): string {
  const date = new Date(at)
  const parts = [date.getHours(), date.getMinutes(), ...(withSeconds ? [date.getSeconds()] : [])]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}

/** A time of day, with its date where that is not the day of `now`. */
export function moment(at: number, now: number): string {
  const date = new Date(at)
  if (date.toDateString() === new Date(now).toDateString()) return clockTime(at)
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, '0'))
  return `${month}-${day}${SPACE}${clockTime(at)}`
}

/** Whether minutes are too coarse for the ticks of an axis over this span: several would read the same. */
export const isShort = (from: number, to: number): boolean => to - from < 8 * 60_000
