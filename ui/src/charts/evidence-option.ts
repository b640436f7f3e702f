import type { EChartsCoreOption } from 'echarts/core'
import type { SeriesView } from '../../../core/api/public.ts'
import { bytes, clockTime, duration, isShort, percent, rate } from '../format/numbers.ts'
import type { Tokens } from './tokens.ts'

export interface EvidenceChart {
  readonly series: SeriesView
  readonly label: string
  readonly limit: number | undefined
  /** Since when the finding has been open: shaded from there. */
  readonly since: number
  readonly noData: string
}

export function writeValue(unit: SeriesView['unit'], value: number): string {
  switch (unit) {
    case 'ratio':
      return percent(value)
    case 'perSecond':
      return rate(value)
    case 'ms':
      return duration(value)
    case 'bytes':
      return bytes(value)
  }
}

/** Stretches without data, as wide as they are; what lies before the first point is one of them. */
export function gapsOf({
  points,
}: Pick<SeriesView, 'points'>): readonly (readonly [number, number])[] {
  const gaps: [number, number][] = []
  points.forEach(([at, value], index) => {
    if (value !== null) return
    const next = points[index + 1]?.[0] ?? at
    const open = gaps.at(-1)
    if (open && open[1] === at) open[1] = next
    else gaps.push([points[index - 1]?.[0] ?? at, next])
  })
  return gaps.filter(([from, to]) => to > from)
}

/** One ink line, a dashed red limit with its value, the finding's time shaded, gaps hatched. */
export function evidenceOption(
  { series, label, limit, since, noData }: EvidenceChart,
  tokens: Tokens,
): EChartsCoreOption {
  const { unit, from, to, points } = series
  const text = (value: number) => writeValue(unit, value)
  const axis = { color: tokens['fg-3'], fontSize: 11 }
  return {
    animation: false,
    grid: { left: 52, right: 12, top: 12, bottom: 22 },
    xAxis: {
      type: 'time',
      min: from,
      max: to,
      axisLabel: {
        ...axis,
        formatter: (at: number) => clockTime(at, isShort(from, to)),
        hideOverlap: true,
      },
      axisLine: { lineStyle: { color: tokens.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      ...(unit === 'ratio' ? { max: 1, interval: 0.25 } : { splitNumber: 3 }),
      axisLabel: { ...axis, formatter: text },
      splitLine: { lineStyle: { color: tokens.line } },
    },
    tooltip: {
      trigger: 'axis',
      // Text only: nothing from outside is ever read as markup.
      renderMode: 'richText',
      backgroundColor: tokens.raised,
      borderColor: tokens.line,
      textStyle: { color: tokens.fg, fontSize: 12 },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? text(value) : noData),
    },
    series: [
      {
        type: 'line',
        name: label,
        data: points.map(([at, value]) => [at, value]),
        showSymbol: false,
        connectNulls: false,
        lineStyle: { color: tokens.fg, width: 1.5 },
        itemStyle: { color: tokens.fg },
        ...(limit === undefined
          ? {}
          : {
              markLine: {
                silent: true,
                symbol: 'none',
                lineStyle: { color: tokens.crit, type: [5, 3], width: 1.25 },
                label: {
                  formatter: text(limit),
                  position: 'insideStartTop',
                  color: tokens['crit-text'],
                  fontSize: 11,
                },
                data: [{ yAxis: limit }],
              },
            }),
        markArea: {
          silent: true,
          data: [
            ...gapsOf(series).map(([start, end]) => [
              {
                xAxis: start,
                itemStyle: {
                  color: tokens['unknown-soft'],
                  borderColor: tokens.unknown,
                  borderWidth: 0.5,
                  borderType: 'dashed',
                },
              },
              { xAxis: end },
            ]),
            [
              { xAxis: Math.max(since, from), itemStyle: { color: tokens.crit, opacity: 0.09 } },
              { xAxis: to },
            ],
          ],
        },
      },
    ],
  }
}
