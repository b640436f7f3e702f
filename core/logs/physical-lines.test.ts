import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter, type PhysicalLine } from './physical-lines.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

function split(
  parts: readonly Uint8Array[],
  { maxBytes = 100, loneReturns = true, startAt = 0 } = {},
): { lines: PhysicalLine[]; left: PhysicalLine[]; position: number } {
  const splitter = createLineSplitter({ startAt, maxBytes, loneReturns })
  const lines: PhysicalLine[] = []
  const left: PhysicalLine[] = []
  for (const part of parts) splitter.push(part, (line) => lines.push(line))
  const position = splitter.position()
  splitter.end((line) => left.push(line))
  return { lines, left, position }
}

const line = (offset: number, bytes: number, text: string, more: Partial<PhysicalLine> = {}) => ({
  offset,
  bytes,
  text,
  cutBytes: 0,
  decodable: true,
  ...more,
})

test.each<[string, Uint8Array[], object, PhysicalLine[], PhysicalLine[]]>([
  ['line feeds', [bytesOf('a\nbc\n')], {}, [line(0, 2, 'a'), line(2, 3, 'bc')], []],
  ['a rest without an end', [bytesOf('a\nbc')], {}, [line(0, 2, 'a')], [line(2, 2, 'bc')]],
  [
    'all line ends mixed',
    [bytesOf('a\r\nb\rc\n\r\nd')],
    {},
    [line(0, 3, 'a'), line(3, 2, 'b'), line(5, 2, 'c'), line(7, 2, '')],
    [line(9, 1, 'd')],
  ],
  [
    'a line end across parts',
    [bytesOf('a\r'), bytesOf('\nb\r'), bytesOf('c\r')],
    {},
    [line(0, 3, 'a'), line(3, 2, 'b')],
    [line(5, 2, 'c')],
  ],
  [
    'returns inside a line of a runtime',
    [bytesOf('10%\r20%\r\n')],
    { loneReturns: false },
    [line(0, 9, '10%\r20%')],
    [],
  ],
  [
    'offsets of a later start',
    [bytesOf('a\nb\n')],
    { startAt: 7 },
    [line(7, 2, 'a'), line(9, 2, 'b')],
    [],
  ],
  [
    'a cut in what is too long',
    [bytesOf('abcdef\nab'), bytesOf('cdef'), bytesOf('gh\r\nxyz\n')],
    { maxBytes: 3 },
    [line(0, 7, 'abc', { cutBytes: 3 }), line(7, 10, 'abc', { cutBytes: 5 }), line(17, 4, 'xyz')],
    [],
  ],
  [
    'a cut before a character that does not fit',
    [bytesOf('ab作业\n')],
    { maxBytes: 6 },
    [line(0, 9, 'ab作', { cutBytes: 3 })],
    [],
  ],
  [
    'bytes that are no text',
    [Uint8Array.of(0x61, 0xff, 0x62, 10, 0xc3, 10)],
    {},
    [line(0, 4, 'a\ufffdb', { decodable: false }), line(4, 2, '\ufffd', { decodable: false })],
    [],
  ],
  [
    'parts without bytes',
    [bytesOf(''), bytesOf('a'), bytesOf(''), bytesOf('\n')],
    {},
    [line(0, 2, 'a')],
    [],
  ],
])('a splitter sees %s', (_, parts, options, lines, left) => {
  expect(split(parts, options)).toMatchObject({ lines, left })
})

test('where the parts begin changes nothing', () => {
  const piece = fc.constantFrom('a', 'bc', '作业', 'é', '\n', '\r', '\r\n', '0123456789')
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }),
      fc.array(fc.nat(60), { maxLength: 6 }),
      fc.boolean(),
      (pieces, cuts, loneReturns) => {
        const bytes = bytesOf(pieces.join(''))
        const borders = [0, ...cuts.filter((cut) => cut < bytes.length), bytes.length].sort(
          (a, b) => a - b,
        )
        const parts = borders.slice(1).map((end, i) => bytes.slice(borders[i], end))
        const whole = split([bytes], { loneReturns, maxBytes: 12 })
        expect(split(parts, { loneReturns, maxBytes: 12 })).toEqual(whole)
        const covered = [...whole.lines, ...whole.left].reduce((sum, { bytes: b }) => sum + b, 0)
        expect(covered).toBe(bytes.length)
      },
    ),
    { numRuns: 2_000, seed: 7 },
  )
})

test('the bytes of a line whose end has not come are not passed', () => {
  expect(split([bytesOf('ab\ncd')]).position).toBe(3)
  expect(split([bytesOf('ab\ncd\r')]).position).toBe(3)
  expect(split([bytesOf('ab\n')]).position).toBe(3)
})
