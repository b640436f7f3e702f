import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytes, quantity } from './quantity.ts'

test.each<[string, number | undefined]>([
  ['1', 1],
  ['0', 0],
  ['0.5', 0.5],
  ['.5', 0.5],
  ['5.', 5],
  ['+2', 2],
  ['-1', -1],
  ['1500m', 1.5],
  ['1100m', 1.1],
  ['3m', 0.003],
  ['100n', 1e-7],
  ['250u', 0.00025],
  ['1e3', 1000],
  ['1E3', 1000],
  ['1e-3', 0.001],
  ['12e+2', 1200],
  ['1E', 1e18],
  ['1Ei', 2 ** 60],
  ['2Gi', 2_147_483_648],
  ['1.5Gi', 1_610_612_736],
  ['64Ki', 65_536],
  ['2k', 2000],
  ['2M', 2e6],
  ['1728Mi', 1_811_939_328],
  ['128974848000m', 128_974_848],
  ['', undefined],
  ['m', undefined],
  ['1K', undefined],
  ['1 Gi', undefined],
  ['1Gi ', undefined],
  ['1e', undefined],
  ['1e3Gi', undefined],
  ['0x10', undefined],
  ['NaN', undefined],
  ['Infinity', undefined],
  ['1e999', undefined],
  ['1,5', undefined],
])('%s is %d', (text, expected) => {
  expect(quantity(text)).toBe(expected)
})

test.each<[string, number | undefined]>([
  ['1728Mi', 1_811_939_328],
  ['1500m', 2],
  ['0.1Ki', 103],
  ['many', undefined],
])('%s of memory are %d bytes', (text, expected) => {
  expect(bytes(text)).toBe(expected)
})

test('thousandths are the doubles nearest to them', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000_000 }), (n) => {
      expect(quantity(`${n}m`)).toBe(n / 1000)
      expect(quantity(`${n}Mi`)).toBe(n * 2 ** 20)
    }),
  )
})
