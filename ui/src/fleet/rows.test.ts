// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import type { JobSummary } from '../../../core/api/public.ts'
import { facet, matches, worstFirst } from './rows.ts'
import { shoreline } from './shoreline.tsx'

const job = (name: string, score: number | null, over: Partial<JobSummary> = {}): JobSummary => ({
  job: `lab/-/${name}`,
  cluster: 'lab',
  namespace: '-',
  name,
  run: 'a',
  state: 'RUNNING',
  flinkVersion: '2.2.1',
  score,
  verdict:
    score === null ? 'unknown' : score >= 8 ? 'healthy' : score >= 5 ? 'degraded' : 'unhealthy',
  coverage: 1,
  topCause: null,
  moreCauses: 0,
  unknownBecause: null,
  vertices: 3,
  restarts: 0,
  lastCheckpointAt: null,
  recordsPerSecond: null,
  trend: [],
  updatedAt: 0,
  recording: false,
  ...over,
})
const all = [job('fine', 10), job('lost', null), job('sick', 3), job('slow', 6.5), job('worse', 1)]
const none = { text: '', verdicts: [], causes: [], clusters: [] }

test('the worst stand first, unknown between unhealthy and degraded', () => {
  expect(worstFirst(all).map(({ name }) => name)).toEqual(['worse', 'sick', 'lost', 'slow', 'fine'])
})

test.each([
  ['nothing is everything', none, 5],
  ['a part of the name', { ...none, text: 'LO' }, 2],
  ['a verdict', { ...none, verdicts: ['unknown', 'unhealthy'] }, 3],
  ['a cluster that has none', { ...none, clusters: ['prod'] }, 0],
])('filtered by %s', (_, filter, count) => {
  expect(all.filter((one) => matches(one, filter))).toHaveLength(count)
})

test('facets count their values, most first', () => {
  expect(facet(all, ({ verdict }) => verdict)[0]).toEqual({ value: 'unhealthy', count: 2 })
})

test('sick columns are wider than healthy ones, unknown ones are as high as the shore', () => {
  const columns = shoreline([job('sick', 5), job('lost', null), job('fine', 10)])
  expect(columns.map(({ width, height }) => [Math.round(width), Math.round(height)])).toEqual([
    [44, 31],
    [44, 62],
    [11, 62],
  ])
})
