import { expect, test } from 'vitest'
import { zoneOf } from './zone.ts'

test.each([
  ['UTC', '2026-07-01T10:00:00Z', '2026-07-01T10:00:00Z'],
  ['Asia/Shanghai', '2026-07-01T10:00:00Z', '2026-07-01T02:00:00Z'],
  ['Asia/Kolkata', '2026-07-01T10:00:00Z', '2026-07-01T04:30:00Z'],
  ['Europe/Berlin', '2026-07-01T10:00:00Z', '2026-07-01T08:00:00Z'],
  ['Europe/Berlin', '2026-01-01T10:00:00Z', '2026-01-01T09:00:00Z'],
  ['Europe/Berlin', '2026-03-29T01:59:59Z', '2026-03-29T00:59:59Z'],
  ['Europe/Berlin', '2026-03-29T02:30:00Z', '2026-03-29T01:30:00Z'],
  ['Europe/Berlin', '2026-03-29T03:00:00Z', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T02:30:00Z', '2026-10-25T00:30:00Z'],
  ['Europe/Berlin', '2026-10-25T03:00:00Z', '2026-10-25T02:00:00Z'],
  ['America/New_York', '2026-11-01T12:00:00Z', '2026-11-01T17:00:00Z'],
])('in %s the clock that shows %s means %s', (zone, local, expected) => {
  expect(new Date(zoneOf(zone)(Date.parse(local)))).toEqual(new Date(expected))
})

test('a zone that does not exist is refused with what to write', () => {
  expect(() => zoneOf('Mars/Base')).toThrow("'Mars/Base' is no time zone that this system knows")
})
