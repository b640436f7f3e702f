import { toneOfScore } from './verdict.ts'

interface Point {
  readonly at: number
  readonly score: number | null
}

let drawn = 0

/** The score of the last hour, fixed scale 0–10; what is unknown is hatched, never a line. */
export function Spark({
  points,
  width = 96,
  height = 22,
}: {
  readonly points: readonly Point[]
  readonly width?: number
  readonly height?: number
}) {
  const id = `spark${drawn++}`
  const { line, gaps } = sparkModel(points, width, height)
  const last = points.at(-1)?.score
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <defs>
        <linearGradient id={id} gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="0" y2={height}>
          <stop offset=".2" stop-color="var(--fg-3)" />
          <stop offset=".21" stop-color="var(--warn)" />
          <stop offset=".5" stop-color="var(--warn)" />
          <stop offset=".51" stop-color="var(--crit)" />
        </linearGradient>
      </defs>
      <path d={`M0 ${yOf(8, height)}H${width}`} stroke="var(--line)" />
      {gaps.map(([from, to]) => (
        <rect x={from} y={1} width={to - from} height={height - 2} fill="url(#hatch)" />
      ))}
      <path
        d={line}
        fill="none"
        stroke={`url(#${id})`}
        stroke-width="1.4"
        stroke-linejoin="round"
      />
      {typeof last === 'number' ? (
        <circle
          cx={width - 1}
          cy={yOf(last, height)}
          r="2"
          fill={last >= 8 ? 'var(--fg-3)' : `var(--${toneOfScore(last)})`}
        />
      ) : null}
    </svg>
  )
}

const yOf = (score: number, height: number) => 1 + (1 - score / 10) * (height - 2)

/** The path of the known stretches and the x-ranges of the gaps between them. */
export function sparkModel(
  points: readonly Point[],
  width: number,
  height: number,
): { readonly line: string; readonly gaps: readonly (readonly [number, number])[] } {
  const step = width / Math.max(1, points.length - 1)
  let line = ''
  let pen = false
  const gaps: [number, number][] = []
  points.forEach(({ score }, index) => {
    const x = index * step
    if (score === null) {
      const open = gaps.at(-1)
      if (open && open[1] >= x - step * 0.51) open[1] = Math.min(width, x + step / 2)
      else gaps.push([Math.max(0, x - step / 2), Math.min(width, x + step / 2)])
      pen = false
      return
    }
    line += `${pen ? 'L' : 'M'}${x.toFixed(1)} ${yOf(score, height).toFixed(1)}`
    pen = true
  })
  return { line, gaps }
}
