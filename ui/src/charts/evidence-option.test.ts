import { expect, test } from 'vitest'
import type { SeriesView } from '../../../core/api/public.ts'
import { evidenceOption, gapsOf, writeValue } from './evidence-option.ts'
import { chartTokens, type Tokens } from './tokens.ts'

const tokens = Object.fromEntries(chartTokens.map((name) => [name, name])) as Tokens // Every name is there.
const series: SeriesView = {
  signal: 'busy',
  unit: 'ratio',
  from: 0,
  to: 50,
  stepMs: 10,
  points: [
    [0, null],
    [10, 0.4],
    [20, null],
    [30, null],
    [40, 0.9],
    [50, 0.95],
  ],
}

test('a gap is as wide as it is, and no zero', () => {
  expect(gapsOf(series)).toEqual([
    [0, 10],
    [10, 40],
  ])
})

test('values carry the unit of their series', () => {
  expect(writeValue('ratio', 0.5).replace('\u00a0', ' ')).toBe('50 %')
})

test('the line breaks where nothing is known, the limit is drawn, the finding is shaded from its beginning', () => {
  const option = evidenceOption(
    { series, label: 'busy', limit: 0.85, since: 40, noData: '–' },
    tokens,
  )
  expect(JSON.parse(JSON.stringify(option))).toMatchObject({
    series: [
      {
        data: [
          [0, null],
          [10, 0.4],
          [20, null],
          [30, null],
          [40, 0.9],
          [50, 0.95],
        ],
        connectNulls: false,
        markLine: { data: [{ yAxis: 0.85 }] },
        markArea: {
          data: [
            [{ xAxis: 0 }, { xAxis: 10 }],
            [{ xAxis: 10 }, { xAxis: 40 }],
            [{ xAxis: 40 }, { xAxis: 50 }],
          ],
        },
      },
    ],
  })
})
