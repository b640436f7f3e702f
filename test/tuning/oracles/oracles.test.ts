import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { OracleFile } from './case.ts'
import { judgeCase } from './judge.ts'

const file = join(import.meta.dirname, '..', '..', 'oracles', 'autoscaler.json')
const { cases } = OracleFile.parse(JSON.parse(readFileSync(file, 'utf8')))

test('the compatibility mode and the memory model answer every case as the autoscaler and Flink do', () => {
  const wrong = cases.map(judgeCase).filter(({ kind }) => kind !== 'pass')
  expect(wrong).toEqual([])
  expect(cases.length).toBeGreaterThan(200)
})

const band = {
  id: 'X-1',
  category: 'TH',
  revisions: ['release-1.15.0', 'main@6e9caeb'],
  topology: { vertices: [{ id: 'v', parallelism: 1 }] },
  perVertexMetrics: { v: { targetDataRate: 700 } },
  config: { 'job.autoscaler.utilization.max': 0.9, 'job.autoscaler.catch-up.duration': 0 },
  expected: { scaleUpRateThreshold: 778 },
}

test.each([
  ['what is right passes', {}, { id: 'X-1', kind: 'pass' }],
  [
    'a wrong number fails under each release it names',
    { expected: { scaleUpRateThreshold: 777 } },
    {
      id: 'X-1',
      kind: 'fail',
      differences: [
        '1.15.0: scaleUpRateThreshold: expected 777, got 778',
        'main: scaleUpRateThreshold: expected 777, got 778',
      ],
    },
  ],
  [
    'what is not answered fails too',
    { revisions: ['main@6e9caeb'], expected: { colour: 'red' } },
    { id: 'X-1', kind: 'fail', differences: ['main: colour: not answered'] },
  ],
  [
    'a category of the future is left out and said so',
    { category: 'ZZ' },
    { id: 'X-1', kind: 'skipped', because: 'category ZZ is not known' },
  ],
])('%s', (_, change, verdict) => {
  expect(judgeCase({ ...band, ...change })).toEqual(verdict)
})
