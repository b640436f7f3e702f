import type { AlertsPage, AlertView } from '../../../core/api/alerts.ts'
import { duration, moment } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Sev } from '../shared/severity.tsx'
import { Text } from '../shared/text.tsx'
import { may } from '../state/me.ts'
import { follow, linkTo, setQuery } from '../state/url.ts'
import { headOf, jobName, type Standing, standingsOf } from './alerts-model.ts'

/** What is open now, loudest first, and who was told of it. */
export function Firing({ page }: { readonly page: AlertsPage }) {
  const { waiting, cut } = headOf(page)
  return (
    <section class="panel" aria-label={t('firingNow')}>
      <header>
        <h2>{t('firingNow')}</h2>
        <span class="sub">{t('firingHint', { waiting })}</span>
      </header>
      {page.items.length === 0 ? (
        <p class="body quiet">{t('nothingFires')}</p>
      ) : (
        <table class="grid alerts">
          <thead>
            <tr>
              <th>{t('cause')}</th>
              <th>{t('job')}</th>
              <th class="num">{t('sinceHead')}</th>
              <th>{t('toldWhom')}</th>
              <th>
                <span class="sr">{t('silence')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {page.items.map((alert) => (
              <Row key={alert.id} alert={alert} at={page.at} />
            ))}
          </tbody>
        </table>
      )}
      {cut > 0 ? <p class="body quiet">{t('alertsCut', { count: cut })}</p> : null}
    </section>
  )
}

function Row({ alert, at }: { readonly alert: AlertView; readonly at: number }) {
  const { id, severity, title, subject, text, job, cause, since, team } = alert
  return (
    <tr id={`alert-${id}`}>
      <td>
        <span class="row">
          <Sev of={severity} />
          <span class="cut">
            <b>{title}</b> <Text value={subject} max={80} />
          </span>
        </span>
        <p class="second small two-lines" title={text.slice(0, 1_000)}>
          <Text value={text} max={300} />
        </p>
      </td>
      <td class="cut">
        <a class="name" href={linkTo(`/jobs/${job}`)} onClick={follow} title={jobName(job)}>
          <Text value={jobName(job)} max={120} />
        </a>
        {team === '' ? null : <p class="quiet small">{team}</p>}
      </td>
      <td class="num" title={new Date(since).toISOString()}>
        {duration(Math.max(0, at - since))}
      </td>
      <td>
        <span class="row wrap">
          {standingsOf(alert).map((one) => (
            <StandingChip standing={one} at={at} />
          ))}
        </span>
      </td>
      <td class="num">
        {may('operator') ? (
          <button
            type="button"
            class="btn"
            onClick={() => {
              setQuery({ silence: job, cause })
              document.getElementById('silence-comment')?.focus()
            }}
          >
            {t('silenceThis')}
          </button>
        ) : null}
      </td>
    </tr>
  )
}

function StandingChip({ standing, at }: { readonly standing: Standing; readonly at: number }) {
  switch (standing.kind) {
    case 'waits':
      return <span class="chip line">{t('standWaits', { time: moment(standing.until, at) })}</span>
    case 'nobody':
      return <span class="chip warn">{t('standNobody')}</span>
    case 'told':
      return <span class="chip">{t('standTold', { route: standing.route })}</span>
    case 'silenced':
      return (
        <span class="chip line">
          {t('standSilenced', {
            route: standing.route,
            time: standing.until === null ? '' : moment(standing.until, at),
          })}
        </span>
      )
    case 'soon':
      return <span class="chip line">{t('standSoon', { route: standing.route })}</span>
    case 'muted':
      return <span class="chip line">{t('standMuted', { route: standing.route })}</span>
    case 'recording':
      return <span class="chip line">{t('standRecording', { route: standing.route })}</span>
    case 'rate':
      return <span class="chip warn">{t('standRate', { route: standing.route })}</span>
  }
}
