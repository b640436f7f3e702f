import { expect, test } from 'vitest'
import type { Judged } from './judge.ts'
import { summaryOf } from './summary.ts'

const healthy: Judged = {
  recording: 'x',
  ...{ wanted: [], heldOut: false, found: undefined, wrongSubject: false, beside: [] },
  ...{ falseFindings: [], falseRules: [], healthyMs: 1_800_000, falseInHealth: 0 },
  ...{ bands: { right: 8, rounds: 10 }, advice: [], wrongAdvice: [], rounds: 20 },
}
const sick = (wanted: readonly string[], afterMs: number | undefined): Judged => ({
  ...healthy,
  wanted,
  found: afterMs === undefined ? undefined : { rule: wanted[0] ?? '', subject: 's', afterMs },
  healthyMs: 0,
})

test('counts a recording for its first cause, and what is false against the rule that said it', () => {
  const summary = summaryOf([
    healthy,
    sick(['slow-sink'], 20_000),
    sick(['slow-sink'], undefined),
    {
      ...sick(['hot-key', 'data-skew'], 40_000),
      falseFindings: ['a', 'b'],
      falseRules: ['slow-sink'],
    },
    { ...healthy, falseFindings: ['c'], falseRules: ['heap-leak'], falseInHealth: 1 },
  ])
  const common = { recordings: 1, named: 1, saidFalsely: 0, precision: 1, recall: 1, f1: 1 }
  expect(summary).toEqual({
    causes: [
      {
        ...{ cause: 'heap-leak', recordings: 0, named: 0, saidFalsely: 1 },
        ...{ precision: 0, recall: 0, f1: 0, medianMs: undefined },
      },
      { cause: 'hot-key', ...common, medianMs: 40_000 },
      {
        ...{ cause: 'slow-sink', recordings: 2, named: 1, saidFalsely: 1 },
        ...{ precision: 0.5, recall: 0.5, f1: 0.5, medianMs: 20_000 },
      },
    ],
    macroF1: 0.5,
    ...{ sick: 3, named: 2, misplaced: 0, medianMs: 30_000 },
    ...{ falseFindings: 3, healthyHours: 1, falseInHealth: 1, bandsRight: 0.8 },
  })
})
