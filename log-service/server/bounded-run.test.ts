import { expect, test } from 'vitest'
import { runWithin } from './bounded-run.ts'

test('what is done in time gives its value, and its error', () => {
  expect(runWithin(1_000, () => 6 * 7)).toBe(42)
  expect(() =>
    runWithin(1_000, () => {
      throw new RangeError('its own')
    }),
  ).toThrow(RangeError)
})

test('a regular expression that explodes is ended', () => {
  const explode = () => /^(a+)+$/.test(`${'a'.repeat(60)}b`)
  expect(() => runWithin(50, explode)).toThrow('takes too long to ask')
})

test('an endless loop is ended', () => {
  const loop = () => {
    for (;;);
  }
  expect(() => runWithin(50, loop)).toThrow('takes too long to ask')
})
