import type { Abstention, Advice, Alternative } from '../../../core/model/finding.ts'
import { bytes } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Copyable } from '../shared/copyable.tsx'
import { Text } from '../shared/text.tsx'

/** The size of an advice as a person writes it: `×4` subtasks, bytes of memory, cores. */
export function sizeOf({ unit }: Pick<Advice, 'unit'>, value: number): string {
  if (unit === 'bytes') return bytes(value)
  return unit === 'cores' ? t('coresOf', { count: value }) : `×${value}`
}

/** An advice is a contract: before and after, interval, confidence, cost, and what would prove it wrong. */
export function AdviceCard({ advice }: { readonly advice: Advice }) {
  const { kind, from, to, low, high, confidence, record, basis, effect } = advice
  const { cost, falsifiedBy, warnings, alternatives = [] } = advice
  const terms = [
    [t('effect'), effect],
    [t('cost'), cost],
    [t('from'), basis],
    [t('wrongIf'), falsifiedBy],
    ...warnings.map((warning) => [t('careful'), warning]),
  ]
  return (
    <section class="advice" id="advice" aria-label={t('advice')}>
      <header>
        <span class="kind">{t('adviceOn', { kind: t(kind) })}</span>
        <span class="push small second">
          {t('confidence')} {confidence.toFixed(2)} <Confidence value={confidence} />
        </span>
      </header>
      <div style="padding:14px 16px;display:grid;gap:14px;grid-template-columns:minmax(0,1fr)">
        <div class="delta">
          <span class="what">{t(kind)}</span>
          <span class="from">{sizeOf(advice, from)}</span>
          <span class="arrow">→</span>
          <span class="to">{sizeOf(advice, to)}</span>
          <span class="note">
            {t('between', { low: sizeOf(advice, low), high: sizeOf(advice, high) })}
          </span>
        </div>
        {record && (
          <p class="small second">
            {t('kept', { held: record.held, all: record.held + record.missed })}
          </p>
        )}
        <dl class="falsify">
          {terms.map(([name, text]) => (
            <>
              <dt>{name}</dt>
              <dd>
                <Text value={text ?? ''} max={600} />
              </dd>
            </>
          ))}
        </dl>
        <Lines {...advice.patch} />
        {alternatives.map((alternative) => (
          <Lines {...alternative} />
        ))}
      </div>
    </section>
  )
}

function Lines({ title, text, format }: Alternative) {
  return <Copyable text={text} comment={`${format === 'sql' ? '--' : '#'} ${title}`} isMain />
}

function Confidence({ value }: { readonly value: number }) {
  return (
    <span class="conf" aria-hidden="true">
      {[0.2, 0.4, 0.6, 0.8, 1].map((step) => (
        <i class={value >= step - 0.1 ? 'on' : ''} />
      ))}
    </span>
  )
}

/** No advice stands in the same place, with its reason. */
export function NoAdvice({ abstention }: { readonly abstention: Abstention }) {
  return (
    <section class="advice" id="advice" aria-label={t('advice')}>
      <header>
        <span class="kind">{t('noAdvice')}</span>
      </header>
      <p style="padding:14px 16px" class="second">
        <Text value={abstention.reason} max={600} />
      </p>
    </section>
  )
}
