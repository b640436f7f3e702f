import type { LogHistogram } from '../../../core/api/public-logs.ts'
import { clockTime } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { setQuery } from '../state/url.ts'
import { weightOf } from './level.tsx'

const HEIGHT = 76
const WIDTH = 1200
const TICKS = 6
const fills = { error: 'var(--crit)', warn: 'var(--warn)', info: 'var(--line-2)' } as const

/** Lines by level over the range; a bar that is picked narrows the lists below to its stretch. */
export function Histogram({
  histogram,
  picked,
}: {
  readonly histogram: LogHistogram
  readonly picked: { readonly from: number; readonly to: number } | undefined
}) {
  const { from, to, stepMs, steps } = histogram
  const x = (at: number) => ((at - from) / (to - from)) * WIDTH
  const bars = steps.map(({ at, levels }) => {
    const sums = { error: 0, warn: 0, info: 0 }
    for (const [level, lines = 0] of Object.entries(levels)) {
      // The keys are those of the answer's type.
      sums[weightOf(level as keyof typeof levels)] += lines
    }
    return { at, sums, total: sums.error + sums.warn + sums.info }
  })
  const highest = Math.max(1, ...bars.map(({ total }) => total))
  const pick = (at: number) => setQuery({ span: `${at}-${at + stepMs - 1}` })
  return (
    <section class="panel" aria-label={t('linesByLevel')}>
      <header>
        <h2>{t('linesByLevel')}</h2>
        {picked && (
          <button type="button" class="btn bare" onClick={() => setQuery({ span: undefined })}>
            {t('wholeRange')}
          </button>
        )}
        <span class="push row">
          <span class="key" style="--k:var(--crit)">
            error
          </span>
          <span class="key" style="--k:var(--warn)">
            warn
          </span>
          <span class="key" style="--k:var(--line-2)">
            info
          </span>
        </span>
      </header>
      <div style="padding:8px 16px 4px">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT + 20}`}
          width="100%"
          height={HEIGHT + 20}
          preserveAspectRatio="none"
          role="img"
          aria-label={t('linesByLevel')}
        >
          {bars.map(({ at, sums, total }) => (
            <Bar
              key={at}
              x={Math.max(0, x(at))}
              width={Math.max(1, (stepMs / (to - from)) * WIDTH - 1)}
              sums={sums}
              scale={(HEIGHT - 4) / highest}
              title={`${clockTime(at, true)}: ${total}`}
              onPick={() => pick(at)}
            />
          ))}
          {picked && (
            <rect
              x={x(picked.from)}
              y="1"
              width={Math.max(3, x(picked.to) - x(picked.from))}
              height={HEIGHT}
              fill="none"
              stroke="var(--focus)"
              stroke-width="1.5"
            />
          )}
          <path d={`M0 ${HEIGHT + 0.5}H${WIDTH}`} stroke="var(--line)" />
        </svg>
        <div class="row small quiet" style="justify-content:space-between">
          {Array.from({ length: TICKS + 1 }, (_, index) => (
            <span>{clockTime(from + ((to - from) * index) / TICKS)}</span>
          ))}
        </div>
      </div>
    </section>
  )
}

interface BarProps {
  readonly x: number
  readonly width: number
  readonly sums: Readonly<Record<'error' | 'warn' | 'info', number>>
  readonly scale: number
  readonly title: string
  readonly onPick: () => void
}

function Bar({ x, width, sums, scale, title, onPick }: BarProps) {
  let top = HEIGHT
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button cannot stand inside a drawing.
    <g
      role="button"
      tabIndex={0}
      aria-label={title}
      style="cursor:pointer"
      onClick={onPick}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onPick()
      }}
    >
      <title>{title}</title>
      <rect x={x} y="0" width={width} height={HEIGHT} fill="transparent" />
      {(['info', 'warn', 'error'] as const).map((weight) => {
        const height = sums[weight] * scale
        top -= height
        return <rect x={x} y={top} width={width} height={height} fill={fills[weight]} />
      })}
    </g>
  )
}
