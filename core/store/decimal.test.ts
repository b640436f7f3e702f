import { assert, double, property } from 'fast-check'
import { expect, test } from 'vitest'
import { BITS, toDecimal } from './decimal.ts'

test.each([
  [0, 0n, 0],
  [-0, -9223372036854775808n, BITS],
  [42, 42n, 0],
  [0.25, 25n, -2],
  [0.3, 3n, -1],
  [-1234.5678, -12345678n, -4],
  [1e-7, 1n, -7],
  [2 ** 53 - 1, 9007199254740991n, 0],
  [Math.PI, 3141592653589793n, -15],
])('%d is %d × 10^%d', (value, m, e) => {
  expect(toDecimal(value)).toEqual({ m, e })
})

test('any double reads back as itself', () => {
  const bits = new DataView(new ArrayBuffer(8))
  const read = ({ m, e }: { m: bigint; e: number }) => {
    if (e !== BITS) return Number(m) / 10 ** -e
    bits.setBigInt64(0, m)
    return bits.getFloat64(0)
  }
  assert(
    property(double({ noNaN: true }), (value) => {
      expect(Object.is(read(toDecimal(value)), value)).toBe(true)
    }),
    { numRuns: 5_000, seed: 4713 },
  )
})
