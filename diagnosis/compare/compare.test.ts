import { describe, expect, test } from 'vitest'
import type { Points } from '../api/series.ts'
import { compareReads } from './compare.ts'
import { differ, estimate } from './estimate.ts'
import { matchLoads } from './match.ts'
import type { RunRead } from './read.ts'

const MINUTE_MS = 60_000
const minutes = (values: readonly (number | null)[], begin = 0): Points =>
  values.map((value, index) => [begin + index * MINUTE_MS, value] as const)

describe('minutes under the same load', () => {
  test.each<[string, readonly (number | null)[], readonly (number | null)[], number[], number[]]>([
    ['all of a steady load', [100, 101, 99], [100, 98, 102], [0, 1, 2], [0, 1, 2]],
    ['a tenth is the same, more is not', [100, 100], [90, 89], [0], [0]],
    ['each minute is paired once', [100, 100, 100], [100], [0], [0]],
    ['days with days and nights with nights', [10, 1000, 11], [990, 400, 10.5], [0, 1], [0, 2]],
    ['none of loads that never met', [10, 20], [100, 200], [], []],
    ['none of what is not known', [null, 100], [100, null], [1], [0]],
    ['silence is a load', [0, 0, 50], [0, 7], [0], [0]],
  ])('%s', (_, a, b, run, other) => {
    const matched = matchLoads(minutes(a), minutes(b))
    const indexes = (set: ReadonlySet<number>) => [...set].map((at) => at / MINUTE_MS).sort()
    expect([indexes(matched.run), indexes(matched.with), matched.pairs]).toEqual([
      ...[run, other],
      run.length,
    ])
  })
})

describe('beyond noise', () => {
  /** Values that swing around a mean, each other one above it. */
  const swing = (mean: number, by: number, n: number) =>
    Array.from({ length: n }, (_, i) => mean + (i % 2 === 0 ? by : -by))
  test.each<[string, readonly number[], readonly number[], ReturnType<typeof differ>]>([
    ['far apart', swing(10, 1, 10), swing(5, 1, 10), 'higher'],
    ['the other way round', swing(5, 1, 10), swing(10, 1, 10), 'lower'],
    ['within the noise', swing(10, 3, 10), swing(9, 3, 10), 'same'],
    ['the same noise seen for long enough', swing(10, 3, 400), swing(9, 3, 400), 'higher'],
    ['certain, but nothing that matters', swing(100, 0.1, 50), swing(98, 0.1, 50), 'same'],
    ['without any noise', [5, 5, 5, 5], [4, 4, 4, 4], 'higher'],
    ['equal', [0, 0, 0, 0], [0, 0, 0, 0], 'same'],
    ['too few', [5, 5, 5], [1, 1, 1, 1], undefined],
    [
      'a drift is one look rather than many',
      Array.from({ length: 20 }, (_, i) => i),
      Array.from({ length: 20 }, (_, i) => i + 4),
      'same',
    ],
  ])('%s', (_, a, b, answer) => {
    expect(differ(a, b)).toBe(answer)
  })

  test('an interval of 99 %: ten values of standard deviation one, t(9) = 3.25', () => {
    // Alternating values resemble their neighbours less than chance, which earns nothing.
    const own = estimate(swing(10, Math.sqrt(0.9), 10))
    expect(own).toMatchObject({ mean: expect.closeTo(10), samples: 10 })
    expect(own?.high).toBeCloseTo(10 + 3.25 / Math.sqrt(10), 1)
    expect(estimate([1, 2, 3])).toBeNull()
  })
})

