import { describe, expect, test } from 'vitest'
import type { Payload } from '../api/batch.ts'
import { rowsOf } from '../api/rows.ts'
import { blockOf, exceptionsOf, samplesOf } from './payloads.fixture.ts'
import { splitPayload } from './split.ts'

const sizes = (payload: Payload, maxBytes: number) =>
  splitPayload(payload, maxBytes).parts.map(({ payload: part }) =>
    part.kind === 'samples'
      ? part.blocks.map(({ subjects }) => subjects.length)
      : part.kind === 'series'
        ? part.blocks.map(({ series }) => series.length)
        : part.kind === 'logs'
          ? part.blocks.map(({ lines }) => lines.length)
          : part.events.map((event) => ('message' in event ? event.message : event.type)),
  )

describe('splitPayload', () => {
  test.each<[string, Payload, number, unknown]>([
    ['what fits stays whole', samplesOf(10), 100_000, [[10]]],
    ['nothing gives nothing', { kind: 'events', events: [] }, 100_000, []],
    [
      'blocks are parted before subjects',
      { kind: 'samples', blocks: [blockOf(3), blockOf(3), blockOf(3)] },
      2_600,
      [[3, 3], [3]],
    ],
    ['one block is halved by subjects', samplesOf(11), 2_000, [[6], [5]]],
    [
      'events keep their order',
      exceptionsOf('a', 'b', 'c', 'd', 'e'),
      500,
      [['a', 'b'], ['c'], ['d', 'e']],
    ],
  ])('%s', (_, payload, maxBytes, expected) => {
    expect(sizes(payload, maxBytes)).toEqual(expected)
  })

  test('the parts hold the same rows in the same order, each within the limit', () => {
    const payload = samplesOf(1_000)
    const { parts, tooLarge } = splitPayload(payload, 20_000)
    const rows = parts.flatMap(({ payload: part }) =>
      part.kind === 'samples' ? rowsOf(part.blocks).tasks : [],
    )
    expect(rows).toEqual(rowsOf(payload.kind === 'samples' ? payload.blocks : []).tasks)
    expect(tooLarge).toEqual([])
    for (const { payload: part, bytes } of parts) {
      expect(bytes).toBe(Buffer.byteLength(JSON.stringify(part)))
      expect(bytes).toBeLessThanOrEqual(20_000)
    }
  })

  test('a single fact that is too large is put apart, the others are kept', () => {
    const payload = exceptionsOf('a', 'x'.repeat(1_000), 'c')
    expect(sizes(payload, 700)).toEqual([['a'], ['c']])
    expect(splitPayload(payload, 700).tooLarge).toHaveLength(1)
  })

  test('what is no number is absent', () => {
    const block = blockOf(3)
    const payload: Payload = {
      kind: 'samples',
      blocks: [{ ...block, columns: { ...block.columns, busyMs: [Number.NaN, 0, Infinity] } }],
    }
    const [part] = splitPayload(payload, 100_000).parts
    const columns = part?.payload.kind === 'samples' ? part.payload.blocks[0]?.columns : undefined
    expect(columns?.busyMs).toEqual([null, 0, null])
  })
})
