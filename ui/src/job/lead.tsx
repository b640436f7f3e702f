import type { FindingsPage, JobDetail } from '../../../core/api/public.ts'
import type { CheckpointEvent } from '../../../core/model/events.ts'
import { clockTime, duration, percent, rate, UNKNOWN } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Text } from '../shared/text.tsx'
import { sizeOf } from './advice-card.tsx'

/** The one sentence that a person could say aloud, and four facts under it. */
export function Lead({
  detail,
  findings,
}: {
  readonly detail: JobDetail
  readonly findings: FindingsPage
}) {
  return (
    <section class="panel" style="display:grid;grid-template-rows:1fr auto">
      <div class="lead">
        <Sentence detail={detail} findings={findings} />
      </div>
      <Facts detail={detail} />
    </section>
  )
}

function Sentence({
  detail,
  findings,
}: {
  readonly detail: JobDetail
  readonly findings: FindingsPage
}) {
  const { topCause, verdict, advice, scoreDetail, updatedAt } = detail
  if (topCause) {
    const top = findings.items.find(
      (finding) => finding.state === 'open' && finding.cause && finding.rule === topCause.rule,
    )
    const change = advice[0]
    return (
      <>
        <h2>
          <Text value={topCause.text} max={500} />
        </h2>
        <p>
          {t('since', {
            time: clockTime(topCause.since),
            age: duration(Math.max(0, updatedAt - topCause.since)),
          })}
          . {top?.suggestions[0] ? <Text value={top.suggestions[0].text} max={400} /> : null}
        </p>
        {change ? (
          <div class="row wrap" style="margin-top:12px">
            <button type="button" class="btn solid" onClick={toAdvice}>
              {t('adviceButton', {
                from: sizeOf(change, change.from),
                to: sizeOf(change, change.to),
              })}
            </button>
          </div>
        ) : null}
      </>
    )
  }
  if (verdict === 'unknown') {
    return (
      <>
        <h2>{t('sentenceUnknown')}</h2>
        <p>{detail.unknownBecause ?? scoreDetail.missing[0] ?? ''}</p>
      </>
    )
  }
  return (
    <>
      <h2>{t('sentenceHealthy')}</h2>
      <p>{t('sentenceHealthySub', { share: percent(scoreDetail.coverage) })}</p>
    </>
  )
}

function toAdvice(): void {
  document.getElementById('advice')?.scrollIntoView({ behavior: 'smooth', block: 'center' })
}

function Facts({ detail }: { readonly detail: JobDetail }) {
  const { recordsPerSecond, checkpoints, updatedAt, startedAt, restarts, scoreDetail } = detail
  const last = checkpoints.filter(({ state }) => state !== 'in-progress').at(-1)
  const completed = checkpoints.findLast(({ state }) => state === 'completed')
  return (
    <dl class="facts4">
      <div>
        <dt>{t('takenFact')}</dt>
        <dd>{rate(recordsPerSecond)}</dd>
        <dd class="sub">{recordsPerSecond === null ? t('notMeasured') : ''}</dd>
      </div>
      <div>
        <dt>{t('checkpointFact')}</dt>
        <dd class={last?.state === 'failed' ? 't-crit' : ''}>
          {completed
            ? t('ago', { age: duration(Math.max(0, updatedAt - endOf(completed))) })
            : UNKNOWN}
        </dd>
        <dd class="sub">
          {last
            ? last.state === 'failed'
              ? `${t('checkpointFailed')}: ${(last.failure ?? '').slice(0, 80)}`
              : t('took', { ms: duration(last.endToEndMs) })
            : t('noCheckpoint')}
        </dd>
      </div>
      <div>
        <dt>{t('runFact')}</dt>
        <dd>{duration(Math.max(0, updatedAt - startedAt))}</dd>
        <dd class="sub">
          {restarts === null
            ? t('restartsUnknown')
            : restarts === 0
              ? t('noRestart')
              : t('nRestarts', { count: restarts })}
        </dd>
      </div>
      <div>
        <dt>{t('coverageFact')}</dt>
        <dd>{scoreDetail.coverage.toFixed(2)}</dd>
        <dd class="sub">
          {scoreDetail.missing[0] === undefined ? '' : `${t('missing')}: ${scoreDetail.missing[0]}`}
        </dd>
      </div>
    </dl>
  )
}

const endOf = (checkpoint: CheckpointEvent) => checkpoint.triggeredAt + checkpoint.endToEndMs
