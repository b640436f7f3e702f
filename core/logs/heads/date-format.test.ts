import { expect, test } from 'vitest'
import { timeReaderOf } from './date-format.ts'
import type { Stamp } from './times.ts'

function read(format: string, text: string) {
  const stamp: Stamp = { ms: 0, zoned: false, dateless: false }
  const end = timeReaderOf(format)(text, 0, stamp)
  if (end === -1) return undefined
  const { ms, zoned, dateless } = stamp
  return { at: new Date(ms).toISOString(), zoned, dateless, rest: text.slice(end) }
}

const local = (at: string, rest = '') => ({ at, zoned: false, dateless: false, rest })
const zoned = (at: string, rest = '') => ({ at, zoned: true, dateless: false, rest })

test.each([
  ['', '2026-01-05 10:11:12,345 INFO', local('2026-01-05T10:11:12.345Z', ' INFO')],
  ['', '2026-01-05T10:11:12.345678901Z x', zoned('2026-01-05T10:11:12.345Z', ' x')],
  ['', '2026-01-05T10:11:12.3+08:00', zoned('2026-01-05T02:11:12.300Z')],
  ['', '2026-01-05T10:11:12,345-0530]', zoned('2026-01-05T15:41:12.345Z', ']')],
  ['', '2026-01-05T10:11:12+08', zoned('2026-01-05T02:11:12.000Z')],
  ['', '2026-01-05 10:11:12 +0100 x', zoned('2026-01-05T09:11:12.000Z', ' x')],
  ['', '2026-01-05 10:11:12 -1 is a number', local('2026-01-05T10:11:12.000Z', ' -1 is a number')],
  ['', '2026/01/05 10:11:12. Then', local('2026-01-05T10:11:12.000Z', '. Then')],
  ['', '2026-13-05 10:11:12', undefined],
  ['', '2026-01-05 10:61:12', undefined],
  ['', '2026-01-05', undefined],
  ['', '', undefined],
  ['ISO8601', '2026-01-05T10:11:12,345', local('2026-01-05T10:11:12.345Z')],
  [
    'ISO8601_OFFSET_DATE_TIME_HHCMM',
    '2026-01-05T10:11:12,345+01:00',
    zoned('2026-01-05T09:11:12.345Z'),
  ],
  [
    'yyyy-MM-dd HH:mm:ss.SSS Z',
    '2026-01-05 10:11:12.345 +0100|',
    zoned('2026-01-05T09:11:12.345Z', '|'),
  ],
  ['yy/MM/dd HH:mm:ss', '26/01/05 10:11:12 INFO', local('2026-01-05T10:11:12.000Z', ' INFO')],
  ['dd MMM yyyy HH:mm:ss,SSS', '05 Jan 2026 10:11:12,345', local('2026-01-05T10:11:12.345Z')],
  ['d MMMM yyyy h:mm a', '5 January 2026 9:11 PM', local('2026-01-05T21:11:00.000Z')],
  [
    "EEE, dd MMM yyyy HH:mm:ss 'at' z",
    'Mon, 05 Jan 2026 10:11:12 at UTC',
    zoned('2026-01-05T10:11:12.000Z'),
  ],
  ['yyyy-MM-dd HH:mm:ss z', '2026-01-05 10:11:12 CET x', local('2026-01-05T10:11:12.000Z', ' x')],
  ['COMPACT', '20260105101112345', local('2026-01-05T10:11:12.345Z')],
  ['UNIX_MILLIS', '1767607872345 x', zoned('2026-01-05T10:11:12.345Z', ' x')],
  ['UNIX', '1767607872', zoned('2026-01-05T10:11:12.000Z')],
  [
    'ABSOLUTE',
    '10:11:12,345',
    { at: '1970-01-01T10:11:12.345Z', zoned: false, dateless: true, rest: '' },
  ],
  ['HH:mm:ss', '10:11', undefined],
])('%j reads %j', (format, text, expected) => {
  expect(read(format, text)).toEqual(expected)
})

test('a letter that is not understood is named', () => {
  expect(() => timeReaderOf('yyyy-ww')).toThrow("has the letter 'w', which is not understood")
})
