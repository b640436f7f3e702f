import { array, assert, constantFrom, nat, property, record, string } from 'fast-check'
import { expect, test } from 'vitest'
import { type LogLine, logLevels } from '../../core/model/logs.ts'
import { streams } from '../ends.ts'
import { decodeColumns, encodeColumns } from './columns.ts'

const text = string({ unit: 'binary', maxLength: 60 })
const name = constantFrom('', 'org.apache.flink.Job', 'with\ttab', 'with\nline', '日志')
const integer = nat(2 ** 41)

const line = record(
  {
    stream: constantFrom(...streams),
    offset: integer,
    bytes: integer,
    at: integer,
    timed: constantFrom('line', 'runtime', 'before', 'read'),
    message: text,
    template: name,
    level: constantFrom(...logLevels),
    logger: name,
    thread: name,
    stack: text,
    exception: name,
    rootCause: name,
    frame: text,
    signature: name,
    cutBytes: integer,
    redacted: integer,
  },
  { requiredKeys: ['stream', 'offset', 'bytes', 'at', 'timed', 'message', 'template'] },
)

test('every event comes back as it was, whatever its text and wherever it stands', () => {
  assert(
    property(array(line, { maxLength: 20 }), (lines) => {
      const events: readonly LogLine[] = lines
      expect(decodeColumns(encodeColumns(events), events.length)).toEqual(events)
    }),
    { numRuns: 500, seed: 42 },
  )
})

test('columns of two groups can be put behind each other and cut apart again', () => {
  const of = (offset: number, message: string): LogLine => ({
    stream: 'file',
    offset,
    bytes: message.length + 1,
    at: 1_700_000_000_000 + offset,
    timed: 'line',
    message,
    template: 't',
  })
  const first = encodeColumns([of(0, 'a'), of(2, 'b')])
  const second = encodeColumns([of(4, 'c')])
  const joined = first.map((column, index) =>
    Buffer.concat([column, second[index] ?? Buffer.alloc(0)]),
  )
  const cut = joined.map((column, index) => column.subarray(first[index]?.length))
  expect(decodeColumns(cut, 1)).toEqual([of(4, 'c')])
})
