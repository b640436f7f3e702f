import { useEffect, useMemo, useState } from 'preact/hooks'
import type { SeriesView } from '../../../core/api/public.ts'
import type { Evidence } from '../../../core/model/finding.ts'
import { clockTime, UNKNOWN } from '../format/numbers.ts'
import { t } from '../i18n/t.ts'
import { readSeries, type Span } from '../job/job-state.ts'
import { Chart } from './chart.tsx'
import { evidenceOption, writeValue } from './evidence-option.ts'
import { tables } from './tables.ts'

interface Props {
  readonly job: string
  readonly evidence: Evidence
  readonly since: number
  readonly span: Span
}

/** A piece of evidence as a chart of its own series, or as a table of the same numbers. */
export function EvidenceChart({ job, evidence, since, span }: Props) {
  const [series, setSeries] = useState<SeriesView | undefined>()
  const ref = evidence.series
  useEffect(() => {
    if (!ref) return
    const reading = new AbortController()
    // A series that cannot be read leaves the old one standing; the page says that the API is away.
    readSeries(job, ref, span, reading.signal).then(setSeries, () => {})
    return () => reading.abort()
  }, [job, ref?.signal, ref?.vertex, ref?.process, span.from, span.to])
  const option = useMemo(() => {
    if (!series) return undefined
    const chart = {
      series,
      label: evidence.label,
      limit: evidence.limit,
      since,
      noData: t('noData'),
    }
    return (tokens: Parameters<typeof evidenceOption>[1]) => evidenceOption(chart, tokens)
  }, [series, evidence.label, evidence.limit, since])
  return (
    <div>
      <div class="caption">
        <h3 class="cut">{evidence.label}</h3>
      </div>
      {!series || !option ? (
        <div class="echart skel" />
      ) : tables.value ? (
        <Table series={series} />
      ) : (
        <Chart option={option} label={evidence.label} />
      )}
    </div>
  )
}

function Table({ series }: { readonly series: SeriesView }) {
  return (
    <div class="charttable">
      <table class="grid">
        <thead>
          <tr>
            <th>{t('time')}</th>
            <th class="num">{t('value')}</th>
          </tr>
        </thead>
        <tbody>
          {series.points.map(([at, value]) => (
            <tr key={at}>
              <td>{clockTime(at, true)}</td>
              <td class="num">{value === null ? UNKNOWN : writeValue(series.unit, value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
