import { expect, test } from 'vitest'
import type { RunComparison } from '../../core/api/compare.ts'
import type { Io } from '../io.ts'
import { comparisonText } from './table.ts'

const plain = { colours: false } as Io // Nothing else of it is used.
const estimate = (mean: number, by: number) => ({
  mean,
  low: mean - by,
  high: mean + by,
  samples: 9,
})
const comparison: RunComparison = {
  ...{ schemaVersion: 1, job: 'prod/shop/orders' },
  run: { run: 'b1b1b1b1b1', from: 1, to: 2, flinkVersion: '2.2.1' },
  with: { run: 'a0a0a0a0a0', from: 0, to: 1, flinkVersion: null },
  changes: [{ what: 'option', name: 'table.exec.mini-batch.enabled', from: null, to: 'true' }],
  unknownChanges: ['graph'],
  load: { comparable: true, run: 100, with: 101, minutes: 12, reason: 'Both took in the same.' },
  measures: [
    {
      ...{ name: 'busy share', vertex: 'Enrich\u001b[31m', unit: 'ratio', answer: 'higher' },
      ...{ run: estimate(0.8, 0.02), with: estimate(0.4, 0.01), because: 'beyond noise' },
    },
    {
      ...{ name: 'state in a checkpoint', vertex: null, unit: 'bytes', answer: 'same' },
      ...{
        run: estimate(3 * 2 ** 20, 1024),
        with: estimate(3 * 2 ** 20, 0),
        because: 'within noise',
      },
    },
    {
      ...{ name: 'duration of checkpoints', vertex: null, unit: 'ms', answer: 'unknown' },
      ...{ run: null, with: estimate(12_000, 500), because: '0 and 9 values are too few' },
    },
  ],
}

test('a table of what differs, with intervals; what is unknown says why', () => {
  expect(comparisonText(plain, comparison)).toBe(
    [
      'prod/shop/orders: run b1b1b1b1 (Flink 2.2.1) beside run a0a0a0a0',
      'Changed:',
      '  option table.exec.mini-batch.enabled: not there → true',
      '  not told of one of them: graph',
      'Both took in the same.',
      '',
      '                         this run               the other',
      'busy share, Enrich\ufffd[31m  80 % (78 % … 82 %)     40 % (39 % … 41 %)      higher',
      'state in a checkpoint    3 MiB (3 MiB … 3 MiB)  3 MiB (3 MiB … 3 MiB)   same',
      'duration of checkpoints  -                      12 s (11.5 s … 12.5 s)  ?       0 and 9 values are too few',
      '',
    ].join('\n'),
  )
})

test('under another load there is no table', () => {
  const load = { ...comparison.load, comparable: false, reason: 'They took in 4/s and 9/s.' }
  expect(comparisonText(plain, { ...comparison, changes: [], unknownChanges: [], load })).toBe(
    [
      'prod/shop/orders: run b1b1b1b1 (Flink 2.2.1) beside run a0a0a0a0',
      'Changed:',
      '  nothing in the specification that was told',
      'They took in 4/s and 9/s.',
      '',
    ].join('\n'),
  )
})
