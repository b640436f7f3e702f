import { expect, test } from 'vitest'
import { parseQuery } from './parse.ts'
import type { Query } from './query.ts'

const text = (value: string): Query => ({ kind: 'text', text: value })
const and = (...of: Query[]): Query => ({ kind: 'and', of })
const or = (...of: Query[]): Query => ({ kind: 'or', of })
const not = (of: Query): Query => ({ kind: 'not', of })
const field = (
  name: 'pod' | 'logger' | 'exception' | 'thread' | 'signature',
  value: string,
): Query => ({
  kind: 'field',
  field: name,
  value,
})
const level = (compare: '=' | '>=' | '<', name: 'WARN' | 'ERROR' | 'INFO'): Query => ({
  kind: 'level',
  compare,
  level: name,
})

test.each<[string, Query]>([
  ['', { kind: 'all' }],
  ['  \t', { kind: 'all' }],
  ['checkpoint', text('checkpoint')],
  ['checkpoint failed', and(text('checkpoint'), text('failed'))],
  ['checkpoint AND failed', and(text('checkpoint'), text('failed'))],
  ['and or not', and(text('and'), text('or'), text('not'))],
  ['a b OR c d', or(and(text('a'), text('b')), and(text('c'), text('d')))],
  ['a (b OR c) d', and(text('a'), or(text('b'), text('c')), text('d'))],
  ['a OR b OR c', or(text('a'), text('b'), text('c'))],
  ['((a))', text('a')],
  ['NOT a b', and(not(text('a')), text('b'))],
  ['-a -"b c" -(d OR e)', and(not(text('a')), not(text('b c')), not(or(text('d'), text('e'))))],
  ['NOT NOT a', text('a')],
  ['--a', text('--a')],
  ['a-b - c', and(text('a-b'), text('-'), text('c'))],
  ['"a phrase" b', and(text('a phrase'), text('b'))],
  ['"say \\"hi\\" \\\\ now"', text('say "hi" \\ now')],
  ['"AND"', text('AND')],
  ['java.lang.OutOfMemoryError: heap', and(text('java.lang.OutOfMemoryError:'), text('heap'))],
  ['http://a/b?c=d', text('http://a/b?c=d')],
  ['10:11:12,345', text('10:11:12,345')],
  ['run(Task.java:5)', text('run(Task.java:5)')],
  ['(run(Task.java:5))', text('run(Task.java:5)')],
  ['作业 失败', and(text('作业'), text('失败'))],
  ['level:WARN', level('=', 'WARN')],
  ['level:>=warn', level('>=', 'WARN')],
  ['Level:<Error', level('<', 'ERROR')],
  ['level:=warning', level('=', 'WARN')],
  ['pod:flink-tm-* attempt:2', and(field('pod', 'flink-tm-*'), { kind: 'attempt', attempt: 2 })],
  ['-logger:org.apache.kafka', not(field('logger', 'org.apache.kafka'))],
  ['thread:"Source: a (1/2)#0"', field('thread', 'Source: a (1/2)#0')],
  [
    '(exception:TimeoutException OR signature:oom-heap)',
    or(field('exception', 'TimeoutException'), field('signature', 'oom-heap')),
  ],
  ['* a', and(text('*'), text('a'))],
])('%j', (query, expected) => {
  expect(parseQuery(query)).toEqual({ ok: true, query: expected })
})

test.each([
  ['"open', 0, 'The quote at character 1 is not closed; add " at the end of the phrase.'],
  ['a thread:"open', 9, 'The quote at character 10 is not closed; add " at the end of the phrase.'],
  ['(a', 0, 'The ( at character 1 is not closed; add a ).'],
  ['a)', 1, 'The ) at character 2 closes nothing; remove it, or quote it to search for it.'],
  [
    '()',
    1,
    "A word, a \"phrase\", a field or ( was expected after '(', but ')' stands at character 2.",
  ],
  ['a AND', 5, 'A word, a "phrase", a field or ( was expected after \'AND\', but the query ends.'],
  [
    'OR a',
    0,
    'A word, a "phrase", a field or ( was expected, but \'OR\' stands at character 1, or "OR" in quotes to search for it.',
  ],
  [
    'a OR AND b',
    5,
    'A word, a "phrase", a field or ( was expected after \'OR\', but \'AND\' stands at character 6, or "AND" in quotes to search for it.',
  ],
  ['""', 0, 'The phrase at character 1 is empty; write what to search for.'],
  [
    'Check*',
    0,
    "'Check*' at character 1 has a *, but words are whole; only fields such as pod: know *. Quote it to search for the sign.",
  ],
  [
    'a host:5',
    2,
    "There is no field 'host' (at character 3); fields are level, attempt, pod, node, container, stream, template, signature, logger, exception, thread. To search for the text, quote it.",
  ],
  [
    'level:loud',
    6,
    'A level was expected at character 7: TRACE, DEBUG, INFO, WARN, ERROR or FATAL, with >=, >, <= or < before it if you like.',
  ],
  [
    'level:>=',
    8,
    'A level was expected at character 9: TRACE, DEBUG, INFO, WARN, ERROR or FATAL, with >=, >, <= or < before it if you like.',
  ],
  ['pod: a', 4, "A value was expected after 'pod:' at character 5."],
  ['attempt:x', 8, "An attempt is a number from 0; 'x' at character 9 is none."],
  ['('.repeat(60), 51, 'A query nests at most 50 deep.'],
  ['a'.repeat(5_000), 4_096, 'A query has at most 4096 characters.'],
])('%j is refused', (query, at, message) => {
  expect(parseQuery(query)).toEqual({ ok: false, problem: { at, message } })
})
