import { useEffect, useMemo, useRef } from 'preact/hooks'
import { duration } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { may, me, readMe } from '../state/me.ts'
import { query } from '../state/url.ts'
import { headOf } from './alerts-model.ts'
import { type AlertsLook, alertsPoller } from './alerts-state.ts'
import { Deliveries } from './deliveries.tsx'
import { Firing } from './firing.tsx'
import { HeldBack } from './held-back.tsx'
import { HowToRoute } from './how-to.tsx'
import { Silences } from './silences.tsx'
import { Targets } from './targets.tsx'

/** Who is told of what: what fires, what is held back and why, and what became of each message. */
export default function AlertsPage() {
  const onlyDead = query.value.get('deliveries') === 'dead'
  const poller = useMemo(() => alertsPoller(onlyDead), [onlyDead])
  useEffect(() => poller.start(), [poller])
  useEffect(() => {
    readMe()
    document.title = `${t('alerts')} · Weir`
  }, [])
  const loaded = poller.state.value
  // While another list of messages is on its way, the page stays as it is.
  const before = useRef<AlertsLook | undefined>(undefined)
  if (loaded.state === 'ready') before.current = loaded.value
  const look = before.current
  if (loaded.state === 'failed') {
    return (
      <main>
        <div class="callout crit">
          {loaded.status === 404 ? t('noAlerting') : t('apiAwayFirst', { reason: loaded.reason })}
        </div>
      </main>
    )
  }
  if (!look) return <main class="quiet">{t('loading')}</main>
  const { page, silences, deliveries, targets } = look
  return (
    <main>
      {loaded.state === 'ready' && loaded.trouble !== undefined ? (
        <div class="callout warn">
          {t('apiAway', { reason: loaded.trouble, age: duration(Date.now() - loaded.at) })}
        </div>
      ) : null}
      <Head look={look} />
      {page.ready ? null : <div class="callout warn">{t('alertsNotReady')}</div>}
      {targets.routes.length === 0 ? <HowToRoute /> : null}
      <Firing page={page} />
      <HeldBack page={page} />
      <div class="cols halves">
        <Silences silences={silences} at={page.at} look={poller} />
        <Targets page={targets} messages={deliveries.items} look={poller} />
      </div>
      <Deliveries
        key={String(look.onlyDead)}
        page={deliveries}
        onlyDead={look.onlyDead}
        at={page.at}
        look={poller}
      />
    </main>
  )
}

/** The page in one sentence, and what whoever looks at it may do. */
function Head({ look: { page } }: { readonly look: AlertsLook }) {
  const { firing, told, heldBack } = headOf(page)
  return (
    <section class="lead" aria-label={t('alerts')}>
      <h1 class="sr">{t('alerts')}</h1>
      <h2>{firing === 0 ? t('headQuiet') : t('headFiring', { firing, told, heldBack })}</h2>
      <p>
        {page.waitingMessages === 0
          ? t('headDelivered')
          : t('headUndelivered', { count: page.waitingMessages })}{' '}
        {t('timesIn', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}{' '}
        {me.value && !may('operator') ? t('viewerHint', { name: me.value.name }) : null}
      </p>
    </section>
  )
}
