import { expect, test } from 'vitest'
import { readCriPrefix } from './cri.ts'

const at = Date.parse('2026-01-05T10:11:12.345Z')

test.each([
  [
    '2026-01-05T10:11:12.345678901Z stdout F hello',
    { at, stream: 'stdout', partial: false, textAt: 40 },
  ],
  [
    '2026-01-05T11:11:12.345678901+01:00 stderr P hel',
    { at, stream: 'stderr', partial: true, textAt: 45 },
  ],
  [
    '2026-01-05T10:11:12.345Z stdout F:x  two',
    { at, stream: 'stdout', partial: false, textAt: 36 },
  ],
  ['2026-01-05T10:11:12.345Z stdout F ', { at, stream: 'stdout', partial: false, textAt: 34 }],
  ['2026-01-05T10:11:12.345Z stdout F', { at, stream: 'stdout', partial: false, textAt: 33 }],
  ['2026-01-05T10:11:12.345Z stdin F x', undefined],
  ['2026-01-05T10:11:12.345Z stdout x', undefined],
  ['2026-01-05 10:11:12,345 INFO  a.B [] - x', undefined],
  ['', undefined],
])('%j', (line, expected) => {
  expect(readCriPrefix(line)).toEqual(expected)
})
