import { computed, signal } from '@preact/signals'

/** The address is the state of the page: whoever gets the link sees the same. */
const here = signal(location.pathname + location.search)

export const path = computed(() => here.value.split('?', 1)[0] ?? '/')
export const query = computed(() => new URLSearchParams(here.value.split('?')[1] ?? ''))

addEventListener('popstate', () => {
  here.value = location.pathname + location.search
})

export function go(target: string): void {
  history.pushState(null, '', target)
  here.value = target
  scrollTo(0, 0)
}

/** Sets or clears keys of the query without a new entry in the history. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const next = new URLSearchParams(query.value)
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.delete(key)
    else next.set(key, value)
  }
  const text = next.toString()
  const target = text === '' ? path.value : `${path.value}?${text}`
  history.replaceState(null, '', target)
  here.value = target
}

/** A path with the theme and language of now, and nothing else of the query. */
export function linkTo(target: string): string {
  const kept = new URLSearchParams()
  for (const key of ['theme', 'lang']) {
    const value = query.value.get(key)
    if (value) kept.set(key, value)
  }
  const text = kept.toString()
  return text === '' ? target : `${target}?${text}`
}

export const ALERTS = '/alerts'
export const PIPELINE = '/pipeline'

/** `/jobs/cluster/ns/name/logs` → `cluster/ns/name`, still percent-encoded, and which of its pages. */
export function jobOfPath(
  pathname: string,
): { readonly job: string; readonly page: 'overview' | 'logs' } | undefined {
  const [, job, page] = /^\/jobs\/([^/]+\/[^/]+\/[^/]+)(\/logs)?\/?$/.exec(pathname) ?? []
  return job === undefined ? undefined : { job, page: page === undefined ? 'overview' : 'logs' }
}

/** Lets ordinary clicks on links of the page stay in the page. */
export function follow(event: MouseEvent): void {
  const link = event.currentTarget
  const target = link instanceof Element ? link.getAttribute('href') : null
  if (target === null || event.metaKey || event.ctrlKey || event.button !== 0) return
  event.preventDefault()
  go(target)
}
