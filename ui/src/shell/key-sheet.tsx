import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { tables } from '../charts/tables.ts'
import { t } from '../i18n/t.ts'
import { toggleTheme } from '../state/theme.ts'
import { ALERTS, go, linkTo } from '../state/url.ts'

export const sheetOpen = signal(false)

/** Keys that work everywhere; pages add their own. */
function onKey(event: KeyboardEvent): void {
  const field = event.target instanceof HTMLElement ? event.target : undefined
  const typing = field?.matches('input, select, textarea') ?? false
  if (event.key === 'Escape') {
    sheetOpen.value = false
    if (typing) field?.blur()
  }
  if (typing || event.metaKey || event.ctrlKey || event.altKey) return
  if (event.key === '/') {
    event.preventDefault()
    document.getElementById('find')?.focus()
  } else if (event.key === '?') sheetOpen.value = !sheetOpen.value
  else if (event.key === 'd') toggleTheme()
  else if (event.key === 't') tables.value = !tables.value
  else if (event.key === 'g') go(linkTo('/'))
  else if (event.key === 'a') go(linkTo(ALERTS))
}

export function KeySheet() {
  useEffect(() => {
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  if (!sheetOpen.value) return null
  const rows = [
    ['/', t('keySearch')],
    ['j k', t('keyMove')],
    ['Enter', t('keyOpen')],
    ['g', t('keyFleet')],
    ['a', t('keyAlerts')],
    ['d', t('keyTheme')],
    ['t', t('keyTable')],
    ['?', t('keySheet')],
    ['Esc', t('keyClose')],
  ]
  const close = () => {
    sheetOpen.value = false
  }
  return (
    <div class="keys" role="dialog" aria-label={t('keys')}>
      <div>
        {rows.map(([key, what]) => (
          <>
            <kbd>{key}</kbd>
            <span>{what}</span>
          </>
        ))}
        <span />
        <button type="button" class="btn" onClick={close}>
          {t('keyClose')}
        </button>
      </div>
    </div>
  )
}
