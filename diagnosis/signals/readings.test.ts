import { expect, test } from 'vitest'
import { growthOf } from './heap.ts'
import { grownSince, type Reading, stoodMs, summed, trendOf } from './readings.ts'

/** Values ten seconds apart, from moment 0; `_` is none. */
function every10s(text: string): readonly Reading[] {
  return text
    .split(' ')
    .flatMap((value, index) =>
      value === '_' ? [] : [{ at: index * 10_000, value: Number(value) }],
    )
}

function some(text: string): readonly [Reading, ...Reading[]] {
  const [first, ...rest] = every10s(text)
  if (!first) throw new Error(`"${text}" holds no reading.`)
  return [first, ...rest]
}

test.each([
  ['rises', '0 10 20 30 40 50', { perSecond: 1, isSteady: true }],
  ['falls', '50 40 30 20 10 0', { perSecond: -1, isSteady: true }],
  ['is not moved by one outlier', '0 10 20 30 900 50 60 70 80', { perSecond: 1, isSteady: true }],
  ['swings', '0 50 0 50 0 50 0 50 0', { perSecond: 0, isSteady: false }],
  ['rose and fell', '0 10 20 30 20 10 0', { isSteady: false }],
])('a trend %s', (_, text, expected) => {
  expect(trendOf(every10s(text))).toMatchObject(expected)
})

test('two readings are no trend', () => {
  expect(trendOf(every10s('0 10'))).toBeUndefined()
})

test.each([
  ['since it last moved', '1 2 2 2', 20_000],
  ['over what is missing', '1 2 _ 2', 20_000],
  ['not at all while it moves', '1 2 3 4', 0],
  ['as long as it is known', '5 5 5', 20_000],
])('a value has stood %s', (_, text, expected) => {
  expect(stoodMs(some(text))).toBe(expected)
})

test.each([
  ['from the reading before the moment', '0 10 30 60', 10_000, 50],
  ['and is nothing after a fall: the process is another', '90 10 30', 0, 0],
])('a counter has grown %s', (_, text, since, expected) => {
  expect(grownSince(every10s(text), since)).toBe(expected)
})

test('a sum is made where every subtask has said something, of what it said last', () => {
  const of = (subtask: number, text: string) => ({ subtask, readings: some(text) })
  expect(summed([of(0, '1 2 3 4'), of(1, '_ 10 _ 30')])).toEqual([
    { at: 10_000, value: 12 },
    { at: 30_000, value: 34 },
  ])
})

test.each([
  ['goes on as it began', '60 62 61 80 82 81 100 99 101', { fromBytes: 60, toBytes: 99 }],
  [
    'hides garbage that came late after a collection',
    '60 150 61 80 170 81 100 199 101',
    { fromBytes: 60, toBytes: 100 },
  ],
  ['was one step', '60 62 61 60 61 60 200 201 202', undefined],
  ['ended', '60 62 61 200 201 202 200 201 202', undefined],
  ['rests on too few collections', '60 80 100', undefined],
])('the growth of a live heap that %s', (_, text, expected) => {
  const growth = growthOf(every10s(text))
  if (expected === undefined) expect(growth).toBeUndefined()
  else expect(growth).toMatchObject(expected)
})
