import type { JobSummary } from '../../../core/api/public.ts'
import { t } from '../i18n/t.ts'
import { toneOf } from '../shared/verdict.ts'
import { follow, linkTo } from '../state/url.ts'

/** A sick or unknown column is this much wider than a healthy one: what matters stays clickable. */
const SICK_WIDTH = 4

export interface Column {
  readonly job: JobSummary
  readonly x: number
  readonly width: number
  readonly height: number
}

const WIDTH = 1024
const HEIGHT = 62
/** A handful of jobs would make columns as wide as walls. */
const WIDEST = 44

/** Every job one column, in the order given; the height is the score, unknown ones are full height. */
export function shoreline(jobs: readonly JobSummary[]): readonly Column[] {
  const weight = (job: JobSummary) => (job.verdict === 'healthy' ? 1 : SICK_WIDTH)
  const total = jobs.reduce((sum, job) => sum + weight(job), 0)
  const unit = Math.min(WIDTH / Math.max(1, total), WIDEST / SICK_WIDTH)
  let x = 0
  return jobs.map((job) => {
    const width = weight(job) * unit
    const column = {
      job,
      x,
      width,
      height: job.score === null ? HEIGHT : Math.max(1.5, (job.score / 10) * HEIGHT),
    }
    x += width
    return column
  })
}

export function Shoreline({ jobs }: { readonly jobs: readonly JobSummary[] }) {
  const level = (score: number) => 66 - (score / 10) * HEIGHT
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} 70`}
        preserveAspectRatio="none"
        style="width:100%;height:80px"
        role="img"
        aria-label={t('shoreHint')}
      >
        {shoreline(jobs).map(({ job, x, width, height }) => (
          <a
            key={job.job}
            href={linkTo(`/jobs/${job.job}`)}
            onClick={follow}
            aria-label={job.name.slice(0, 200)}
          >
            <rect
              x={x}
              y={66 - height}
              width={Math.max(0.5, width - Math.min(1, width * 0.15))}
              height={height}
              fill={job.score === null ? 'url(#hatch)' : `var(--${toneOf[job.verdict]})`}
              opacity={job.verdict === 'healthy' ? 0.42 : 1}
            >
              <title>{job.name.slice(0, 200)}</title>
            </rect>
          </a>
        ))}
        <path
          d={`M0 ${level(8)}H${WIDTH}M0 ${level(5)}H${WIDTH}`}
          stroke="var(--fg-3)"
          opacity=".45"
          vector-effect="non-scaling-stroke"
          stroke-dasharray="1 4"
        />
        <path d={`M0 66.5H${WIDTH}`} stroke="var(--line-2)" vector-effect="non-scaling-stroke" />
      </svg>
      <div class="row tiny quiet">
        <span>{t('shoreLegend')}</span>
      </div>
    </>
  )
}
