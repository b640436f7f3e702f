import type { Timeline as TimelineView } from '../../../core/api/public.ts'
import { clockTime, isShort } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'

const WIDTH = 1200
const LEFT = 150
const LANE = 28

/** Score, findings and checkpoints of the last minutes under each other. */
export function Timeline({ view }: { readonly view: TimelineView }) {
  const { from, to, scores, findings, checkpoints, marks } = view
  const x = (at: number) =>
    LEFT + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (WIDTH - LEFT - 8)
  const lanes = findings.slice(0, 8)
  const top = (lane: number) => 8 + lane * LANE
  const height = top(lanes.length + 3) + 18
  const ticks = Array.from({ length: 6 }, (_, index) => from + ((to - from) * index) / 5)
  return (
    <section class="panel" aria-label={t('timeline')}>
      <header>
        <h2>{t('timeline')}</h2>
        <span class="push small quiet">
          {clockTime(from)} – {clockTime(to)}
        </span>
      </header>
      <div class="body" style="padding-top:10px">
        <svg viewBox={`0 0 ${WIDTH} ${height}`} width="100%" role="img" aria-label={t('timeline')}>
          {[t('score'), t('changes'), ...lanes.map(({ rule }) => rule), t('checkpoints')].map(
            (name, lane) => (
              <g key={name + String(lane)}>
                <text x="0" y={top(lane) + 16} style="fill:var(--fg-2);font-size:12px">
                  {name}
                </text>
                <path class="ax" d={`M${LEFT} ${top(lane) + LANE - 2}H${WIDTH}`} />
              </g>
            ),
          )}
          {ticks.map((at) => (
            <g key={at}>
              <path class="ax" d={`M${x(at)} 6V${height - 20}`} />
              <text class="mid" x={Math.min(WIDTH - 26, x(at))} y={height - 4}>
                {clockTime(at, isShort(from, to))}
              </text>
            </g>
          ))}
          <path
            d={scorePath(scores, x, top(0) + 24)}
            fill="none"
            stroke="var(--fg)"
            stroke-width="1.5"
          />
          {marks.map(({ at, text }) => (
            <g key={`${at} ${text}`}>
              <path
                d={`M${x(at)} ${top(1) + 4}V${height - 20}`}
                stroke="var(--fg-2)"
                stroke-dasharray="2 3"
                opacity=".6"
              />
              <path d={`M${x(at)} ${top(1) + 4}l9 4 -9 4z`} fill="var(--fg-2)">
                <title>{text.slice(0, 300)}</title>
              </path>
            </g>
          ))}
          {lanes.map((finding, index) => (
            <rect
              key={`${finding.key} ${finding.from}`}
              x={x(finding.from)}
              y={top(index + 2) + 7}
              width={Math.max(3, x(finding.to ?? to) - x(finding.from))}
              height="13"
              rx="1"
              fill={`var(--${finding.severity === 'crit' ? 'crit' : finding.severity === 'info' ? 'unknown' : 'warn'})`}
              opacity={finding.cause ? 1 : 0.35}
            >
              <title>
                {finding.cause ? finding.rule : `${finding.rule} (${t('consequenceOf')})`}
              </title>
            </rect>
          ))}
          {checkpoints.map(({ at, ok, ms }) => (
            <rect
              key={at}
              x={x(at)}
              y={top(lanes.length + 2) + (ok ? 12 : 4)}
              width="3"
              height={ok ? 12 : 20}
              fill={ok ? 'var(--line-2)' : 'var(--crit)'}
            >
              <title>{`${clockTime(at, true)}, ${ms} ms`}</title>
            </rect>
          ))}
        </svg>
      </div>
    </section>
  )
}

/** Breaks where the score was unknown. */
export function scorePath(
  scores: TimelineView['scores'],
  x: (at: number) => number,
  bottom: number,
): string {
  let pen = false
  return scores
    .map(([at, score]) => {
      const command =
        score === null
          ? ''
          : `${pen ? 'L' : 'M'}${x(at).toFixed(1)} ${(bottom - score * 2.2).toFixed(1)}`
      pen = score !== null
      return command
    })
    .join('')
}
