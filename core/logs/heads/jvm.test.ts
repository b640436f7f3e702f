import { expect, test } from 'vitest'
import { readGcHead } from './jvm.ts'

const at = Date.parse('2026-01-05T10:11:12.345Z')

test.each([
  [
    '[2026-01-05T10:11:12.345+0000][12.345s][info][gc,start     ] GC(0) Pause Young (Normal)',
    { at, level: 'INFO', logger: 'gc,start', message: 'GC(0) Pause Young (Normal)', closed: true },
  ],
  [
    '[2026-01-05T11:11:12.345+0100][info][gc] Using G1',
    { at, level: 'INFO', logger: 'gc', message: 'Using G1', closed: true },
  ],
  [
    '[0.012s][warning][gc,heap,exit] Heap',
    { level: 'WARN', logger: 'gc,heap,exit', message: 'Heap', closed: true },
  ],
  [
    '[12ms][host][4711][info][safepoint] x',
    { level: 'INFO', logger: 'safepoint', message: 'x', closed: true },
  ],
  ['[2026-01-05 10:11:12,345] INFO [Broker id=1] x', undefined],
  ['[main] INFO a.B - x', undefined],
  ['[gc] x', undefined],
  ['[', undefined],
  [`[${'x'.repeat(100)}]`, undefined],
])('%j', (line, expected) => {
  expect(readGcHead(line)).toEqual(expected)
})
