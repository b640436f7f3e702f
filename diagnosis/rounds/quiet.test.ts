import { describe, expect, test } from 'vitest'
import type { Topology } from '../../core/model/topology.ts'
import type {
  CheckpointPulse,
  ProcessPulse,
  Pulse,
  VertexPulse,
} from '../../core/store/pulses/pulse.ts'
import { rules } from '../rules/index.ts'
import { featuresOf } from './features.ts'
import { stillHolds } from './quiet.ts'
import { canScreen, SCREENED, STANDING } from './screened-rules.ts'
import type { Settled } from './settled.ts'

const AT = 1_000_000_000
const ago = (ms: number) => AT - ms

const vertex = (over: Partial<VertexPulse> = {}): VertexPulse => ({
  ...{ run: 'r', vertex: 'source', via: 'flink-prometheus', series: 2, shape: 7, flaws: 0 },
  ...{ unmeasured: 0, loads: 2, firstAt: ago(295_000), lastAt: ago(5_000), gapMs: 10_000 },
  ...{ backpressured: 0.02, busy: 0.5, busySum: 0.8, busiest: 0.45 },
  ...{ inStoodMs: 0, outStoodMs: 0, outPerSecond: 100, pending: 40, lag: 0 },
  ...{ clocks: 2, clockless: 0, watermarkStoodMs: 0, behindMs: 3_000, connections: 3 },
  ...over,
})

const process = (over: Partial<ProcessPulse> = {}): ProcessPulse => ({
  ...{ process: 'tm_0', via: 'flink-prometheus', shape: 9, flaws: 0, unmeasured: 0 },
  ...{
    firstAt: ago(295_000),
    lastAt: ago(5_000),
    gapMs: 10_000,
    gc: 0.01,
    throttled: 0,
    threadsApart: 4,
  },
  ...{ lows: 9, highestLow: 2 ** 29, newestLows: [2 ** 29, 2 ** 29, 2 ** 29] },
  ...{ heapMaxBytes: 2 ** 30, gcShare: 0.004 },
  ...over,
})

const checkpoints = (over: Partial<CheckpointPulse> = {}): CheckpointPulse => ({
  ...{ run: 'r', failed: 0, savepoints: 0, completed: 1, endedAt: ago(20_000), longestMs: 900 },
  ...{ longestSyncMs: 10, longestAsyncMs: 500, sizes: [[ago(20_900), 2 ** 20]] },
  ...{ mostInFlightBytes: 0, shortestSpaceMs: 60_000 },
  ...over,
})

interface Over {
  readonly vertex?: Partial<VertexPulse>
  readonly process?: Partial<ProcessPulse>
  readonly checkpoints?: Partial<CheckpointPulse>
  readonly pulse?: Partial<Pulse>
}

const pulseOf = (over: Over = {}): Pulse => ({
  job: 'lab/-/orders',
  vertices: [
    vertex(over.vertex),
    vertex({ vertex: 'sink', outStoodMs: 290_000, pending: 0, busySum: 0.4, busiest: 0.2 }),
  ],
  runs: [{ run: 'r', shape: 3, lastAt: ago(5_000), fewestRunning: 4, mostTotal: 4, troubles: 0 }],
  processes: [process(over.process)],
  checkpoints: [checkpoints(over.checkpoints)],
  words: '1/2',
  ...over.pulse,
})

const topology: Topology = {
  vertices: ['source', 'sink'].map((id) => ({
    ...{ id, name: id, parallelism: 4, maxParallelism: 128 },
  })),
  edges: [{ from: 'source', to: 'sink', strategy: 'HASH' }],
}
const about = { run: 'r', sources: ['source'], hosts: new Set(['tm_0']), topology }
const settled: Settled = {
  ...about,
  ...{ startedAt: ago(9_000_000), readAt: ago(60_000), heldAt: ago(10_000) },
  features: featuresOf(pulseOf(), about) ?? 'none',
  checkpoints: {
    sizes: [{ at: ago(80_000), value: 2 ** 20 }],
    ...{ endedAt: ago(79_000), shortestMs: 60_000, timeoutMs: 600_000 },
  },
}

describe('a word holds', () => {
  test('while nothing is new, and the next look starts from what was seen', () => {
    expect(stillHolds(settled, pulseOf(), AT)).toEqual({
      ...settled,
      heldAt: AT,
      checkpoints: {
        sizes: [
          { at: ago(80_000), value: 2 ** 20 },
          { at: ago(20_900), value: 2 ** 20 },
        ],
        ...{ endedAt: ago(20_000), shortestMs: 60_000, timeoutMs: 600_000 },
      },
    })
  })

  test.each<[string, Over]>([
    ['numbers that are other ones, and as harmless', { vertex: { busy: 0.6, busySum: 1.1 } }],
    ['no checkpoint since', { pulse: { checkpoints: [] } }],
    ['a source whose connections nobody tells', { vertex: { connections: -1 } }],
    ['a little waiting', { vertex: { pending: 299 } }],
  ])('%s', (_, over) => {
    expect(stillHolds(settled, pulseOf(over), AT)).toBeDefined()
  })
})

