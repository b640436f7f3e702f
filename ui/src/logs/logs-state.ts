import { signal } from '@preact/signals'
import type { JobDetail } from '../../../core/api/public.ts'
import type {
  LastLines,
  LogContext,
  LogHistogram,
  LogLivesPage,
  LogPage,
  LogPatternsPage,
} from '../../../core/api/public-logs.ts'
import type { LogPlace } from '../../../core/model/logs.ts'
import { getJson } from '../api/fetch.ts'
import { type Poller, poller } from '../api/poller.ts'

/** What the page asks for; all of it stands in the address. */
export interface Question {
  readonly q: string
  readonly rangeMs: number
  /** A stretch that was picked in the histogram, instead of the newest `rangeMs`. */
  readonly picked: { readonly from: number; readonly to: number } | undefined
}

export const RANGES = {
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
}
const DEFAULT_RANGE = RANGES['1h']

export function questionOf(query: URLSearchParams): Question {
  const rangeMs = Object.entries(RANGES).find(([name]) => name === query.get('range'))?.[1]
  const [from, to] = (query.get('span') ?? '').split('-').map(Number)
  return {
    q: query.get('lq') ?? '',
    rangeMs: rangeMs ?? DEFAULT_RANGE,
    picked: from && to && from < to ? { from, to } : undefined,
  }
}

/** Everything that the page shows, read at one moment. */
export interface LogsLook {
  readonly detail: JobDetail
  readonly page: LogPage
  readonly histogram: LogHistogram
  readonly patterns: LogPatternsPage
  readonly lives: LogLivesPage
  /** The newest life that ended, with what one reads first of it. */
  readonly last: LastLines | undefined
}

const HISTOGRAM_STEPS = 120

/** `job` is percent-encoded, as in the path. */
export function logsPoller(job: string, { q, rangeMs, picked }: Question): Poller<LogsLook> {
  const path = `/api/v1/jobs/${job}`
  return poller(async (signal) => {
    const now = Date.now()
    const whole = { from: String(now - rangeMs), to: String(now) }
    const span = picked ? { from: String(picked.from), to: String(picked.to) } : whole
    const ask = <T>(what: string, params: Record<string, string>) =>
      getJson<T>(`${path}/logs${what}?${new URLSearchParams(params)}`, signal)
    const [detail, page, histogram, patterns, lives] = await Promise.all([
      getJson<JobDetail>(path, signal),
      ask<LogPage>('', { q, ...span }),
      ask<LogHistogram>('/histogram', { q, ...whole, steps: String(HISTOGRAM_STEPS) }),
      ask<LogPatternsPage>('/patterns', { q, ...span }),
      ask<LogLivesPage>('/lives', { from: String(now - RANGES['7d']), to: String(now) }),
    ])
    const ended = lives.items.find(({ end }) => end !== undefined)
    const last =
      ended &&
      (await ask<LastLines>('/last', {
        ...{ pod: ended.pod, attempt: String(ended.attempt), limit: '3' },
        ...{ from: String(ended.firstAt), to: String(Math.max(ended.lastAt, now)) },
      }).catch(() => undefined))
    return { detail, page, histogram, patterns, lives, last }
  })
}

/** Older lines than those on the page. */
export function readOlder(
  job: string,
  { q, rangeMs, picked }: Question,
  cursor: string,
): Promise<LogPage> {
  const now = Date.now()
  const { from, to } = picked ?? { from: now - rangeMs, to: now }
  const params = new URLSearchParams({ q, from: String(from), to: String(to), cursor })
  return getJson<LogPage>(`/api/v1/jobs/${job}/logs?${params}`)
}

/** The line whose surroundings are open; it stands in the address too, so that a link leads to it. */
export function readContext(job: string, place: LogPlace): Promise<LogContext> {
  const params = new URLSearchParams({
    ...{ owner: place.owner, at: String(place.at), file: place.file },
    ...{ offset: String(place.offset), before: '6', after: '9' },
  })
  return getJson<LogContext>(`/api/v1/jobs/${job}/logs/context?${params}`)
}

export const placeText = ({ owner, at, file, offset }: LogPlace): string =>
  [at, offset, encodeURIComponent(file), encodeURIComponent(owner)].join(':')

export function placeOf(text: string | null): LogPlace | undefined {
  const [at, offset, file = '', owner = ''] = (text ?? '').split(':')
  if (!at || !offset || file === '') return undefined
  return {
    ...{ at: Number(at), offset: Number(offset) },
    ...{ file: decodeURIComponent(file), owner: decodeURIComponent(owner) },
  }
}

/** Whether long lines are broken; a taste, so it stays with the browser's tab. */
export const wrapped = signal(true)
