import { computed, signal } from '@preact/signals'
import type { Fleet, JobSummary, JobsPage } from '../../../core/api/public.ts'
import { getJson } from '../api/fetch.ts'
import { poller } from '../api/poller.ts'
import { query } from '../state/url.ts'
import { type Filter, matches, worstFirst } from './rows.ts'

/** Everything of one look: jobs and the head of the page belong to one moment. */
interface Look {
  readonly jobs: readonly JobSummary[]
  readonly fleet: Fleet
}

/** More than any screen shows; further pages are read until the end. */
const PAGE = 500

export const look = poller<Look>(async (signal) => {
  const fleet = await getJson<Fleet>('/api/v1/fleet', signal)
  const jobs: JobSummary[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: JobsPage = await getJson(
      `/api/v1/jobs?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      signal,
    )
    jobs.push(...page.items)
    cursor = page.next
  }
  return { jobs, fleet }
})

const list = (key: string) =>
  (query.value.get(key) ?? '').split(',').filter((value) => value !== '')

/** The filter lives in the address. */
export const filter = computed<Filter>(() => ({
  text: query.value.get('q') ?? '',
  verdicts: list('verdict'),
  causes: list('cause').map(decodeURIComponent),
  clusters: list('cluster').map(decodeURIComponent),
}))

/** Rows stay where they are while a person points at them; the new order is offered instead. */
export const pointing = signal(false)
const heldOrder = signal<readonly string[]>([])

const wanted = computed(() => {
  const loaded = look.state.value
  if (loaded.state !== 'ready') return []
  return worstFirst(loaded.value.jobs.filter((job) => matches(job, filter.value)))
})

export const rows = computed<readonly JobSummary[]>(() => {
  if (!pointing.value || heldOrder.value.length === 0) return wanted.value
  const place = new Map(heldOrder.value.map((job, index) => [job, index]))
  return [...wanted.value].sort((a, b) => (place.get(a.job) ?? 1e9) - (place.get(b.job) ?? 1e9))
})

/** How many rows would move if the new order were taken. */
export const moved = computed(
  () => rows.value.filter((job, index) => wanted.value[index]?.job !== job.job).length,
)

export function hold(on: boolean): void {
  if (on) heldOrder.value = wanted.value.map(({ job }) => job)
  pointing.value = on
}

/** Takes the new order although the pointer is still there. */
export function reorder(): void {
  heldOrder.value = wanted.value.map(({ job }) => job)
}

/** The row that the keyboard stands on. */
export const current = signal<string | undefined>(undefined)
