import { array, assert, maxSafeInteger, property } from 'fast-check'
import { expect, test } from 'vitest'
import { decodeVarints, encodeVarints } from './varints.ts'

const half = Math.floor(Number.MAX_SAFE_INTEGER / 2)

test.each([
  [[0, 1, -1, 63, -64], '00 02 01 7e 7f'],
  [[64, -65, 1_700_000_000_000], '8001 8101 80a0abfef962'],
])('%j is written as %s', (values, hex) => {
  expect(encodeVarints(values).toString('hex')).toBe(hex.replaceAll(' ', ''))
})

test('numbers up to half of the largest safe one come back', () => {
  assert(
    property(array(maxSafeInteger().filter((value) => Math.abs(value) <= half)), (values) => {
      expect(decodeVarints(encodeVarints(values), values.length)).toEqual(
        values.map((value) => value + 0),
      )
    }),
    { seed: 42 },
  )
})

test('bytes that end within a number are refused', () => {
  expect(() => decodeVarints(Buffer.from([0x80]), 1)).toThrow('end within a number')
})
