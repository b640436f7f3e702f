import type { DeliveryView, RouteView, TargetsPage, TargetView } from '../../../core/api/alerts.ts'
import type { Poller } from '../api/poller.ts'
import { t } from '../i18n/t.ts'
import { may } from '../state/me.ts'
import { query, setQuery } from '../state/url.ts'
import { matchText } from './alerts-model.ts'
import { asked, change } from './alerts-state.ts'
import { isBusy, Refusal } from './asked-note.tsx'
import { OutcomeChip } from './deliveries.tsx'
import { TargetFields } from './target-form.tsx'

interface Props {
  readonly page: TargetsPage
  /** The newest messages: what came of a test stands among them. */
  readonly messages: readonly DeliveryView[]
  readonly look: Pick<Poller<unknown>, 'refresh'>
}

/** Where messages go, and which go there. Addresses and secrets are never told. */
export function Targets({ page: { targets, routes }, messages, look }: Props) {
  const isOpen = query.value.has('target')
  return (
    <section class="panel" aria-label={t('targets')}>
      <header>
        <h2>{t('targets')}</h2>
        <span class="sub">{t('targetsHint')}</span>
        {may('admin') && !isOpen ? (
          <button type="button" class="btn push" onClick={() => setQuery({ target: 'new' })}>
            {t('newTarget')}
          </button>
        ) : null}
      </header>
      {isOpen && may('admin') ? <TargetFields look={look} /> : null}
      {targets.length === 0 ? (
        <p class="body quiet">{t('noTargets')}</p>
      ) : (
        <table class="grid targets">
          <tbody>
            {targets.map((target) => (
              <Row
                key={target.name}
                target={target}
                routes={routes.filter(({ to }) => to.includes(target.name))}
                messages={messages}
                look={look}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

interface RowProps {
  readonly target: TargetView
  readonly routes: readonly RouteView[]
  readonly messages: readonly DeliveryView[]
  readonly look: Pick<Poller<unknown>, 'refresh'>
}

function Row({ target, routes, messages, look }: RowProps) {
  const { name, kind, source, origin } = target
  const path = `/targets/${encodeURIComponent(name)}`
  const [testing, removing] = [`test ${name}`, `remove ${name}`]
  return (
    <tr>
      <td>
        <b>{name}</b> <span class="id">{kind}</span>{' '}
        {source === 'page' ? (
          <span class="quiet small">{t('fromPage', { origin: origin ?? '' })}</span>
        ) : null}
        <p class="quiet small">
          {routes.length === 0 ? t('noRouteHere') : routes.map(routeText).join(' · ')}
        </p>
      </td>
      <td class="num">
        <span class="row wrap" style="justify-content:flex-end">
          <TestOutcome name={name} messages={messages} />
          {may('operator') ? (
            <button
              type="button"
              class="btn"
              disabled={isBusy(testing)}
              onClick={() => void change(testing, 'POST', `${path}/test`, undefined, look)}
            >
              {t('sendTest')}
            </button>
          ) : null}
          {source === 'page' && may('admin') ? (
            <button
              type="button"
              class="btn danger"
              disabled={isBusy(removing)}
              onClick={() => void change(removing, 'DELETE', path, undefined, look)}
            >
              {t('removeTarget')}
            </button>
          ) : null}
        </span>
        <Refusal place={testing} />
        <Refusal place={removing} />
      </td>
    </tr>
  )
}

/** What came of the newest test that was asked for here. */
function TestOutcome({ name, messages }: Pick<RowProps, 'messages'> & { readonly name: string }) {
  const now = asked.value[`test ${name}`]
  if (now?.state !== 'done') return null
  const outcome = messages.find(({ id }) => id === now.id)?.outcome ?? 'waiting'
  return (
    <span class="row" role="status">
      {t('statusTest')} <OutcomeChip outcome={outcome} />
    </span>
  )
}

function routeText({ name, match }: RouteView): string {
  const what = matchText(match)
  return what.length === 0 ? name : `${name} (${what.join(', ')})`
}
