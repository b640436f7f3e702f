import { useEffect } from 'preact/hooks'
import type { Fleet, JobSummary } from '../../../core/api/public.ts'
import { duration } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { RecordingBanner } from '../shared/recording-banner.tsx'
import { toneOf, verdictOrder } from '../shared/verdict.ts'
import { go, linkTo, setQuery } from '../state/url.ts'
import { Facets } from './facets.tsx'
import { current, look, moved, reorder, rows } from './fleet-state.ts'
import { JobTable } from './job-table.tsx'
import { worstFirst } from './rows.ts'
import { Shoreline } from './shoreline.tsx'
import { Troubles } from './troubles.tsx'

export function FleetPage() {
  useEffect(() => look.start(), [])
  useEffect(() => {
    document.title = 'Weir'
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  const loaded = look.state.value
  if (loaded.state === 'loading') return <main class="quiet">{t('loading')}</main>
  if (loaded.state === 'failed') {
    return (
      <main>
        <div class="callout crit">{t('apiAwayFirst', { reason: loaded.reason })}</div>
      </main>
    )
  }
  const { jobs, fleet } = loaded.value
  return (
    <>
      {fleet.recording ? <RecordingBanner /> : null}
      <main>
        <h1 class="sr">{t('fleet')}</h1>
        {loaded.trouble === undefined ? null : (
          <div class="callout warn">
            {t('apiAway', { reason: loaded.trouble, age: duration(Date.now() - loaded.at) })}
          </div>
        )}
        {fleet.clusters
          .filter(({ state }) => state === 'unreachable')
          .map(({ cluster, reason }) => (
            <div class="callout">
              {t('clusterAway', { cluster, reason: reason ?? t('unknown') })}
            </div>
          ))}
        <Troubles troubles={fleet.troubles} at={fleet.at} />
        {jobs.length === 0 ? <Empty fleet={fleet} /> : <Filled jobs={jobs} fleet={fleet} />}
      </main>
    </>
  )
}

function Filled({ jobs, fleet }: { readonly jobs: readonly JobSummary[]; readonly fleet: Fleet }) {
  return (
    <>
      <section class="panel shore" aria-label={t('shoreHint')}>
        <div class="counts">
          <span class="row base">
            <b>{jobs.length.toLocaleString('en')}</b>
            <span>{t('jobs')}</span>
          </span>
          {verdictOrder.map((verdict) => (
            <a
              href={linkTo('/')}
              onClick={(event) => {
                event.preventDefault()
                setQuery({ verdict })
              }}
            >
              <i
                class={`dot${verdict === 'unknown' ? ' gap' : ''}`}
                style={`--k:var(--${toneOf[verdict]})`}
              />
              <b>{fleet.verdicts[verdict]}</b>
              <span>{t(verdict)}</span>
            </a>
          ))}
          <span class="push quiet small wide-only">{fleet.sentence}</span>
        </div>
        <Shoreline jobs={worstFirst(jobs)} />
      </section>
      <div class="cols fleet">
        <Facets jobs={jobs} />
        <section class="stack" style="gap:10px">
          <div class="row wrap">
            <span class="quiet small">
              {t('shown', { shown: rows.value.length, all: jobs.length })}
            </span>
            {moved.value > 0 ? (
              <button type="button" class="btn push" onClick={reorder}>
                {t('changedOrder', { count: moved.value })}
              </button>
            ) : null}
          </div>
          {rows.value.length === 0 ? (
            <div class="callout">
              {t('noMatch')}{' '}
              <a
                href={linkTo('/')}
                onClick={(event) => {
                  event.preventDefault()
                  go(linkTo('/'))
                }}
              >
                {t('clearFilter')}
              </a>
            </div>
          ) : (
            <JobTable jobs={rows.value} at={fleet.at} />
          )}
          <p class="quiet small row wide-only">
            <kbd>j</kbd>
            <kbd>k</kbd> {t('keyMove')} <kbd>Enter</kbd> {t('keyOpen')} <kbd>/</kbd>{' '}
            {t('keySearch')} <kbd>?</kbd> {t('keys')}
          </p>
        </section>
      </div>
    </>
  )
}

function Empty({ fleet }: { readonly fleet: Fleet }) {
  return (
    <section class="panel">
      <div class="body stack">
        <h2>{t('noJobs')}</h2>
        <p class="second">{fleet.sentence}</p>
        <p class="quiet">{t('noJobsHint')}</p>
      </div>
    </section>
  )
}

function onKey(event: KeyboardEvent): void {
  if (event.target instanceof HTMLInputElement || event.metaKey || event.ctrlKey || event.altKey)
    return
  const list = rows.value
  const index = list.findIndex(({ job }) => job === current.value)
  if (event.key === 'j') current.value = list[Math.min(list.length - 1, index + 1)]?.job
  else if (event.key === 'k') current.value = list[Math.max(0, index - 1)]?.job
  else if (event.key === 'Enter' && current.value !== undefined)
    go(linkTo(`/jobs/${current.value}`))
  else return
  document.getElementById(`row-${current.value}`)?.scrollIntoView({ block: 'nearest' })
}
