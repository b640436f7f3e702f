import type { JobSummary } from '../../../core/api/public.ts'
import { type Key, t } from '../i18n/t.ts'
import { Sev } from '../shared/severity.tsx'
import { verdictOrder } from '../shared/verdict.ts'
import { query, setQuery } from '../state/url.ts'
import { facet } from './rows.ts'

const marks = { unhealthy: 'crit', unknown: 'unknown', degraded: 'major', healthy: 'ok' } as const

/** Filters beside the table; each click changes the address. */
export function Facets({ jobs }: { readonly jobs: readonly JobSummary[] }) {
  return (
    <aside class="facets" aria-label={t('verdict')}>
      <div>
        <h2>{t('verdict')}</h2>
        {verdictOrder.map((verdict) => (
          <Choice
            name="verdict"
            value={verdict}
            count={jobs.filter((job) => job.verdict === verdict).length}
          >
            <Sev of={marks[verdict]} /> {t(verdict)}
          </Choice>
        ))}
      </div>
      <Group name="cause" title="topCause" values={facet(jobs, (job) => job.topCause?.rule)} />
      <Group name="cluster" title="cluster" values={facet(jobs, (job) => job.cluster)} />
    </aside>
  )
}

function Group({
  name,
  title,
  values,
}: {
  readonly name: string
  readonly title: Key
  readonly values: ReturnType<typeof facet>
}) {
  if (values.length === 0) return null
  return (
    <div>
      <h2>{t(title)}</h2>
      {values.slice(0, 12).map(({ value, count }) => (
        <Choice name={name} value={encodeURIComponent(value)} count={count}>
          {value}
        </Choice>
      ))}
    </div>
  )
}

function Choice({
  name,
  value,
  count,
  children,
}: {
  readonly name: string
  readonly value: string
  readonly count: number
  readonly children: preact.ComponentChildren
}) {
  const chosen = (query.value.get(name) ?? '').split(',').filter((one) => one !== '')
  const on = chosen.includes(value)
  const toggle = (event: Event) => {
    event.preventDefault()
    setQuery({
      [name]: (on ? chosen.filter((one) => one !== value) : [...chosen, value]).join(','),
    })
  }
  return (
    <a href="?" aria-current={on} onClick={toggle}>
      <span class="box" />
      <span class="cut">{children}</span>
      <span class="n">{count}</span>
    </a>
  )
}
