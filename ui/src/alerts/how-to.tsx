import { t } from '../i18n/t.ts'
import { Copyable } from '../shared/copyable.tsx'

/** As short as a configuration can be in which somebody is told of something. */
const EXAMPLE = `diagnosis:
  alerts:
    pageUrl: https://weir.example.com
    targets:
      oncall: { kind: webhook, url: https://hooks.example.com/weir }
    routes:
      - { name: everything, to: [oncall] }`

/** Without routes nobody is ever told of anything: what to write, and where. */
export function HowToRoute() {
  return (
    <section class="panel" aria-label={t('noRoutes')}>
      <div class="body stack">
        <h2>{t('noRoutes')}</h2>
        <p class="second">{t('noRoutesHint')}</p>
        <Copyable text={EXAMPLE} />
        <p class="quiet small">{t('noRoutesCheck')}</p>
      </div>
    </section>
  )
}
