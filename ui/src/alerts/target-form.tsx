import { useState } from 'preact/hooks'
import type { Poller } from '../api/poller.ts'
import { t } from '../i18n/t.ts'
import { setQuery } from '../state/url.ts'
import { targetBody } from './alerts-model.ts'
import { change } from './alerts-state.ts'
import { isBusy, Refusal } from './asked-note.tsx'

const PLACE = 'target new'

/** Makes a webhook outside the configuration; its address must hold no secret. */
export function TargetFields({ look }: { readonly look: Pick<Poller<unknown>, 'refresh'> }) {
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [jobs, setJobs] = useState('')
  const close = () => setQuery({ target: undefined })
  const make = async (event: Event) => {
    event.preventDefault()
    const body = targetBody({ name, url, jobs })
    if (await change(PLACE, 'POST', '/targets', body, look)) close()
  }
  return (
    <form class="fields" onSubmit={(event) => void make(event)}>
      <label>
        <span>{t('targetName')}</span>
        <input
          value={name}
          required
          placeholder="shop"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
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
      <label class="whole">
        <span>{t('targetUrl')}</span>
        <input
          class="mono"
          type="url"
          value={url}
          required
          placeholder="https://example.com/hooks/weir"
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
      </label>
      <p class="quiet small whole">{t('targetWill')}</p>
      <div class="row whole">
        <button type="submit" class="btn solid" disabled={isBusy(PLACE)}>
          {t('makeTarget')}
        </button>
        <button type="button" class="btn" onClick={close}>
          {t('cancel')}
        </button>
        <Refusal place={PLACE} />
      </div>
    </form>
  )
}
