import { t } from '../i18n/t.ts'

export function RecordingBanner() {
  return (
    <div class="banner" role="note">
      {t('recordings')}
    </div>
  )
}
