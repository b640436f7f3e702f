import type { LogPatternsPage } from '../../../core/api/public-logs.ts'
import type { LogPattern } from '../../../core/model/logs.ts'
import { clockTime } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { Text } from '../shared/text.tsx'
import { query, setQuery } from '../state/url.ts'
import { Mark } from './level.tsx'

/** What lines look like; a pattern that was never seen before the span is named as new. */
export function PatternsPanel({ patterns }: { readonly patterns: LogPatternsPage }) {
  const { items, from } = patterns
  const fresh = items.filter(({ firstAt }) => firstAt >= from).length
  return (
    <section class="panel" aria-label={t('logPatterns')}>
      <header>
        <h2>{t('logPatterns')}</h2>
        <span class="sub">{t('patternsHint', { count: items.length, fresh })}</span>
      </header>
      <table class="grid pat">
        <tbody>
          {items.map((pattern) => (
            <PatternRow key={pattern.template} pattern={pattern} isNew={pattern.firstAt >= from} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function PatternRow({ pattern, isNew }: { readonly pattern: LogPattern; readonly isNew: boolean }) {
  const { template, example, level, lines, course, firstAt } = pattern
  const narrow = () => {
    const q = query.value.get('lq') ?? ''
    setQuery({ lq: `${q} template:${template}`.trim(), span: undefined })
  }
  return (
    <tr>
      <td style="width:20px">
        <Mark level={level} />
      </td>
      <td class="num">{lines}</td>
      <td class="p" title={example.slice(0, 1_000)}>
        <button type="button" class="bare-text" onClick={narrow}>
          <Text value={example} max={160} />
        </button>
      </td>
      <td class="num small">
        {isNew ? (
          <b class="t-warn">{t('newSince', { time: clockTime(firstAt) })}</b>
        ) : (
          <Course lines={course} />
        )}
      </td>
    </tr>
  )
}

const BAR = 3
const HEIGHT = 18

/** How often it came in each step of the span, on a scale of its own. */
function Course({ lines }: { readonly lines: readonly number[] }) {
  const highest = Math.max(1, ...lines)
  return (
    <svg width={lines.length * BAR} height={HEIGHT} aria-hidden="true">
      {lines.map((count, index) => {
        const height = count === 0 ? 0 : Math.max(1, (count / highest) * HEIGHT)
        return (
          <rect
            x={index * BAR}
            y={HEIGHT - height}
            width={BAR - 1}
            height={height}
            fill="var(--fg-3)"
          />
        )
      })}
    </svg>
  )
}
