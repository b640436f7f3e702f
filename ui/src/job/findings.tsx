import { useState } from 'preact/hooks'
import type { FindingsPage } from '../../../core/api/public.ts'
import type { Abstention, Advice, Finding } from '../../../core/model/finding.ts'
import { t } from '../i18n/t.ts'
import { FindingCard } from './finding-card.tsx'
import type { Span } from './job-state.ts'

interface Props {
  readonly job: string
  readonly page: FindingsPage
  readonly advice: readonly Advice[]
  readonly abstained: readonly Abstention[]
  readonly span: Span
}

type Tab = 'open' | 'resolved' | 'unknown'

/** Causes first, their consequences folded under them; what could not be answered has a tab of its own. */
export function Findings({ job, page, advice, abstained, span }: Props) {
  const [tab, setTab] = useState<Tab>('open')
  const open = page.items.filter((finding) => finding.state === 'open')
  const causes = open.filter((finding) => finding.cause)
  const resolved = page.items.filter((finding) => finding.state === 'resolved')
  const counts = { open: causes.length, resolved: resolved.length, unknown: page.unknown.length }
  const names = { open: t('open'), resolved: t('resolved'), unknown: t('unknownTab') }
  const consequencesOf = (cause: Finding) =>
    open.filter((finding) => finding.explainedBy === cause.key)
  return (
    <section class="panel" aria-label={t('findings')}>
      <header>
        <h2>{t('findings')}</h2>
        <span class="sub">
          {t('findingsHint', { causes: causes.length, consequences: open.length - causes.length })}{' '}
          · {t('rulesAnswered', { healthy: page.healthy.length, unknown: page.unknown.length })}
        </span>
        <span class="push seg">
          {(['open', 'resolved', 'unknown'] as const).map((name) => (
            <button type="button" aria-pressed={tab === name} onClick={() => setTab(name)}>
              {names[name]} {counts[name]}
            </button>
          ))}
        </span>
      </header>
      {tab === 'open' && causes.length === 0 ? <p class="body quiet">{t('noneOpen')}</p> : null}
      {tab === 'open'
        ? causes.map((cause, index) => (
            <FindingCard
              key={cause.key}
              job={job}
              finding={cause}
              consequences={consequencesOf(cause)}
              advice={advice.find((one) => one.cause === cause.key)}
              abstention={abstained.find((one) => one.target.name === cause.subject.name)}
              span={span}
              opened={index === 0}
            />
          ))
        : null}
      {tab === 'resolved' && resolved.length === 0 ? (
        <p class="body quiet">{t('noneResolved')}</p>
      ) : null}
      {tab === 'resolved'
        ? resolved.map((finding) => (
            <FindingCard
              key={`${finding.key} ${finding.since}`}
              job={job}
              finding={finding}
              consequences={[]}
              advice={undefined}
              abstention={undefined}
              span={span}
              opened={false}
            />
          ))
        : null}
      {tab === 'unknown' ? <UnknownRules page={page} /> : null}
    </section>
  )
}

function UnknownRules({ page }: { readonly page: FindingsPage }) {
  if (page.unknown.length === 0) return <p class="body quiet">{t('noneUnknown')}</p>
  return (
    <div class="unknownlist">
      {page.unknown.map(({ rule, missing }) => (
        <>
          <span class="id">{rule}</span>
          <span class="second">
            {t('missing')}: {missing}
          </span>
        </>
      ))}
    </div>
  )
}
