import type { LastLines } from '../../../core/api/public-logs.ts'
import { clockTime, duration } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Sev } from '../shared/severity.tsx'
import { Text } from '../shared/text.tsx'
import { setQuery } from '../state/url.ts'
import { LineRow } from './line-row.tsx'
import { placeText } from './logs-state.ts'

/** What one looks for first in the morning: who died, why, and its last words. */
export function EndedLife({ last }: { readonly last: LastLines }) {
  const { life, firstFault, items } = last
  const { end, pod, node, firstAt, lastAt } = life
  if (!end) return null
  const { reason, exitCode } = end
  const shown = firstFault
    ? [firstFault, ...items.filter((line) => !same(line, firstFault))]
    : items
  return (
    <section class="panel last" aria-label={t('ended', { pod })}>
      <div style="padding:12px 16px">
        <div class="row base wrap">
          <Sev of="crit" />
          <h2>
            <Text value={pod} max={80} /> {t('endedAt', { time: clockTime(end.at, true) })}
          </h2>
          <span class="chip crit">
            {exitCode === undefined ? reason : t('exitChip', { reason, code: exitCode })}
          </span>
          <span class="second small">
            {t('lived', { time: duration(Math.max(0, lastAt - firstAt)), node })}
          </span>
        </div>
        <div class="log" style="margin:9px -16px 0">
          {shown.map((line) => (
            <LineRow
              key={placeText(line)}
              line={line}
              onOpen={() => setQuery({ line: placeText(line) })}
            />
          ))}
        </div>
      </div>
      <div class="stack" style="padding:12px 16px;align-content:start;justify-items:end;gap:6px">
        <button
          type="button"
          class="btn solid"
          onClick={() =>
            setQuery({ lq: `pod:"${pod}"`, span: `${end.at - 900_000}-${end.at + 60_000}` })
          }
        >
          {t('lastLines')}
        </button>
      </div>
    </section>
  )
}

function same(a: { file: string; offset: number }, b: { file: string; offset: number }): boolean {
  return a.file === b.file && a.offset === b.offset
}
