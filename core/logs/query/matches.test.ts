import { describe, expect, test } from 'vitest'
import type { LogLine } from '../../model/logs.ts'
import { compileQuery, matches, type QueryOrigin } from './matches.ts'
import { parseQuery } from './parse.ts'
import { textFinder, textPattern, tokensOf, wholeTokens } from './tokens.ts'

const origin: QueryOrigin = { pod: 'flink-tm-1-2', node: 'worker-3', container: 'main', attempt: 2 }

const line: LogLine = {
  stream: 'stdout',
  offset: 0,
  bytes: 1,
  at: 0,
  timed: 'line',
  level: 'WARN',
  logger: 'org.apache.flink.runtime.checkpoint.CheckpointCoordinator',
  thread: 'Checkpoint Timer',
  message: 'Checkpoint 12 of job order_revenue expired before completing. 作业失败了 job失败 Größe',
  stack: 'a.B$C: broken\n\tat a.B.run(B.java:5)',
  exception: 'java.util.concurrent.CompletionException',
  rootCause: 'shop.Orders$Rejected',
  template: '0e5a2cb96a7f43',
  signature: 'cp-expired',
}

const { level: _level, stack: _stack, thread: _thread, ...bare } = line

function found(text: string, of: LogLine = line): boolean {
  const parsed = parseQuery(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  return matches(parsed.query, of, origin)
}

test.each([
  '',
  'checkpoint',
  'CHECKPOINT expired',
  '"checkpoint 12"',
  '"of job order"',
  'order_revenue',
  'revenue',
  'completing.',
  'B.java:5',
  'a.B$C:',
  'broken AND 12',
  '作业',
  '失败了',
  'job失',
  'Größe',
  'größe OR checkpoint',
  '-nothing',
  '"12 of" (nothing OR expired)',
  'NOT (nothing AND expired)',
  'level:WARN',
  'level:>=WARN',
  'level:<ERROR',
  'pod:flink-tm-1-2',
  'pod:FLINK-tm-*',
  'pod:*-tm-*-2',
  'pod:*',
  'attempt:2',
  'node:worker-3',
  'container:main',
  'stream:stdout',
  'logger:CheckpointCoordinator',
  'logger:org.apache.flink',
  'logger:runtime.checkpoint',
  'logger:*Coordinator',
  'exception:CompletionException',
  'exception:java.util.concurrent.CompletionException',
  'exception:Rejected',
  'exception:shop.Orders',
  'thread:timer',
  'thread:"checkpoint timer"',
  'template:0e5a2cb96a7f43',
  'signature:cp-*',
])('%j finds the line', (query) => {
  expect(found(query)).toBe(true)
})

test.each([
  'check',
  '"checkpoint 1"',
  'heckpoint',
  'eckpoint 12',
  '失 败x',
  '"job 失败"',
  'GRÖSSE',
  '-checkpoint',
  'level:ERROR',
  'level:>WARN',
  'pod:flink-tm-1',
  'pod:flink-*-3',
  'attempt:1',
  'logger:Coordinator',
  'logger:apache.runtime',
  'exception:Completion',
  'thread:tim',
  'template:0e5a',
  'nothing OR (expired AND nothing)',
])('%j does not find the line', (query) => {
  expect(found(query)).toBe(false)
})

test('a line without a field matches only what denies it', () => {
  const queries = ['level:>=TRACE', 'level:<FATAL', 'thread:timer', 'thread:*', 'broken']
  expect(queries.map((query) => [found(query, bare), found(`-${query}`, bare)])).toEqual(
    queries.map(() => [false, true]),
  )
})

describe('tokens', () => {
  test.each([
    ['', []],
    ['Checkpoint 12 of job_x', ['checkpoint', '12', 'of', 'job', 'x']],
    ['a.B$C-d(e)', ['a', 'b', 'c', 'd', 'e']],
    ['作业job失败, Größe', ['作业job失败', 'größe']],
    ['ÄB', ['Äb']],
  ])('of %j are %j', (text, expected) => {
    expect(tokensOf(text)).toEqual(expected)
  })

  test.each([
    ['checkpoint 12', ['checkpoint', '12']],
    ['order_revenue order', ['order', 'revenue']],
    ['作业', []],
    ['的 job 作业', ['job']],
    ['->', []],
  ])('that a line with %j must have are %j', (text, expected) => {
    expect(wholeTokens(text)).toEqual(expected)
  })

  test('are all in a line in which a text is found, so that an index may be asked first', () => {
    const alphabet = ['a', 'b', '1', ' ', '.', '作', 'é']
    const texts = alphabet.flatMap((a) => alphabet.flatMap((b) => alphabet.map((c) => a + b + c)))
    for (const sought of texts.filter((text) => text.trim() === text)) {
      const finds = textFinder(sought)
      const pattern = new RegExp(textPattern(sought))
      for (const [i, before] of texts.entries()) {
        const text = before + sought + (texts[(i * 7) % texts.length] ?? '')
        expect([text, pattern.test(text)]).toEqual([text, finds(text)])
        if (finds(text))
          expect([text, tokensOf(text)]).toEqual([
            text,
            expect.arrayContaining([...wholeTokens(sought)]),
          ])
      }
    }
  })
})

test.each([
  ['run(Task.java:5)', 'at run(task.java:5)', true],
  ['a+b', 'a+b', true],
  ['a+b', 'aab', false],
  ['[x]', '[x]', true],
  ['a\\b', 'a\\b', true],
  ['$a|b^', 'c$a|b^', true],
])('the pattern of %j in %j: %s', (sought, text, expected) => {
  expect([new RegExp(textPattern(sought)).test(text), textFinder(sought)(text)]).toEqual([
    expected,
    expected,
  ])
})

test('a hostile glob and a hostile line are read in time linear in their size', () => {
  const parsed = parseQuery(`pod:${'*a'.repeat(1_000)}b`)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const filter = compileQuery(parsed.query)
  expect(filter(line, { ...origin, pod: 'a'.repeat(1_000_000) })).toBe(false)
  expect(textFinder('aaaaaaaab')('a'.repeat(1_000_000))).toBe(false)
})
