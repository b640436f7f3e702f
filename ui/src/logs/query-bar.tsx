import { useEffect, useRef } from 'preact/hooks'
import type { LogPage } from '../../../core/api/public-logs.ts'
import { t } from '../i18n/t.ts'
import { setQuery } from '../state/url.ts'
import { type Question, RANGES, wrapped } from './logs-state.ts'

interface QueryBarProps {
  readonly question: Question
  readonly page: LogPage | undefined
  readonly lines: number | undefined
  /** Why the query was not understood. */
  readonly objection: string | undefined
}

const TYPING_MS = 400

/** The query, the range, and how lines are shown. */
export function QueryBar({ question, page, lines, objection }: QueryBarProps) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const ask = (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement // The field that this handler is on.
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setQuery({ lq: value, line: undefined }), TYPING_MS)
  }
  return (
    <div>
      <div class="row">
        <label class="query">
          <span class="quiet">/</span>
          <input
            id="log-query"
            type="search"
            spellcheck={false}
            placeholder={t('logQuery')}
            aria-label={t('logQuery')}
            aria-invalid={objection !== undefined}
            value={question.q}
            onInput={ask}
          />
          {page && lines !== undefined && (
            <span class="quiet small">
              {t('linesFound', { lines: lines.toLocaleString('en'), ms: Math.round(page.tookMs) })}
            </span>
          )}
        </label>
        <span class="seg">
          {Object.entries(RANGES).map(([name, ms]) => (
            <button
              type="button"
              aria-pressed={question.rangeMs === ms}
              onClick={() => setQuery({ range: name, span: undefined })}
            >
              {name}
            </button>
          ))}
        </span>
        <button
          type="button"
          class="btn"
          aria-pressed={wrapped.value}
          onClick={() => {
            wrapped.value = !wrapped.value
          }}
        >
          {t('wrap')}
        </button>
      </div>
      {objection === undefined ? null : (
        <p class="t-crit" role="alert" style="margin:6px 2px 0">
          {objection}
        </p>
      )}
    </div>
  )
}
