import type { JobSummary } from '../../../core/api/public.ts'
import { duration, rate, UNKNOWN } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Gauge } from '../shared/gauge.tsx'
import { Sev } from '../shared/severity.tsx'
import { Spark } from '../shared/spark.tsx'
import { Text } from '../shared/text.tsx'
import { follow, linkTo } from '../state/url.ts'
import { current, hold } from './fleet-state.ts'

/** The dense table: one row per job, the worst on top. */
export function JobTable({
  jobs,
  at,
}: {
  readonly jobs: readonly JobSummary[]
  readonly at: number
}) {
  return (
    <div class="panel" onPointerEnter={() => hold(true)} onPointerLeave={() => hold(false)}>
      <table class="grid jobs fixed">
        <colgroup>
          <col style="width:84px" />
          <col />
          <col style="width:118px" />
          <col style="width:40%" />
          <col style="width:92px" />
          <col class="wide-only" style="width:80px" />
          <col style="width:104px" />
        </colgroup>
        <thead>
          <tr>
            <th aria-sort="ascending">{t('score')} ↑</th>
            <th>{t('job')}</th>
            <th>{t('lastHour')}</th>
            <th>{t('topCause')}</th>
            <th class="num">{t('taken')}</th>
            <th class="num wide-only">{t('restarts')}</th>
            <th class="num">{t('checkpoint')}</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <Row key={job.job} job={job} at={at} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ job, at }: { readonly job: JobSummary; readonly at: number }) {
  return (
    <tr aria-current={current.value === job.job} id={`row-${job.job}`}>
      <td>
        <Gauge score={job.score} />
      </td>
      <td>
        <span class="jobname">
          <a
            class="name"
            href={linkTo(`/jobs/${job.job}`)}
            onClick={follow}
            title={job.name.slice(0, 1000)}
          >
            <Text value={job.name} max={120} />
          </a>
          <small class="wide-only">{job.namespace === '-' ? job.cluster : job.namespace}</small>
        </span>
      </td>
      <td>
        <Spark points={job.trend} />
      </td>
      <td class="cause">
        <Cause job={job} />
      </td>
      <td class="num">
        {job.recordsPerSecond === null ? <Unknown /> : rate(job.recordsPerSecond)}
      </td>
      <td class="num wide-only">
        {job.restarts === null ? (
          <Unknown />
        ) : job.restarts === 0 ? (
          <span class="quiet">0</span>
        ) : (
          <b class={job.restarts > 2 ? 't-crit' : ''}>{job.restarts}</b>
        )}
      </td>
      <td class="num">
        {job.lastCheckpointAt === null ? (
          <Unknown />
        ) : (
          duration(Math.max(0, at - job.lastCheckpointAt))
        )}
      </td>
    </tr>
  )
}

function Cause({ job }: { readonly job: JobSummary }) {
  const { topCause, verdict, moreCauses, unknownBecause, state } = job
  if (topCause) {
    return (
      <span class="row" title={`${topCause.rule}: ${topCause.text}`.slice(0, 1000)}>
        <Sev of={topCause.severity} />
        <span class="cut">
          <b>{topCause.title}</b>{' '}
          <span class="where">
            <Text value={topCause.subject} max={80} />
          </span>
        </span>
        {moreCauses > 0 ? <span class="more">+{moreCauses}</span> : null}
      </span>
    )
  }
  return verdict === 'unknown' ? (
    <span class="row">
      <Sev of="unknown" />
      <span class="cut">
        <b>{unknownBecause ?? t('unknown')}</b>
      </span>
    </span>
  ) : (
    <span class="row">
      <Sev of={verdict === 'healthy' ? 'ok' : 'major'} />
      <span class="cut quiet">{verdict === 'healthy' ? t('nothingFound') : state}</span>
    </span>
  )
}

function Unknown() {
  return <span class="t-unknown">{UNKNOWN}</span>
}
