import { useEffect, useMemo, useRef } from 'preact/hooks'
import { duration } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Jobbar } from '../job/jobbar.tsx'
import { RecordingBanner } from '../shared/recording-banner.tsx'
import { query } from '../state/url.ts'
import { EndedLife } from './ended-life.tsx'
import { Histogram } from './histogram.tsx'
import { Lines } from './lines.tsx'
import { type LogsLook, logsPoller, questionOf } from './logs-state.ts'
import { NodesNote } from './nodes-note.tsx'
import { PatternsPanel } from './patterns-panel.tsx'
import { QueryBar } from './query-bar.tsx'

/** The logs of one job, also of pods that are long gone; `job` is percent-encoded, as in the path. */
export default function LogsPage({ job }: { readonly job: string }) {
  const question = questionOf(query.value)
  const asked = JSON.stringify(question)
  const poller = useMemo(() => logsPoller(job, question), [job, asked])
  useEffect(() => poller.start(), [poller])
  const loaded = poller.state.value
  // While a new question is on its way, or was not understood, the last answer stays.
  const before = useRef<LogsLook | undefined>(undefined)
  if (loaded.state === 'ready') before.current = loaded.value
  const look = before.current
  useEffect(() => {
    document.title = `${t('logs')} · ${look?.detail.name.slice(0, 80) ?? ''} · Weir`
  }, [look?.detail.name])
  const objection = loaded.state === 'failed' ? loaded.reason : undefined
  if (!look) {
    return (
      <main>
        <QueryBar question={question} page={undefined} lines={undefined} objection={objection} />
        {objection === undefined ? <p class="quiet">{t('loading')}</p> : null}
      </main>
    )
  }
  const { detail, page, histogram, patterns, nodes, last } = look
  return (
    <>
      {detail.recording ? <RecordingBanner /> : null}
      <Jobbar detail={detail} page="logs" />
      <main>
        {loaded.state === 'ready' && loaded.trouble !== undefined ? (
          <div class="callout warn">
            {t('apiAway', { reason: loaded.trouble, age: duration(Date.now() - loaded.at) })}
          </div>
        ) : null}
        {last && <EndedLife last={last} />}
        <QueryBar question={question} page={page} lines={histogram?.lines} objection={objection} />
        <NodesNote page={page} nodes={nodes} />
        {histogram && <Histogram histogram={histogram} picked={question.picked} />}
        <div class="cols lg">
          <Lines job={job} question={question} page={page} />
          {patterns && <PatternsPanel patterns={patterns} />}
        </div>
      </main>
    </>
  )
}
