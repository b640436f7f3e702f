import type { SilencesPage, SilenceView } from '../../../core/api/alerts.ts'
import type { Poller } from '../api/poller.ts'
import { moment } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Text } from '../shared/text.tsx'
import { may } from '../state/me.ts'
import { query, setQuery } from '../state/url.ts'
import { matchText } from './alerts-model.ts'
import { change } from './alerts-state.ts'
import { isBusy, Refusal } from './asked-note.tsx'
import { SilenceFields } from './silence-form.tsx'

interface Props {
  readonly silences: SilencesPage
  readonly at: number
  readonly look: Pick<Poller<unknown>, 'refresh'>
}

/** Words that some alerts need not be told for a while: who gave them, why, and until when. */
export function Silences({ silences: { items }, at, look }: Props) {
  const isOpen = query.value.has('silence')
  return (
    <section class="panel" aria-label={t('silences')}>
      <header>
        <h2>{t('silences')}</h2>
        <span class="sub">{t('silencesHint')}</span>
        {may('operator') && !isOpen ? (
          <button type="button" class="btn push" onClick={() => setQuery({ silence: 'new' })}>
            {t('newSilence')}
          </button>
        ) : null}
      </header>
      {isOpen && may('operator') ? <SilenceFields look={look} /> : null}
      {items.length === 0 ? (
        <p class="body quiet">{t('noSilences')}</p>
      ) : (
        <table class="grid silences">
          <thead>
            <tr>
              <th>{t('silenceWhat')}</th>
              <th>{t('silenceWhy')}</th>
              <th>{t('silenceUntil')}</th>
              <th class="num">{t('silenceHolds')}</th>
              <th>
                <span class="sr">{t('endSilence')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((silence) => (
              <Row key={silence.id} silence={silence} at={at} look={look} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

interface RowProps {
  readonly silence: SilenceView
  readonly at: number
  readonly look: Pick<Poller<unknown>, 'refresh'>
}

function Row({ silence, at, look }: RowProps) {
  const { id, match, by, comment, state, startsAt, endsAt, holds } = silence
  const place = `silence ${id}`
  const when = {
    active: () => moment(endsAt, at),
    pending: () => t('silenceFrom', { from: moment(startsAt, at), to: moment(endsAt, at) }),
    ended: () => t('silenceEnded', { time: moment(endsAt, at) }),
  }
  return (
    <tr class={state === 'ended' ? 'quiet' : ''}>
      <td>
        <span class="row wrap">
          {matchText(match).map((text) => (
            <span class="id">
              <Text value={text} max={120} />
            </span>
          ))}
        </span>
      </td>
      <td>
        <Text value={comment} max={200} /> <span class="quiet">{by}</span>
      </td>
      <td>{when[state]()}</td>
      <td class="num">{holds}</td>
      <td class="num">
        {state !== 'ended' && may('operator') ? (
          <button
            type="button"
            class="btn"
            title={t('endSilenceHint')}
            disabled={isBusy(place)}
            onClick={() => void change(place, 'DELETE', `/silences/${id}`, undefined, look)}
          >
            {t('endSilence')}
          </button>
        ) : null}
        <Refusal place={place} />
      </td>
    </tr>
  )
}
