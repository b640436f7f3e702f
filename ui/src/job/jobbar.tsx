import type { JobDetail } from '../../../core/api/public.ts'
import { duration } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Gauge } from '../shared/gauge.tsx'
import { Text } from '../shared/text.tsx'
import { follow, linkTo } from '../state/url.ts'

/** The pages of one job. */
const PAGES = [
  ['overview', ''],
  ['logs', '/logs'],
] as const

interface JobbarProps {
  readonly detail: JobDetail
  readonly page: (typeof PAGES)[number][0]
}

export function Jobbar({ detail, page }: JobbarProps) {
  const {
    cluster,
    namespace,
    name,
    score,
    state,
    stateSince,
    flinkVersion,
    taskmanagers,
    updatedAt,
  } = detail
  return (
    <section class="jobbar" aria-label={t('job')}>
      <div class="row base">
        <span class="path">
          <a href={linkTo('/')} onClick={follow}>
            {t('backToFleet')}
          </a>{' '}
          / {cluster.slice(0, 60)}
          {namespace === '-' ? '' : ` / ${namespace}`} /
        </span>
        <h1 title={name.slice(0, 1000)}>
          <Text value={name} max={120} />
        </h1>
        <span style="align-self:center;margin-left:6px">
          <Gauge score={score} />
        </span>
        <span class="facts" style="margin-left:6px">
          <span>
            <b class={state === 'RUNNING' ? 't-ok' : 't-crit'}>{state}</b>{' '}
            {duration(Math.max(0, updatedAt - stateSince))}
          </span>
          <span>
            {t('flink')} {flinkVersion}
          </span>
          <span class="wide-only">{t('taskmanagers', { count: taskmanagers.length })}</span>
        </span>
      </div>
      <nav class="tabs" aria-label={t('job')}>
        {PAGES.map(([name, path]) => (
          <a
            href={linkTo(`/jobs/${detail.job}${path}`)}
            onClick={follow}
            aria-current={name === page ? 'page' : undefined}
          >
            {t(name)}
          </a>
        ))}
      </nav>
    </section>
  )
}
