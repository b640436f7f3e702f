import type { Abstention, Advice, Evidence, Finding } from '../../../core/model/finding.ts'
import { EvidenceChart } from '../charts/evidence-chart.tsx'
import { clockTime, duration, percent, points, rate } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { linkToLine } from '../logs/line-link.ts'
import { Sev } from '../shared/severity.tsx'
import { Text } from '../shared/text.tsx'
import { follow } from '../state/url.ts'
import { AdviceCard, NoAdvice } from './advice-card.tsx'
import type { Span } from './job-state.ts'

interface Props {
  readonly job: string
  readonly finding: Finding
  readonly consequences: readonly Finding[]
  readonly advice: Advice | undefined
  readonly abstention: Abstention | undefined
  readonly span: Span
  readonly opened: boolean
}

const tones = { crit: 't-crit', major: 't-warn', minor: 't-warn', info: 'second' } as const

export function FindingCard({
  job,
  finding,
  consequences,
  advice,
  abstention,
  span,
  opened,
}: Props) {
  const until = finding.resolvedAt ?? span.to
  return (
    <details class="finding" open={opened}>
      <summary>
        <Sev of={finding.severity} />
        <span class={`pts ${tones[finding.severity]}`}>
          {finding.points > 0 ? points(finding.points) : ''}
        </span>
        <span class="say">
          <b>{finding.title}</b> <Text value={finding.subject.name} max={80} />{' '}
          <span class="id">{finding.rule}</span>
        </span>
        <span class="when">
          {t('since', {
            time: clockTime(finding.since),
            age: duration(Math.max(0, until - finding.since)),
          })}
        </span>
      </summary>
      <div class="inner">
        <p class="second">
          <Text value={finding.message.text} max={1000} />
        </p>
        <div class="cols two">
          <div class="stack" style="gap:14px">
            {finding.evidence
              .filter(({ series }) => series !== undefined)
              .slice(0, 3)
              .map((evidence) => (
                <EvidenceChart
                  key={evidence.label}
                  job={job}
                  evidence={evidence}
                  since={finding.since}
                  span={span}
                />
              ))}
            <EvidenceRows
              job={job}
              evidence={finding.evidence.filter(({ series }) => series === undefined)}
            />
            {consequences.length > 0 ? <Consequences findings={consequences} /> : null}
            {finding.toldApart.length > 0 ? <ToldApart finding={finding} /> : null}
          </div>
          <div class="stack" style="gap:14px">
            {advice ? (
              <AdviceCard advice={advice} />
            ) : abstention ? (
              <NoAdvice abstention={abstention} />
            ) : null}
            <Suggestions finding={finding} />
          </div>
        </div>
      </div>
    </details>
  )
}

function EvidenceRows({
  job,
  evidence,
}: {
  readonly job: string
  readonly evidence: readonly Evidence[]
}) {
  if (evidence.length === 0) return null
  return (
    <dl class="falsify">
      {evidence.map((one) => (
        <>
          <dt>
            <Text value={one.label} max={120} />
          </dt>
          <dd>
            <Text value={writeEvidence(one)} max={600} />
            {one.limit === undefined ? null : (
              <span class="unit">
                {' '}
                {t('limit')} {one.limit}
              </span>
            )}
            {one.line && (
              <>
                {' '}
                <a href={linkToLine(job, one.line)} onClick={follow}>
                  {t('inTheLogs')}
                </a>
              </>
            )}
          </dd>
        </>
      ))}
    </dl>
  )
}

function writeEvidence({ observed, unit }: Evidence): string {
  if (typeof observed === 'string') return observed
  if (unit === 'ratio') return percent(observed)
  if (unit === 'perSecond') return rate(observed)
  return unit === 'ms' ? duration(observed) : String(observed)
}

function Consequences({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <details class="folded" open>
      <summary>{t('explains', { count: findings.length })}</summary>
      <ul>
        {findings.map((finding) => (
          <li key={finding.key}>
            <Sev of="info" />
            <span class="cut">
              <b>{finding.rule}</b> <Text value={finding.message.text} max={300} />
            </span>
            <span class="quiet">{clockTime(finding.since)}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

function ToldApart({ finding }: { readonly finding: Finding }) {
  return (
    <div>
      <h3 style="margin-bottom:6px">
        {t('apart')}{' '}
        <span class="quiet small">
          {t('confidence')} {finding.confidence.value.toFixed(2)}
          {finding.confidence.parts.map(({ name, factor }) => ` · ${name} ${factor}`).join('')}
        </span>
      </h3>
      <div class="apart">
        {finding.toldApart.map(({ rule, answer, because }) => (
          <>
            <span class={answer === 'no' ? 'no' : 'no t-unknown'}>
              {answer === 'no' ? t('no') : '?'}
            </span>
            <span class="k">
              <b>{rule}</b>: {because}
            </span>
            <span />
          </>
        ))}
      </div>
    </div>
  )
}

function Suggestions({ finding }: { readonly finding: Finding }) {
  if (finding.suggestions.length === 0) return null
  return (
    <div>
      <h3 style="margin-bottom:6px">{t('suggestions')}</h3>
      <ul class="stack small second">
        {finding.suggestions.map(({ text }) => (
          <li key={text}>
            <Text value={text} max={600} />
          </li>
        ))}
      </ul>
    </div>
  )
}
