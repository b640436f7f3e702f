import type { ExceptionEvent } from '../../../core/model/events.ts'
import { clockTime } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Text } from '../shared/text.tsx'

/** What the job threw, the first fault first: later ones are often its echo. */
export function Exceptions({ list }: { readonly list: readonly ExceptionEvent[] }) {
  if (list.length === 0) return null
  return (
    <section class="panel" aria-label={t('exceptions')}>
      <header>
        <h2>{t('exceptions')}</h2>
        <span class="sub">{t('exceptionsHint')}</span>
      </header>
      {list.map((exception) => (
        <details class="finding" key={`${exception.at} ${exception.name} ${exception.task ?? ''}`}>
          <summary>
            <span />
            <span class="quiet small">{clockTime(exception.at, true)}</span>
            <span class="say cut">
              <b class="mono">
                <Text value={exception.root} max={120} />
              </b>{' '}
              <Text value={exception.message} max={300} />
            </span>
            <span class="when">
              <Text value={exception.task ?? ''} max={80} />
            </span>
          </summary>
          <div class="inner">
            <pre class="stackline">{exception.stack.slice(0, 20_000)}</pre>
          </div>
        </details>
      ))}
    </section>
  )
}
