import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Fleet } from '../../../core/api/fleet.ts'
import { getJson } from '../api/fetch.ts'
import { t } from '../i18n/t.ts'

export function RecordingBanner() {
  return (
    <div class="banner" role="note">
      {t('recordings')}
    </div>
  )
}

const isRecorded = signal(false)

/** The banner on pages that are about no job: there while the fleet consists of recordings. */
export function FleetRecordingBanner() {
  useEffect(() => {
    getJson<Fleet>('/api/v1/fleet').then(
      ({ recording }) => {
        isRecorded.value = recording
      },
      // The page says by itself that Weir does not answer.
      () => {},
    )
  }, [])
  return isRecorded.value ? <RecordingBanner /> : null
}
