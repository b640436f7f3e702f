import { lang, t, toggleLanguage } from '../i18n/t.ts'
import { toggleTheme } from '../state/theme.ts'
import { ALERTS, follow, go, linkTo, PIPELINE, path, query, setQuery } from '../state/url.ts'
import { sheetOpen } from './key-sheet.tsx'

const places = [
  ['/', 'fleet'],
  [ALERTS, 'alerts'],
  [PIPELINE, 'pipeline'],
] as const

/** Pages of jobs belong to the fleet. */
function isAt(place: string): boolean {
  const other = places.some(([one]) => one !== '/' && path.value.startsWith(one))
  return place === '/' ? !other : path.value.startsWith(place)
}

export function Topbar() {
  return (
    <header class="topbar">
      <a class="brand" href={linkTo('/')} onClick={follow}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M2 4v16h20V4h-4.2L12 13.4 6.2 4z" fill="currentColor" />
          <path d="M8.8 4L12 9.2 15.2 4z" fill="var(--held)" />
        </svg>
        Weir
      </a>
      <nav aria-label="Main">
        {places.map(([place, title]) => (
          <a
            key={place}
            href={linkTo(place)}
            onClick={follow}
            aria-current={isAt(place) ? 'page' : undefined}
          >
            {t(title)}
          </a>
        ))}
      </nav>
      <span class="push" />
      <label class="find">
        <input
          id="find"
          type="search"
          placeholder={t('search')}
          aria-label={t('search')}
          value={query.value.get('q') ?? ''}
          onInput={search}
        />
        <kbd>/</kbd>
      </label>
      <button
        type="button"
        class="btn bare"
        title={t('language')}
        aria-label={t('language')}
        onClick={toggleLanguage}
      >
        {lang.value === 'zh' ? 'EN' : '中'}
      </button>
      <button
        type="button"
        class="btn bare"
        title={t('theme')}
        aria-label={t('theme')}
        onClick={toggleTheme}
      >
        ◐
      </button>
      <button
        type="button"
        class="btn bare"
        title={t('keys')}
        aria-label={t('keys')}
        onClick={() => {
          sheetOpen.value = true
        }}
      >
        ?
      </button>
    </header>
  )
}

/** Searching is a filter of the fleet: from anywhere else it leads there. */
function search(event: Event): void {
  const { value } = event.currentTarget as HTMLInputElement // The handler stands on that input only.
  if (path.value !== '/') go(linkTo('/'))
  setQuery({ q: value })
}
