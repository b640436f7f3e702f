import { expect, test } from 'vitest'
import { labelPlaces, piecesOf } from './staff-model.ts'

test.each([
  ['nothing was taken', { parts: [], ceiling: null }, []],
  [
    'pieces end exactly at the level',
    {
      parts: [
        { key: 'a', rule: 'slow-sink', points: 3.5 },
        { key: 'b', rule: 'gc-pressure', points: 2.5 },
      ],
      ceiling: null,
    },
    [
      [10, 6.5],
      [6.5, 4],
    ],
  ],
  [
    'a ceiling is a piece of its own',
    {
      parts: [{ key: 'a', rule: 'restart-loop', points: 6 }],
      ceiling: { rule: 'restart-loop', points: 1 },
    },
    [
      [10, 4],
      [4, 3],
    ],
  ],
])('%s', (_, score, expected) => {
  expect(piecesOf(score).map(({ from, to }) => [from, to])).toEqual(expected)
})

test('labels keep their distance', () => {
  expect(labelPlaces([20, 22, 90], 24, 12)).toEqual([20, 44, 90])
})
