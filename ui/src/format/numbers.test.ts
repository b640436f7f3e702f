import { describe, expect, test } from 'vitest'
import { bytes, duration, moment, percent, points, rate, score } from './numbers.ts'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')

describe('numbers as the page writes them', () => {
  test.each([
    [score(9), '9.0'],
    [score(null), '–'],
    [points(3.2), '−3.2'],
    [percent(0.974), '97 %'],
    [percent(null), '–'],
    [rate(41_830), '41.8 k/s'],
    [rate(900.2), '900 /s'],
    [rate(0.25), '0.25 /s'],
    [rate(null), '–'],
    [bytes(512), '512 B'],
    [bytes(18.4 * 2 ** 30), '18.4 GiB'],
    [duration(85), '85 ms'],
    [duration(59_999), '59 s'],
    [duration(545_000), '9 min 5 s'],
    [duration(600_000), '10 min'],
    [duration(7_260_000), '2 h 1 min'],
    [duration(180_000_000), '2 d 2 h'],
  ])('%s', (written, expected) => {
    expect(plain(written)).toBe(expected)
  })

  const noon = new Date(2026, 10, 21, 12, 5).getTime()
  test.each([
    ['a time of today', new Date(2026, 10, 21, 0, 1).getTime(), '00:01'],
    ['a time of another day', new Date(2026, 11, 3, 9, 30).getTime(), '12-03 09:30'],
  ])('%s', (_, at, expected) => {
    expect(plain(moment(at, noon))).toBe(expected)
  })
})
