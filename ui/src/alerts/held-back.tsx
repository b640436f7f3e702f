import type { AlertsPage, HeldBackView } from '../../../core/api/alerts.ts'
import { duration } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Sev } from '../shared/severity.tsx'
import { Text } from '../shared/text.tsx'
import { follow, linkTo } from '../state/url.ts'
import { jobName } from './alerts-model.ts'

/** Symptoms that nobody is told of since the cause speaks for them, each with that cause. */
export function HeldBack({ page }: { readonly page: AlertsPage }) {
  const { heldBack, heldBackTotal } = page
  const cut = heldBackTotal - heldBack.length
  const titles = new Map(page.items.map(({ id, title }) => [id, title]))
  return (
    <section class="panel" aria-label={t('heldBack')}>
      <header>
        <h2>{t('heldBack')}</h2>
        <span class="sub">{t('heldBackHint')}</span>
      </header>
      {heldBack.length === 0 ? (
        <p class="body quiet">{t('nothingHeldBack')}</p>
      ) : (
        <table class="grid held-back">
          <thead>
            <tr>
              <th>{t('symptom')}</th>
              <th>{t('job')}</th>
              <th class="num">{t('sinceHead')}</th>
              <th>{t('becauseOf')}</th>
            </tr>
          </thead>
          <tbody>
            {heldBack.map((one) => (
              <Row key={one.id} held={one} title={titles.get(one.by)} at={page.at} />
            ))}
          </tbody>
        </table>
      )}
      {cut > 0 ? <p class="body quiet">{t('alertsCut', { count: cut })}</p> : null}
    </section>
  )
}

interface RowProps {
  readonly held: HeldBackView
  /** Of the cause; undefined where the list of alerts was cut before it. */
  readonly title: string | undefined
  readonly at: number
}

function Row({ held, title, at }: RowProps) {
  const { severity, job, subject, since, by, cause } = held
  return (
    <tr>
      <td>
        <span class="row">
          <Sev of={severity} />
          <span class="cut">
            {held.title} <Text value={subject} max={80} />
          </span>
        </span>
      </td>
      <td class="cut">
        <a class="name" href={linkTo(`/jobs/${job}`)} onClick={follow} title={jobName(job)}>
          <Text value={jobName(job)} max={120} />
        </a>
      </td>
      <td class="num" title={new Date(since).toISOString()}>
        {duration(Math.max(0, at - since))}
      </td>
      <td>
        <a href={`#alert-${encodeURIComponent(by)}`}>{title ?? cause}</a>{' '}
        <span class="id">{cause}</span>
      </td>
    </tr>
  )
}
