import { describe, expect, test } from 'vitest'
import type { LogLine } from '../../model/logs.ts'
import { matcherOf } from './matches.ts'
import { parseLogQuery } from './parse.ts'

const origin = { pod: 'orders-tm-1', attempt: 2, file: 'f1' }
const line: LogLine = {
  ...{ stream: 'stdout', offset: 0, bytes: 1, at: 1, timed: 'line', level: 'WARN' },
  logger: 'org.apache.flink.runtime.checkpoint.CheckpointCoordinator',
  thread: 'Checkpoint Timer',
  message:
    'Checkpoint 48211 of job 7f0a31 expired before completing. 订单失败 at 12:30 akka.tcp://flink@x',
  stack:
    'java.lang.RuntimeException: x\n\tat shop.Orders.map(Orders.java:7)\nCaused by: java.io.IOException: no',
  exception: 'java.lang.RuntimeException',
  rootCause: 'java.io.IOException',
  template: 't1',
  signature: 'checkpoint-expired',
}

const finds = (text: string, own: Partial<LogLine> = {}) => {
  const parsed = parseLogQuery(text)
  if (!parsed.ok) throw new Error(`${parsed.at}: ${parsed.problem}`)
  return matcherOf(parsed.query)({ origin, line: { ...line, ...own } })
}

describe('a query finds', () => {
  test.each([
    [''],
    ['expired'],
    ['EXPIRED checkpoint'],
    ['"expired before"'],
    ['expired AND 48211'],
    ['missing OR expired'],
    ['(missing OR expired) 48211'],
    ['NOT missing'],
    ['-missing expired'],
    ['expir*'],
    ['shop.Orders.map'],
    ['Orders.java:7'],
    ['at shop.Orders.map(Orders.java:7)'],
    ['12:30'],
    ['akka.tcp://flink@x'],
    ['订单失败'],
    ['失败'],
    ['level:warn'],
    ['level:>=INFO level:<ERROR'],
    ['pod:orders-tm-1'],
    ['pod:orders-*'],
    ['attempt:2'],
    ['logger:CheckpointCoordinator'],
    ['logger:org.apache.flink.runtime.checkpoint.CheckpointCoordinator'],
    ['exception:IOException'],
    ['exception:*'],
    ['exception:java.lang.RuntimeException'],
    ['thread:"checkpoint timer"'],
    ['signature:checkpoint-expired'],
    ['stream:stdout'],
    ['template:t1'],
    ['file:f1'],
  ])('%s', (text) => {
    expect(finds(text)).toBe(true)
  })
})

describe('a query does not find', () => {
  test.each([
    ['expire'],
    ['"before expired"'],
    ['expired missing'],
    ['NOT expired'],
    ['-expired'],
    ['missing OR (expired NOT 48211)'],
    ['xpir*'],
    ['level:>WARN'],
    ['pod:orders'],
    ['attempt:1'],
    ['logger:Coordinator'],
    ['exception:Exception'],
    ['signature:oom-heap'],
  ])('%s', (text) => {
    expect(finds(text)).toBe(false)
  })
})

test('a line that says no level has none of them', () => {
  const { level: _, ...silent } = line
  const parsed = parseLogQuery('level:<=FATAL')
  if (!parsed.ok) throw new Error(parsed.problem)
  expect(matcherOf(parsed.query)({ origin, line: silent })).toBe(false)
})

test('AND binds tighter than OR', () => {
  expect(parseLogQuery('a b OR c AND d')).toEqual({
    ok: true,
    query: {
      kind: 'any',
      of: [
        { kind: 'all', of: [text('a'), text('b')] },
        { kind: 'all', of: [text('c'), text('d')] },
      ],
    },
  })
})

const text = (of: string) => ({ kind: 'text', text: of })

test.each([
  ['a OR', 4, 'a word, a "phrase" or a field is missing here'],
  ['OR a', 0, 'a word, a "phrase" or a field is missing here'],
  ['NOT', 3, 'a word, a "phrase" or a field is missing here'],
  ['(a b', 4, 'a closing parenthesis is missing here'],
  ['a ) b', 2, 'this parenthesis was never opened'],
  ['()', 1, 'a word, a "phrase" or a field is missing here'],
  ['x "never closed', 2, 'this quote is never closed'],
  [
    'level:LOUD',
    0,
    'level: takes one of TRACE, DEBUG, INFO, WARN, ERROR, FATAL, such as level:>=WARN',
  ],
  ['level:', 0, 'level: needs a value, such as level:>=WARN'],
  ['attempt:x', 0, 'attempt: takes a number, such as attempt:2'],
  [
    'a colour:red',
    2,
    'there is no field colour; the fields are level, attempt, pod, logger, thread, exception, template, signature, stream, file',
  ],
  ['*', 0, '* stands behind the beginning of a word'],
  [`${'('.repeat(40)}a`, 31, 'this is nested too deeply'],
  ['x'.repeat(2_001), 2_000, 'a query has at most 2000 characters'],
  ['a '.repeat(101), 200, 'a query has at most 100 terms'],
])('%s is refused where it goes wrong', (query, at, problem) => {
  expect(parseLogQuery(query)).toEqual({ ok: false, at, problem })
})

test('nothing that can be typed breaks it', () => {
  let state = 7
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state % below
  }
  const pieces = [
    '(',
    ')',
    '"',
    'AND',
    'OR',
    'NOT',
    '-',
    ':',
    'level:',
    'a',
    '\\',
    ' ',
    '*',
    '中',
    '\u0000',
    '>=',
  ]
  for (let run = 0; run < 5_000; run++) {
    const query = Array.from({ length: next(12) }, () => pieces[next(pieces.length)]).join('')
    const parsed = parseLogQuery(query)
    if (parsed.ok) matcherOf(parsed.query)({ origin, line })
    else expect(parsed.at).toBeLessThanOrEqual(query.length)
  }
})
