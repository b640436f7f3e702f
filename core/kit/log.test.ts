import { expect, test } from 'vitest'
import { manualClock } from './clock.ts'
import { StoreError } from './errors.ts'
import { createLog, type Facts, type LogFormat, type LogLevel } from './log.ts'

const at = Date.UTC(2025, 10, 20, 12, 30, 0)
const record = (format: LogFormat, level: LogLevel = 'debug') => {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  return { lines, log: createLog({ level, format, write, clock: manualClock(at) }) }
}

test('a line of JSON carries time, level, sentence and facts', () => {
  const { lines, log } = record('json')
  log.child({ part: 'bus' }).info('Records were taken.', { count: 3, of: undefined })
  expect(lines).toEqual([
    '{"at":"2025-11-20T12:30:00.000Z","level":"info","message":"Records were taken.","part":"bus","count":3}\n',
  ])
})

test('facts cannot take the place of time, level or sentence', () => {
  const { lines, log } = record('json')
  log.info('A level was set.', { level: 'WARN', message: 'x', at: 1 })
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    at: '2025-11-20T12:30:00.000Z',
    level: 'info',
    message: 'A level was set.',
    level_: 'WARN',
    message_: 'x',
    at_: 1,
  })
})

test.each<[string, Facts, string]>([
  ['plain', { job: 'a/b/c', count: 2 }, 'store: Said. job=a/b/c count=2'],
  ['quoted', { text: 'two words', list: [1, 2] }, 'store: Said. text="two words" list=[1,2]'],
  [
    'secret',
    { token: 'abc', url: 'http://a:b@c' },
    'store: Said. token="[redacted]" url="http://a:[redacted]@c"',
  ],
  ['hostile', { name: '\u001b[2Jx\u202e' }, 'store: Said. name="\\u001b[2Jx\\u{202e}"'],
  ['an error of ours', { error: new StoreError('gone') }, 'store: Said. error=gone'],
])('a line of text with %s facts is readable', (_, facts, expected) => {
  const { lines, log } = record('text')
  log.child({ part: 'store' }).warn('Said.', facts)
  expect(lines).toEqual([`12:30:00.000Z warn  ${expected}\n`])
})

test('the stack of an error that is not ours follows the line', () => {
  const { lines, log } = record('text')
  log.error('Broke.', { error: new TypeError('x is not a function') })
  expect(lines[0]).toMatch(
    /^12:30:00.000Z error Broke\. error="x is not a function"\n {2}TypeError: x/,
  )
})

test.each<[LogLevel, string[]]>([
  ['debug', ['debug', 'info', 'warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['error']],
])('level %s writes %o', (level, expected) => {
  const { lines, log } = record('json', level)
  log.debug('x')
  log.info('x')
  log.warn('x')
  log.error('x')
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected)
})
