import { score as written } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { toneOfScore } from './verdict.ts'

/** The score as a small reading on a staff. */
export function Gauge({ score }: { readonly score: number | null }) {
  return (
    <span
      class="gauge"
      data-v={toneOfScore(score)}
      style={`--s:${(score ?? 0) / 10}`}
      title={t('lostTo', { score: written(score) })}
    >
      <i />
      <b>{written(score)}</b>
    </span>
  )
}
