import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { tables } from '../charts/tables.ts'
import { t } from '../i18n/t.ts'
import { toggleTheme } from '../state/theme.ts'
import { go, linkTo } from '../state/url.ts'

export const sheetOpen = signal(false)

/** Keys that work everywhere; pages add their own. */
function onKey(event: KeyboardEvent): void {
  const typing = event.target instanceof HTMLInputElement
  if (event.key === 'Escape') {
    sheetOpen.value = false
    if (typing) event.target.blur()
  }
  if (typing || event.metaKey || event.ctrlKey || event.altKey) return
  if (event.key === '/') {
    event.preventDefault()
    document.getElementById('find')?.focus()
  } else if (event.key === '?') sheetOpen.value = !sheetOpen.value
  else if (event.key === 'd') toggleTheme()
  else if (event.key === 't') tables.value = !tables.value
  else if (event.key === 'g') go(linkTo('/'))
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
