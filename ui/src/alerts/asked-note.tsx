import { t } from '../i18n/t.ts'
import { asked } from './alerts-state.ts'

/** Why a change was not made, beside the button that asked for it. */
export function Refusal({ place }: { readonly place: string }) {
  const now = asked.value[place]
  if (now?.state !== 'failed') return null
  return (
    <p class="t-crit small" role="alert">
      {t('refused', { reason: now.reason })}
    </p>
  )
}

export const isBusy = (place: string): boolean => asked.value[place]?.state === 'busy'
