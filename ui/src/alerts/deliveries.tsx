import { useState } from 'preact/hooks'
import type { DeliveriesPage, DeliveryView } from '../../../core/api/alerts.ts'
import { getJson } from '../api/fetch.ts'
import type { Poller } from '../api/poller.ts'
import { moment } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Text } from '../shared/text.tsx'
import { may } from '../state/me.ts'
import { setQuery } from '../state/url.ts'
import { isDead, mergeDeliveries } from './alerts-model.ts'
import { change, deliveriesPath } from './alerts-state.ts'
import { isBusy, Refusal } from './asked-note.tsx'

interface Props {
  readonly page: DeliveriesPage
  readonly onlyDead: boolean
  readonly at: number
  readonly look: Pick<Poller<unknown>, 'refresh'>
}

interface Older {
  readonly items: readonly DeliveryView[]
  readonly next: string | null
}

/** Every message, newest first, and what came of it. */
export function Deliveries({ page, onlyDead, at, look }: Props) {
  const [older, setOlder] = useState<Older | undefined>(undefined)
  const [trouble, setTrouble] = useState<string | undefined>(undefined)
  const items = mergeDeliveries(page.items, older?.items ?? [])
  const next = older ? older.next : page.next
  const readOlder = async (cursor: string) => {
    try {
      const more = await getJson<DeliveriesPage>(deliveriesPath(onlyDead, cursor))
      setOlder({ items: mergeDeliveries(items, more.items), next: more.next })
      setTrouble(undefined)
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <section class="panel" aria-label={t('deliveries')}>
      <header>
        <h2>{t('deliveries')}</h2>
        <span class="sub">{t('deliveriesHint')}</span>
        <span class="push seg">
          <button
            type="button"
            aria-pressed={!onlyDead}
            onClick={() => setQuery({ deliveries: undefined })}
          >
            {t('allMessages')}
          </button>
          <button
            type="button"
            aria-pressed={onlyDead}
            onClick={() => setQuery({ deliveries: 'dead' })}
          >
            {t('deadLetters')}
          </button>
        </span>
      </header>
      {items.length === 0 ? (
        <p class="body quiet">{onlyDead ? t('noDeadLetters') : t('noDeliveries')}</p>
      ) : (
        <table class="grid deliveries">
          <thead>
            <tr>
              <th>{t('time')}</th>
              <th>{t('message')}</th>
              <th>{t('toTarget')}</th>
              <th class="num">{t('attempts')}</th>
              <th>{t('outcome')}</th>
              <th>
                <span class="sr">{t('sendAgain')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <Row
                key={one.id}
                delivery={one}
                at={at}
                look={look}
                onSent={() => setOlder(undefined)}
              />
            ))}
          </tbody>
        </table>
      )}
      {next === null ? null : (
        <p class="body">
          <button type="button" class="btn" onClick={() => void readOlder(next)}>
            {t('olderMessages')}
          </button>
        </p>
      )}
      {trouble === undefined ? null : (
        <p class="body t-crit" role="alert">
          {trouble}
        </p>
      )}
    </section>
  )
}

interface RowProps {
  readonly delivery: DeliveryView
  readonly at: number
  readonly look: Pick<Poller<unknown>, 'refresh'>
  /** Older messages that were read before know nothing of it. */
  readonly onSent: () => void
}

function Row({ delivery, at, look, onSent }: RowProps) {
  const { id, title, status, route, target, attempts, outcome, detail } = delivery
  const place = `again ${id}`
  const again = async () => {
    const path = `/deliveries/${encodeURIComponent(id)}/again`
    if (await change(place, 'POST', path, undefined, look)) onSent()
  }
  return (
    <tr>
      <td title={new Date(delivery.at).toISOString()}>{moment(delivery.at, at)}</td>
      <td>
        <span class="chip line">{t(statusWords[status])}</span> <Text value={title} max={160} />
      </td>
      <td>
        {route === '' ? '' : `${route} → `}
        {target}
      </td>
      <td class="num">{attempts}</td>
      <td>
        <OutcomeChip outcome={outcome} />{' '}
        <span class="second small" title={detail.slice(0, 1_000)}>
          <Text value={detail} max={140} />
        </span>
      </td>
      <td class="num">
        {isDead(delivery) && may('operator') ? (
          <button type="button" class="btn" disabled={isBusy(place)} onClick={() => void again()}>
            {t('sendAgain')}
          </button>
        ) : null}
        <Refusal place={place} />
      </td>
    </tr>
  )
}

const statusWords = {
  firing: 'statusFiring',
  resolved: 'statusResolved',
  test: 'statusTest',
} as const

const outcomeWords = {
  waiting: ['outcomeWaiting', 'line'],
  delivered: ['outcomeDelivered', ''],
  failed: ['outcomeFailed', 'warn'],
  again: ['outcomeAgain', 'line'],
  refused: ['outcomeRefused', 'crit'],
  expired: ['outcomeExpired', 'crit'],
} as const

export function OutcomeChip({ outcome }: { readonly outcome: DeliveryView['outcome'] }) {
  const [word, tone] = outcomeWords[outcome]
  return <span class={`chip ${tone}`}>{t(word)}</span>
}
