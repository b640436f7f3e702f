import { signal } from '@preact/signals'
import type { JobDetail } from '../../../core/api/public.ts'
import type {
  LastLines,
  LogContext,
  LogHistogram,
  LogLivesPage,
  LogNodesPage,
  LogPage,
  LogPatternsPage,
} from '../../../core/api/public-logs.ts'
import type { LogPlace } from '../../../core/model/logs.ts'
import { ApiError, getJson } from '../api/fetch.ts'
import { type Poller, poller } from '../api/poller.ts'

/** What the page asks for; all of it stands in the address. */
export interface Question {
  readonly q: string
  readonly rangeMs: number
  /** A stretch that was picked in the histogram, instead of the newest `rangeMs`. */
  readonly picked: { readonly from: number; readonly to: number } | undefined
  /** The archives of nodes are meant, not the store. */
  readonly fromNodes: boolean
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
    fromNodes: query.get('src') === 'nodes',
  }
}

/** Everything that the page shows, read at one moment; what only the store knows is absent while it is away. */
export interface LogsLook {
  readonly detail: JobDetail
  readonly page: LogPage
  readonly histogram: LogHistogram | undefined
  readonly patterns: LogPatternsPage | undefined
  readonly lives: LogLivesPage | undefined
  /** What nodes have of it, where any are known. */
  readonly nodes: LogNodesPage | undefined
  /** The newest life that ended, with what one reads first of it. */
  readonly last: LastLines | undefined
}

const HISTOGRAM_STEPS = 120

/** `job` is percent-encoded, as in the path. */
export function logsPoller(job: string, question: Question): Poller<LogsLook> {
  const { q, rangeMs, picked } = question
  const path = `/api/v1/jobs/${job}`
  const nodes = seldom<LogNodesPage>()
  return poller(async (signal) => {
    const now = Date.now()
    const whole = { from: String(now - rangeMs), to: String(now) }
    const span = picked ? { from: String(picked.from), to: String(picked.to) } : whole
    const ask = <T>(what: string, params: Record<string, string>) =>
      getJson<T>(`${path}/logs${what}?${new URLSearchParams(params)}`, signal)
    const week = { from: String(now - RANGES['7d']), to: String(now) }
    const [detail, page, histogram, patterns, lives, ofNodes] = await Promise.all([
      getJson<JobDetail>(path, signal),
      ask<LogPage>('', { q, ...span, ...sourceOf(question) }),
      unlessAway(ask<LogHistogram>('/histogram', { q, ...whole, steps: String(HISTOGRAM_STEPS) })),
      unlessAway(ask<LogPatternsPage>('/patterns', { q, ...span })),
      unlessAway(ask<LogLivesPage>('/lives', week)),
      nodes(now, () => ask<LogNodesPage>('/nodes', span).catch(() => undefined)),
    ])
    const ended = lives?.items.find(({ end }) => end !== undefined)
    const last =
      ended &&
      (await ask<LastLines>('/last', {
        ...{ pod: ended.pod, attempt: String(ended.attempt), limit: '3' },
        ...{ from: String(ended.firstAt), to: String(Math.max(ended.lastAt, now)) },
      }).catch(() => undefined))
    return { detail, page, histogram, patterns, lives, nodes: ofNodes, last }
  })
}

const sourceOf = ({ fromNodes }: Question) => (fromNodes ? { source: 'nodes' } : {})

/** What the store does not answer while it is away; the nodes have the lines all the same. */
function unlessAway<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 503) return undefined
    throw error
  })
}

const SELDOM_MS = 60_000

/** Asks at most once a minute, as each answer costs a question to every node. */
function seldom<T>() {
  let askedAt = 0
  let before: T | undefined
  return async (now: number, ask: () => Promise<T | undefined>): Promise<T | undefined> => {
    if (now - askedAt < SELDOM_MS) return before
    askedAt = now
    before = await ask()
    return before
  }
}

/** Older lines than those on the page. */
export function readOlder(job: string, question: Question, cursor: string): Promise<LogPage> {
  const now = Date.now()
  const { q, rangeMs, picked } = question
  const { from, to } = picked ?? { from: now - rangeMs, to: now }
  const params = new URLSearchParams({
    ...{ q, from: String(from), to: String(to), cursor },
    ...sourceOf(question),
  })
  return getJson<LogPage>(`/api/v1/jobs/${job}/logs?${params}`)
}

/** The line whose surroundings are open; it stands in the address too, so that a link leads to it. */
export function readContext(job: string, place: LogPlace, fromNodes: boolean): Promise<LogContext> {
  const params = new URLSearchParams({
    ...{ owner: place.owner, at: String(place.at), file: place.file },
    ...{ offset: String(place.offset), before: '6', after: '9' },
    ...(fromNodes && { source: 'nodes' }),
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
