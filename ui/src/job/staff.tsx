import type { Finding, Score } from '../../../core/model/finding.ts'
import { score as scoreText, points as written } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { toneOf } from '../shared/verdict.ts'
import { labelPlaces, piecesOf } from './staff-model.ts'

const TOP = 12
const UNIT = 29
const X = 34
const WIDTH = 34
const LABEL_X = X + WIDTH + 34
const yOf = (score: number) => TOP + (10 - score) * UNIT

/** The score as a level on a gauging staff: findings take their pieces from the top, water is what is left. */
export function Staff({
  score,
  findings,
}: {
  readonly score: Score
  readonly findings: readonly Finding[]
}) {
  const tone = toneOf[score.verdict]
  const level = score.value ?? 0
  const pieces = piecesOf(score)
  const places = labelPlaces(
    pieces.map(({ from, to }) => (yOf(from) + yOf(to)) / 2),
    24,
    TOP + 8,
  )
  const subjectOf = (key: string) =>
    findings.find((finding) => finding.key === key)?.subject.name ?? ''
  const toneOfPiece = (key: string) =>
    findings.find((finding) => finding.key === key)?.severity === 'crit' ? 'crit' : 'warn'
  return (
    <svg
      class="staff"
      width="100%"
      height="312"
      viewBox="0 0 378 312"
      preserveAspectRatio="xMinYMin meet"
      role="img"
      aria-label={t('lostTo', { score: scoreText(score.value) })}
    >
      <rect
        x={X}
        y={yOf(10)}
        width={WIDTH}
        height={10 * UNIT}
        fill="var(--surface)"
        stroke="var(--edge)"
      />
      {score.value === null ? (
        <rect
          x={X + 1}
          y={yOf(10) + 1}
          width={WIDTH - 2}
          height={10 * UNIT - 2}
          fill="url(#hatch)"
        />
      ) : (
        <rect
          x={X + 1}
          y={yOf(level)}
          width={WIDTH - 2}
          height={Math.max(0, yOf(0) - yOf(level) - 1)}
          fill={`var(--${tone})`}
          opacity=".85"
        />
      )}
      {score.value === null
        ? null
        : pieces.map((piece, index) => {
            const [top, bottom] = [yOf(piece.from), yOf(piece.to)]
            const place = places[index] ?? top
            const of = piece.ceiling ? 'crit' : toneOfPiece(piece.key)
            return (
              <g key={piece.key}>
                <rect
                  x={X + 1}
                  y={top + 0.5}
                  width={WIDTH - 2}
                  height={bottom - top}
                  fill={`var(--${of}-soft)`}
                />
                <path d={`M${X + 1} ${bottom}H${X + WIDTH - 1}`} stroke={`var(--${of})`} />
                <rect
                  x={X + WIDTH - 5}
                  y={top + 1}
                  width={4}
                  height={Math.max(0, bottom - top - 1)}
                  fill={`var(--${of})`}
                />
                <path
                  d={`M${X + WIDTH + 1} ${(top + bottom) / 2}H${X + WIDTH + 10}L${LABEL_X - 10} ${place}H${LABEL_X - 4}`}
                  stroke="var(--line-2)"
                  fill="none"
                />
                <text
                  x={LABEL_X + 26}
                  y={place + 4}
                  text-anchor="end"
                  style={`font-weight:650;font-size:13px;fill:var(--${of}-text)`}
                >
                  {written(piece.points)}
                </text>
                <text x={LABEL_X + 36} y={place + 4} style="font-size:13px;fill:var(--fg)">
                  {piece.ceiling ? `${t('ceiling')}: ${piece.rule}` : piece.rule}
                  <tspan dx="7" style="fill:var(--fg-3);font-size:12px">
                    {subjectOf(piece.key).slice(0, 18)}
                  </tspan>
                </text>
              </g>
            )
          })}
      <Marks />
      {score.value === null ? null : (
        <path
          d={`M${X - 6} ${yOf(level)}H${X + WIDTH + 8}`}
          stroke={`var(--${tone})`}
          stroke-width="2.5"
        />
      )}
      <text
        class="level"
        x={LABEL_X - 6}
        y={yOf(0) - 20}
        style={`font-size:60px;font-weight:680;letter-spacing:-2px;fill:var(--${tone}-text)`}
      >
        {scoreText(score.value)}
      </text>
      <text
        x={LABEL_X + (score.value === 10 ? 122 : 92)}
        y={yOf(0) - 49}
        style={`font-size:13px;fill:var(--${tone}-text);font-weight:650`}
      >
        {t(score.verdict)}
      </text>
      <text
        x={LABEL_X + (score.value === 10 ? 122 : 92)}
        y={yOf(0) - 33}
        style="font-size:12px;fill:var(--fg-2)"
      >
        {t('coverage', { value: score.coverage.toFixed(2) })}
      </text>
      <text x={LABEL_X + (score.value === 10 ? 122 : 92)} y={yOf(0) - 17} style="font-size:12px">
        {t('weights', { version: score.weights })}
      </text>
    </svg>
  )
}

/** Unit blocks with teeth, and the levels of healthy and degraded. */
function Marks() {
  const units = Array.from({ length: 11 }, (_, index) => index)
  return (
    <g>
      {units.map((unit) => (
        <g key={unit}>
          <text class="n" x={X - 8} y={yOf(unit) + 4}>
            {unit}
          </text>
          <path d={`M${X - 4} ${yOf(unit)}H${X}`} stroke="var(--edge)" />
          {unit < 10
            ? [0.2, 0.4, 0.6, 0.8].map((tooth) => (
                <path
                  d={`M${X} ${yOf(unit + tooth)}h${tooth === 0.4 || tooth === 0.6 ? 5 : 8}`}
                  stroke="var(--fg)"
                  opacity=".28"
                />
              ))
            : null}
        </g>
      ))}
      {[8, 5].map((level) => (
        <path
          d={`M${X - 4} ${yOf(level)}H${X + WIDTH + 4}`}
          stroke="var(--fg-2)"
          stroke-dasharray="2 2"
        />
      ))}
    </g>
  )
}
