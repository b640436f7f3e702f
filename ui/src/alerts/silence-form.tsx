import { useState } from 'preact/hooks'
import type { Severity } from '../../../core/model/finding.ts'
import type { Poller } from '../api/poller.ts'
import { t } from '../i18n/t.ts'
import { query, setQuery } from '../state/url.ts'
import { SILENCE_FOR, silenceBody } from './alerts-model.ts'
import { change } from './alerts-state.ts'
import { isBusy, Refusal } from './asked-note.tsx'

const PLACE = 'silence new'
const severities: readonly Severity[] = ['crit', 'major', 'minor']

/** Makes a silence; a link or the button of an alert may have filled in what it is about. */
export function SilenceFields({ look }: { readonly look: Pick<Poller<unknown>, 'refresh'> }) {
  const meant = query.value.get('silence') ?? 'new'
  const cause = query.value.get('cause') ?? ''
  return (
    <Fields
      key={`${meant} ${cause}`}
      jobs={meant === 'new' ? '' : meant}
      cause={cause}
      look={look}
    />
  )
}

interface FieldsProps {
  readonly jobs: string
  readonly cause: string
  readonly look: Pick<Poller<unknown>, 'refresh'>
}

function Fields({ jobs: meantJobs, cause, look }: FieldsProps) {
  const [jobs, setJobs] = useState(meantJobs)
  const [causes, setCauses] = useState(cause)
  const [severity, setSeverity] = useState<Severity | ''>('')
  const [forMs, setForMs] = useState(SILENCE_FOR['1h'])
  const [comment, setComment] = useState('')
  const close = () => setQuery({ silence: undefined, cause: undefined })
  const make = async (event: Event) => {
    event.preventDefault()
    const body = silenceBody({ jobs, causes, severity, forMs, comment }, Date.now())
    if (await change(PLACE, 'POST', '/silences', body, look)) close()
  }
  return (
    <form class="fields" onSubmit={(event) => void make(event)}>
      <label>
        <span>{t('silenceJobs')}</span>
        <input
          class="mono"
          value={jobs}
          placeholder="prod/shop/*"
          spellcheck={false}
          onInput={(event) => setJobs(event.currentTarget.value)}
        />
      </label>
      <label>
        <span>{t('silenceCauses')}</span>
        <input
          class="mono"
          value={causes}
          placeholder="slow-sink"
          spellcheck={false}
          onInput={(event) => setCauses(event.currentTarget.value)}
        />
      </label>
      <label>
        <span>{t('severity')}</span>
        <select
          value={severity}
          onChange={(event) =>
            setSeverity(severities.find((one) => one === event.currentTarget.value) ?? '')
          }
        >
          <option value="">{t('anySeverity')}</option>
          {severities.map((one) => (
            <option value={one}>{t(one)}</option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('silenceFor')}</span>
        <select value={forMs} onChange={(event) => setForMs(Number(event.currentTarget.value))}>
          {Object.entries(SILENCE_FOR).map(([name, ms]) => (
            <option value={ms}>{name}</option>
          ))}
        </select>
      </label>
      <label class="whole">
        <span>{t('silenceReason')}</span>
        <input
          id="silence-comment"
          value={comment}
          required
          maxLength={1_000}
          placeholder={t('silenceReasonHint')}
          onInput={(event) => setComment(event.currentTarget.value)}
        />
      </label>
      <p class="quiet small whole">{t('silenceWill')}</p>
      <div class="row whole">
        <button type="submit" class="btn solid" disabled={isBusy(PLACE)}>
          {t('makeSilence')}
        </button>
        <button type="button" class="btn" onClick={close}>
          {t('cancel')}
        </button>
        <Refusal place={PLACE} />
      </div>
    </form>
  )
}
