import { expect, test } from 'vitest'
import { covers, everOpens, stretchConfig } from './windows.ts'

const HOUR = 3_600_000
const stretch = (from: string, hours: number, zone = 'UTC') =>
  stretchConfig.parse({ from, lastsMs: hours * HOUR, zone })
const at = (text: string) => Date.parse(text)

const night = stretch('0 22 * * 1-5', 6)

test.each([
  ['the second in which it begins', night, '2026-11-20T22:00:00.000Z', true],
  ['the last millisecond before', night, '2026-11-20T21:59:59.999Z', false],
  ['after midnight', night, '2026-11-21T03:59:59.999Z', true],
  ['the moment at which it is over', night, '2026-11-21T04:00:00.000Z', false],
  ['a day on which it does not begin', night, '2026-11-22T23:00:00.000Z', false],
  ['another zone', stretch('0 22 * * *', 1, 'Asia/Shanghai'), '2026-11-20T14:30:00.000Z', true],
  [
    'a night on which clocks are set back lasts as long',
    stretch('0 2 * * *', 2, 'Europe/Berlin'),
    '2026-10-25T02:30:00.000Z',
    false,
  ],
  [
    'stretches longer than their distance',
    stretch('0 * * * *', 3),
    '2026-11-20T14:30:00.000Z',
    true,
  ],
])('%s', (_, window, text, expected) => {
  expect(covers([window], at(text))).toBe(expected)
})

test.each([
  ['no windows and nothing excluded', [], [], true],
  ['nights, lunch excluded', [night], [stretch('0 12 * * *', 1)], true],
  ['nights, nights excluded', [night], [stretch('0 21 * * *', 8)], false],
  [
    'nights, each half excluded by another stretch',
    [night],
    [stretch('0 22 * * *', 3), stretch('0 1 * * *', 3)],
    false,
  ],
  [
    'nights, all but one minute excluded',
    [night],
    [
      stretch('0 22 * * *', 3),
      stretchConfig.parse({ from: '1 1 * * *', lastsMs: 3 * HOUR, zone: 'UTC' }),
    ],
    true,
  ],
  ['at any time, every day excluded', [], [stretch('0 0 * * *', 24)], false],
  [
    'every minute, nothing but the first day excluded',
    [stretch('* * * * *', 1)],
    [stretch('0 0 1 1 *', 24)],
    true,
  ],
  [
    'on leap days, all but leap days excluded',
    [stretch('0 0 29 2 *', 24)],
    [stretch('0 0 1-28 * *', 24)],
    true,
  ],
])('it is known whether it ever opens: %s', (_, windows, excluded, expected) => {
  expect(everOpens(windows, excluded)).toBe(expected)
})

test.each([
  ['no date', { from: '0 0 31 2 *' }, 'never begins: no date is "0 0 31 2 *"'],
  [
    'no cron',
    { from: 'every monday' },
    'must be a cron expression of five parts, such as "0 22 * * 1-5"',
  ],
  [
    'seconds as well',
    { from: '0 0 22 * * 1' },
    'must be a cron expression of five parts, such as "0 22 * * 1-5"',
  ],
  [
    'no zone',
    { from: '0 0 1 * *', zone: 'Mars/Olympus' },
    'must be a time zone such as Europe/Berlin or Asia/Shanghai',
  ],
])('%s is refused', (_, stretch, expected) => {
  const { error } = stretchConfig.safeParse({ lastsMs: HOUR, ...stretch })
  expect(error?.issues.map(({ message }) => message)).toEqual([expected])
})