describe('windows are read again', () => {
  test.each<[string, Over]>([
    ['held back', { vertex: { backpressured: 0.1 } }],
    ['saturated', { vertex: { busy: 0.85 } }],
    ['a flaw', { vertex: { flaws: 1 } }],
    ['a subtask without a load', { vertex: { unmeasured: 1 } }],
    ['samples that are late', { vertex: { lastAt: ago(31_000) } }],
    ['samples that began in the window', { vertex: { firstAt: ago(200_000) } }],
    ['a pause', { vertex: { gapMs: 80_000 } }],
    ['event time that stands', { vertex: { watermarkStoodMs: 20_000 } }],
    ['event time behind the clock', { vertex: { behindMs: 30_000 } }],
    ['subtasks without event time beside others', { vertex: { clocks: 1, clockless: 1 } }],
    ['more waiting than is read in three seconds', { vertex: { pending: 301 } }],
    ['a lag', { vertex: { lag: 301 } }],
    ['no connection to a broker', { vertex: { connections: 0 } }],
    ['another attempt or metric', { vertex: { shape: 8 } }],
    ['a subtask more', { vertex: { series: 3 } }],
    ['work for twice as many slots', { vertex: { busySum: 1.5 } }],
    ['hardly anything to do any more', { vertex: { busiest: 0.1, busy: 0.2 } }],
    ['a silent source', { vertex: { outStoodMs: 230_000, outPerSecond: 0, pending: 0 } }],
    ['collections', { process: { gc: 0.15 } }],
    ['threads that became more', { process: { threadsApart: 50 } }],
    ['a throttled container', { process: { throttled: 0.25 } }],
    ['a heap that grows', { process: { newestLows: [5e8, 6e8, 7e8] } }],
    ['a heap that is not used', { process: { highestLow: 2 ** 26, heapMaxBytes: 2 ** 31 } }],
    ['a process that is another', { process: { process: 'tm_1' } }],
    ['a failed checkpoint', { checkpoints: { failed: 1 } }],
    ['a savepoint', { checkpoints: { savepoints: 1 } }],
    ['a long checkpoint', { checkpoints: { longestMs: 30_000 } }],
    ['checkpoints close together', { checkpoints: { shortestSpaceMs: 1_500 } }],
    ['a long synchronous phase', { checkpoints: { longestSyncMs: 2_000 } }],
    ['a long asynchronous phase', { checkpoints: { longestAsyncMs: 5_000 } }],
    ['many records on their way', { checkpoints: { mostInFlightBytes: 2 ** 28 } }],
    ['a new word', { pulse: { words: '1/3' } }],
    ['nothing measured', { pulse: { vertices: [] } }],
    ['another run', { vertex: { run: 's' } }],
    [
      'a restart that is only counted',
      {
        pulse: {
          runs: [{ run: 'r', shape: 3, lastAt: AT, fewestRunning: 4, mostTotal: 4, troubles: 1 }],
        },
      },
    ],
    [
      'a task that does not run',
      {
        pulse: {
          runs: [{ run: 'r', shape: 3, lastAt: AT, fewestRunning: 3, mostTotal: 4, troubles: 0 }],
        },
      },
    ],
  ])('after %s', (_, over) => {
    expect(stillHolds(settled, pulseOf(over), AT)).toBeUndefined()
  })

  test('after a pause of the rounds, in which samples went by unseen', () => {
    expect(stillHolds({ ...settled, heldAt: ago(151_000) }, pulseOf(), AT)).toBeUndefined()
  })

  test('when the newest checkpoint grows old', () => {
    const old = { ...settled.checkpoints, endedAt: ago(1_800_000) }
    const pulse = pulseOf({ pulse: { checkpoints: [] } })
    expect(stillHolds({ ...settled, checkpoints: old }, pulse, AT)).toBeUndefined()
  })
})

test('the screen knows every rule, and each that may stand', () => {
  expect(canScreen(rules)).toBe(true)
  expect(Object.keys(SCREENED).sort()).toEqual(rules.map(({ id }) => id).sort())
  expect([...STANDING].filter((id) => !(id in SCREENED))).toEqual([])
})
