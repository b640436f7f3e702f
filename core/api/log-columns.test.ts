import { expect, test } from 'vitest'
import type { LogLine } from '../model/logs.ts'
import { packBatch, packLines, unpackBatch, unpackLines } from './log-columns.ts'

const AT = 1_790_000_000_000
const line = (offset: number, more: Partial<LogLine> = {}): LogLine => ({
  ...{ stream: 'file', offset, bytes: 100, at: AT + offset, timed: 'line' },
  ...{ message: `line ${offset}`, template: 't1' },
  ...more,
})
const full = line(500, {
  ...{ stream: 'stderr', timed: 'runtime', level: 'ERROR', logger: 'a.B', thread: 'main' },
  ...{ message: 'Order 中文 \u{1f4a5}\n"failed"', stack: 'E: x\n\tat a.B', exception: 'E' },
  ...{ rootCause: 'R', frame: 'a.B.c', signature: 'oom-heap', cutBytes: 3, redacted: 1 },
})

test.each<[string, readonly LogLine[]]>([
  ['one', [line(0)]],
  ['one that says everything', [full]],
  ['those that follow each other', [line(0), line(100), line(200)]],
  ['those with others between them, as of two outputs', [line(50), line(500), line(700)]],
  ['one that began before the one before it', [line(300), line(100, { bytes: 900 })]],
  ['a clock that was set back', [line(0), line(100, { at: AT - 5_000 }), line(200)]],
  [
    'one that says something among those that do not',
    [line(0), full, line(700), line(800, { level: 'INFO', redacted: 2 })],
  ],
  ['empty texts', [line(0, { message: '', stack: '', logger: '' })]],
])('lines travel as they are: %s', (_, lines) => {
  expect(unpackLines(JSON.parse(JSON.stringify(packLines(lines))))).toStrictEqual(lines)
})

test('what no line has or all have alike is said once or not at all', () => {
  expect(packLines([line(0), line(100)])).toEqual({
    ...{ lines: 2, bytes: [100, 100], at: [AT, 100], message: ['line 0', 'line 100'] },
    ...{ stream: { words: ['file'] }, timed: { words: ['line'] }, template: { words: ['t1'] } },
  })
})

const good = packLines([line(0), full])
test.each<[string, unknown, RegExp]>([
  ['nothing', null, /columns/],
  [
    'more lines than there are',
    { ...good, lines: 3 },
    /each must have one value for each of the 3/,
  ],
  ['more lines than may be', { ...good, lines: 1_000_000 }, /lines/],
  ['a column that nobody knows', { ...good, colour: [1, 2] }, /colour/],
  [
    'a number that is none',
    { ...good, bytes: [1, 'x'] },
    /bytes: must be an array of whole numbers/,
  ],
  ['a text that is none', { ...good, message: ['a', 7] }, /message/],
  ['a word behind the last', { ...good, level: { words: ['INFO'], of: [0, 1] } }, /one value/],
  ['too few words', { ...good, level: { words: ['INFO'], of: [0] } }, /one value/],
  [
    'a stack of a line behind the last',
    { ...good, stack: { lines: [2], values: ['x'] } },
    /one value/,
  ],
  ['a stack of no line', { ...good, stack: { lines: [], values: ['x'] } }, /one value/],
])('%s is refused with a sentence', (_, columns, sentence) => {
  expect(unpackLines(columns)).toMatch(sentence)
})

test('a batch of lines is packed and unpacked, and another is left alone', () => {
  const batch = { kind: 'logs' as const, blocks: [{ origin: origin(), lines: [line(0), full] }] }
  expect(unpackBatch(packBatch(batch))).toEqual({ batch })
  expect(unpackBatch(batch)).toEqual({ batch })
  const events = { kind: 'events' as const, events: [] }
  expect(packBatch(events)).toBe(events)
  expect(unpackBatch(events)).toEqual({ batch: events })
  expect(unpackBatch({ kind: 'logs', blocks: [{ columns: 1 }] })).toMatch(/^blocks\.0\.columns/)
})

function origin() {
  const place = { cluster: 'lab', namespace: '-', node: 'n', pod: 'p', attempt: 0 }
  return { ...place, path: 'a.log', file: 'f' }
}