describe('two runs', () => {
  const N = 12
  const steady = (value: number, begin = 0) =>
    minutes(
      Array.from({ length: N }, (_, i) => value * (1 + 0.01 * (i % 3))),
      begin,
    )
  const read = (run: string, rate: number, over: Partial<RunRead> = {}): RunRead => ({
    ...{ run, span: { from: 0, to: N * MINUTE_MS }, flinkVersion: '1.20.3' },
    spec: {
      flinkVersion: '1.20.3',
      options: { 'parallelism.default': '2' },
      vertices: [{ name: 'Enrich', parallelism: 2 }],
    },
    load: steady(rate),
    vertices: [{ name: 'Enrich', busy: steady(0.4), recordsPerSecond: steady(rate) }],
    ...{ cores: steady(1.2), heapBytes: steady(2e9), checkpoints: [] },
    scores: steady(9).map(([at, value]) => ({ at, run, value, coverage: 0.9 })),
    ...over,
  })
  const answers = (a: RunRead, b: RunRead) =>
    compareReads('lab/-/orders', a, b).measures.map(
      ({ name, vertex, answer }) => `${vertex ? `${vertex}: ` : ''}${name} ${answer}`,
    )

  test('what differs under the same load, what does not, and what nobody can tell', () => {
    const slow = read('b', 102, {
      flinkVersion: '2.2.1',
      spec: {
        flinkVersion: '2.2.1',
        options: { 'parallelism.default': '2', 'table.exec.mini-batch.enabled': 'true' },
        vertices: [
          { name: 'Enrich', parallelism: 1 },
          { name: 'Audit', parallelism: 1 },
        ],
      },
      vertices: [
        { name: 'Enrich', busy: steady(0.8), recordsPerSecond: steady(102) },
        { name: 'Audit', busy: steady(0.1), recordsPerSecond: steady(102) },
      ],
      cores: steady(2.4),
      heapBytes: undefined,
    })
    const compared = compareReads('lab/-/orders', slow, read('a', 100))
    expect(answers(slow, read('a', 100))).toEqual([
      'score same',
      'records taken in same',
      'CPU of the TaskManagers higher',
      'heap per record a second unknown',
      'duration of checkpoints unknown',
      'state in a checkpoint unknown',
      'Enrich: busy share higher',
      'Enrich: records same',
      'Audit: busy share unknown',
      'Audit: records unknown',
    ])
    expect(compared.changes).toEqual([
      { what: 'version', name: 'Flink', from: '1.20.3', to: '2.2.1' },
      { what: 'operator', name: 'Audit', from: null, to: 'Audit' },
      { what: 'parallelism', name: 'Enrich', from: '2', to: '1' },
      { what: 'option', name: 'table.exec.mini-batch.enabled', from: null, to: 'true' },
    ])
    expect(compared.load).toEqual({
      ...{ comparable: true, run: 102 * 1.01, with: 101, minutes: 12 },
      reason: 'Both took in the same, within 10 %, for 12 minutes.',
    })
  })

  test('under another load nothing is said but what changed', () => {
    const compared = compareReads('lab/-/orders', read('b', 400), read('a', 100))
    expect(compared.load).toEqual({
      ...{ comparable: false, run: 404, with: 101, minutes: 0 },
      reason:
        'They took in 404 records/s and 101 records/s: the same, within 10 %, for 0 minutes only; 5 are needed.',
    })
    expect(new Set(compared.measures.map(({ answer, run }) => `${answer} ${run}`))).toEqual(
      new Set(['unknown null']),
    )
  })

  test('a load that is not known is no load of zero', () => {
    const dark = read('b', 100, { load: minutes(Array.from({ length: N }, () => null)) })
    expect(compareReads('lab/-/orders', dark, read('a', 100)).load).toMatchObject({
      ...{ comparable: false, run: null, minutes: 0 },
      reason: 'What the sources of this run take in is not known.',
    })
  })

  test('parts of a specification that were not told are no differences', () => {
    const { changes, unknownChanges } = compareReads(
      'lab/-/orders',
      read('b', 100, { spec: { flinkVersion: '1.20.3' } }),
      read('a', 100),
    )
    expect([changes, unknownChanges]).toEqual([[], ['options', 'graph']])
  })
})
