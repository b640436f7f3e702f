import { expect, test } from 'vitest'
import type { Recording } from './recording.ts'
import { replayOffsets } from './replay-kafka.ts'

const recording: Recording = {
  file: 'x.ndjson.gz',
  header: { src: 'header', id: 'x', begin: 1_000, processes: {} },
  endAt: 60_000,
  rest: new Map(),
  scrapes: new Map(),
  logs: [],
  offsets: new Map([
    [
      'orders',
      [
        { t: 10_000, end: [5, 7] },
        { t: 20_000, end: [15, 17] },
      ],
    ],
  ]),
}

test('each recorded look at the brokers is given once, when it has come', async () => {
  let now = 0
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  const offsets = replayOffsets(recording, { clock, shiftMs: 100_000 })
  const seen: unknown[] = []
  for (now = 105_000; now <= 125_000; now += 5_000) seen.push(await offsets.of('orders'))
  expect(seen).toEqual([
    undefined,
    [
      { partition: 0, begin: 0, end: 5 },
      { partition: 1, begin: 0, end: 7 },
    ],
    undefined,
    [
      { partition: 0, begin: 0, end: 15 },
      { partition: 1, begin: 0, end: 17 },
    ],
    undefined,
  ])
  expect(await offsets.of('nobody')).toBeUndefined()
})
