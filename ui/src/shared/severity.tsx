import type { Severity } from '../../../core/model/finding.ts'
import { t } from '../i18n/t.ts'

const shapes = {
  crit: <path d="M6 0l6 6-6 6-6-6z" fill="currentColor" />,
  major: <path d="M6 .8L12 11H0z" fill="currentColor" />,
  minor: (
    <path
      d="M6 2.6L10.6 10.4H1.4z"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linejoin="round"
    />
  ),
  info: <circle cx="6" cy="6" r="2.5" fill="currentColor" />,
  ok: <path d="M1.5 6.5l3 3 6-7" fill="none" stroke="currentColor" stroke-width="2" />,
  unknown: (
    <>
      <rect x="1" y="1" width="10" height="10" fill="none" stroke="currentColor" />
      <path d="M1 6l5-5M1 11L11 1M6 11l5-5" stroke="currentColor" />
    </>
  ),
}

/** Shape and word, never colour alone. */
export function Sev({ of }: { readonly of: Severity | 'ok' | 'unknown' }) {
  return (
    <span class={`sev ${of}`} role="img" aria-label={t(of === 'ok' ? 'healthy' : of)}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {shapes[of]}
      </svg>
    </span>
  )
}
