import { expect, test } from 'vitest'
import { judge, type ScoreSample } from './judge.ts'

const at = 1_000_000
const question = {
  run: 'a1',
  min: 8,
  forMs: 60_000,
  coverage: 0.6,
  at,
  intervalMs: 5_000,
}

/** One score every five seconds, the last one `endMs` before now. */
function scores(values: readonly (number | null)[], coverage = 0.9, endMs = 0): ScoreSample[] {
  return values.map((value, index) => ({
    at: at - endMs - (values.length - 1 - index) * 5_000,
    run: 'a1',
    value,
    coverage,
  }))
}
const times = (value: number | null, n: number) => Array.from({ length: n }, () => value)

const earlier = (list: readonly ScoreSample[], n: number) =>
  list.map((score, index) => (index < n ? { ...score, run: 'a0' } : score))

const rows: [string, readonly ScoreSample[], object][] = [
  [
    'exactly at the level passes',
    scores(times(8, 12)),
    {
      answer: 'pass',
      score: 8,
      reason: 'The score held 8.0 for 60 s (p10 of 12); 8.0 is asked for.',
    },
  ],
  [
    'a tenth below the level fails',
    scores(times(7.9, 12)),
    {
      answer: 'fail',
      score: 7.9,
      reason: 'The score was 7.9 for 60 s (p10 of 12); 8.0 is asked for.',
    },
  ],
  [
    'one bad round of twelve is tolerated',
    scores([...times(9, 5), 2, ...times(9, 6)]),
    {
      answer: 'pass',
      score: 9,
      reason: 'The score held 9.0 for 60 s (p10 of 12); 8.0 is asked for.',
    },
  ],
  [
    'two bad rounds of twelve are not',
    scores([...times(9, 5), 2, 2, ...times(9, 5)]),
    {
      answer: 'fail',
      score: 2,
      reason: 'The score was 2.0 for 60 s (p10 of 12); 8.0 is asked for.',
    },
  ],
  [
    'bad rounds before the window do not count',
    scores([...times(1, 12), ...times(9, 12)]),
    {
      answer: 'pass',
      score: 9,
      reason: 'The score held 9.0 for 60 s (p10 of 12); 8.0 is asked for.',
    },
  ],
  [
    'no score at all is unknown',
    [],
    { answer: 'unknown', score: null, reason: 'No score is known for the last 60 s.' },
  ],
  [
    'scores without a value are no scores',
    scores(times(null, 12), 0.3),
    { answer: 'unknown', score: null, reason: 'No score is known for the last 60 s.' },
  ],
  [
    'three intervals old is still fresh',
    scores(times(9, 12), 0.9, 15_000),
    {
      answer: 'pass',
      score: 9,
      reason: 'The score held 9.0 for 60 s (p10 of 9); 8.0 is asked for.',
    },
  ],
  [
    'more than three intervals old is stale, however bad it was',
    scores(times(1, 12), 0.9, 15_001),
    { answer: 'unknown', score: 1, reason: 'The newest known score is 15 s old.' },
  ],
  [
    'a job scored for half a minute has not held for a minute',
    scores(times(9, 7)),
    {
      answer: 'unknown',
      score: 9,
      reason: 'The score is known for the last 30 s only; 60 s are asked for.',
    },
  ],
  [
    'what the run before it scored says nothing about a run',
    earlier(scores(times(9, 12)), 6),
    {
      answer: 'unknown',
      score: 9,
      reason: 'The run is known for 25 s only; 60 s are asked for.',
    },
  ],
  [
    'nor does a sick run before it',
    earlier(scores([...times(1, 12), ...times(9, 12)]), 12),
    {
      answer: 'pass',
      score: 9,
      reason: 'The score held 9.0 for 60 s (p10 of 12); 8.0 is asked for.',
    },
  ],
  [
    'a hole of three intervals is bridged',
    scores([...times(9, 5), null, null, ...times(9, 5)]),
    {
      answer: 'pass',
      score: 9,
      reason: 'The score held 9.0 for 60 s (p10 of 10); 8.0 is asked for.',
    },
  ],
  [
    'a longer hole is not',
    scores([...times(9, 5), null, null, null, ...times(9, 4)]),
    { answer: 'unknown', score: 9, reason: 'No score is known for 20 s inside the last 60 s.' },
  ],
  [
    'coverage at the level is enough',
    scores(times(9, 12), 0.6),
    {
      answer: 'pass',
      score: 9,
      reason: 'The score held 9.0 for 60 s (p10 of 12); 8.0 is asked for.',
    },
  ],
  [
    'coverage below the level is unknown, however well the job looks',
    scores(times(9, 12), 0.59),
    {
      answer: 'unknown',
      score: 9,
      reason: 'Only 0.59 of what applies to this job was assessed; 0.60 is asked for.',
    },
  ],
]

test('a window shorter than three rounds looks at three rounds', () => {
  const short = { ...question, forMs: 1_000, scores: scores([2, 9], 0.9, 4_000) }
  expect(judge(short)).toMatchObject({ answer: 'fail', score: 2 })
})

test.each(rows)('%s', (_, given, expected) => {
  expect(judge({ ...question, scores: given })).toEqual(expected)
})
