import { useEffect, useMemo } from 'preact/hooks'
import { duration } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { RecordingBanner } from '../shared/recording-banner.tsx'
import { follow, linkTo } from '../state/url.ts'
import { Exceptions } from './exceptions.tsx'
import { Findings } from './findings.tsx'
import { Gate } from './gate.tsx'
import { type JobLook, jobPoller } from './job-state.ts'
import { Jobbar } from './jobbar.tsx'
import { Lead } from './lead.tsx'
import { River } from './river.tsx'
import { Staff } from './staff.tsx'
import { Timeline } from './timeline.tsx'

/** Everything about one job; `job` is percent-encoded, as in the path. */
export default function JobPage({ job }: { readonly job: string }) {
  const poller = useMemo(() => jobPoller(job), [job])
  useEffect(() => poller.start(), [poller])
  const loaded = poller.state.value
  const name = loaded.state === 'ready' ? loaded.value.detail.name : undefined
  useEffect(() => {
    document.title = name === undefined ? 'Weir' : `${name.slice(0, 80)} · Weir`
  }, [name])
  if (loaded.state === 'loading') return <main class="quiet">{t('loading')}</main>
  if (loaded.state === 'failed') {
    return (
      <main>
        <div class="callout">
          <p class="strong">
            {loaded.status === 404 ? t('notFound') : t('apiAwayFirst', { reason: '' })}
          </p>
          <p>{loaded.reason}</p>
          <p>
            <a href={linkTo('/')} onClick={follow}>
              {t('backToFleet')}
            </a>
          </p>
        </div>
      </main>
    )
  }
  return <Loaded job={job} look={loaded.value} trouble={loaded.trouble} readAt={loaded.at} />
}

interface LoadedProps {
  readonly job: string
  readonly look: JobLook
  readonly trouble: string | undefined
  readonly readAt: number
}

function Loaded({ job, look, trouble, readAt }: LoadedProps) {
  const { detail, findings, topology, timeline, gate } = look
  return (
    <>
      {detail.recording ? <RecordingBanner /> : null}
      <Jobbar detail={detail} page="overview" />
      <main>
        {trouble === undefined ? null : (
          <div class="callout warn">
            {t('apiAway', { reason: trouble, age: duration(Date.now() - readAt) })}
          </div>
        )}
        <div class="cols top">
          <section class="panel" aria-label={t('score')}>
            <div style="padding:14px 16px 10px">
              <Staff score={detail.scoreDetail} findings={findings.items} />
            </div>
          </section>
          <Lead detail={detail} findings={findings} />
        </div>
        <section class="panel" aria-label={t('graph')}>
          <header>
            <h2>{t('graph')}</h2>
            <span class="sub">{t('graphHint')}</span>
            <span class="push row wide-only">
              <span class="key" style="--k:var(--busy)">
                {t('busy')}
              </span>
              <span class="key held">{t('backpressured')}</span>
              <span class="key" style="--k:var(--idle)">
                {t('idle')}
              </span>
              <span class="key" style="--k:var(--water)">
                {t('water')}
              </span>
            </span>
          </header>
          <div style="padding:6px 20px 18px">
            {topology ? (
              <>
                {topology.topology.inferred && <p class="quiet">{t('inferredGraph')}</p>}
                <River view={topology} />
              </>
            ) : (
              <p class="quiet" style="padding-top:10px">
                {t('noGraph')}
              </p>
            )}
          </div>
        </section>
        <Findings
          job={job}
          page={findings}
          advice={detail.advice}
          abstained={detail.abstained}
          span={timeline}
        />
        <Timeline view={timeline} />
        <Gate job={job} answer={gate} />
        <Exceptions list={detail.exceptions} />
      </main>
    </>
  )
}
