import { describe, expect, test } from 'vitest'
import type { CheckpointEvent } from '../../core/model/events.ts'
import type { ProcessSample, TaskSample, Via } from '../../core/model/samples.ts'
import { checkpointSeries, gridOf, type Points, shareSeries, sumSeries } from './series.ts'
import { longestStretchMs, processStretches, taskStretches } from './stretches.ts'

const grid = { from: 0, to: 40_000, stepMs: 10_000 }
const values = (points: Points) =>
  points.map(([, value]) => (value === null ? null : Number(value.toFixed(6))))

interface Reading {
  readonly at: number
  readonly busy: number
  readonly idle: number
  readonly held?: number
  readonly in?: number
  readonly subtask?: number
  readonly attempt?: number
  readonly via?: Via
}

/** A row of counters: seconds in, milliseconds out, so that the tables stay readable. */
function reading(r: Reading): TaskSample {
  return {
    job: 'lab/-/orders',
    run: 'a1',
    vertex: 'v1',
    subtask: r.subtask ?? 0,
    attempt: r.attempt ?? 0,
    via: r.via ?? 'flink-prometheus',
    at: r.at * 1000,
    values: {
      busyMs: r.busy * 1000,
      idleMs: r.idle * 1000,
      backpressuredMs: (r.held ?? 0) * 1000,
      ...(r.in === undefined ? {} : { recordsIn: r.in }),
    },
  }
}

describe('the busy share', () => {
  test.each<[string, readonly Reading[], readonly (number | null)[]]>([
    ['nothing measured is null, never zero', [], [null, null, null, null]],
    ['one reading is no difference', [{ at: 5, busy: 1, idle: 4 }], [null, null, null, null]],
    [
      'differences over Flink’s own clock, gaps before and after',
      [
        { at: 10, busy: 100, idle: 50 },
        { at: 20, busy: 105, idle: 55 },
        { at: 30, busy: 113, idle: 57 },
      ],
      [null, 0.5, 0.8, null],
    ],
    [
      'the clock counts, not the arrival: 12 s of clock in 10 s of wall time',
      [
        { at: 10, busy: 0, idle: 0 },
        { at: 20, busy: 6, idle: 6 },
      ],
      [null, 0.5, null, null],
    ],
    [
      'an unchanged vector is no sample: the jump is spread over both moments',
      [
        { at: 0, busy: 0, idle: 0 },
        { at: 10, busy: 0, idle: 0 },
        { at: 20, busy: 15, idle: 5 },
      ],
      [0.75, 0.75, null, null],
    ],
    [
      'never across attempts, though the counters went on growing',
      [
        { at: 0, busy: 0, idle: 0 },
        { at: 10, busy: 10, idle: 0 },
        { at: 20, busy: 20, idle: 0, attempt: 1 },
        { at: 30, busy: 22, idle: 8, attempt: 1 },
      ],
      [1, null, 0.2, null],
    ],
    [
      'a fall inside one attempt is a new life',
      [
        { at: 0, busy: 100, idle: 100 },
        { at: 10, busy: 1, idle: 1 },
        { at: 20, busy: 10, idle: 2 },
      ],
      [null, 0.9, null, null],
    ],
    [
      'two sources of one subtask are never mixed and never added',
      [
        { at: 0, busy: 0, idle: 0 },
        { at: 5, busy: 90, idle: 10, via: 'flink-rest' },
        { at: 10, busy: 2, idle: 8 },
        { at: 15, busy: 91, idle: 11, via: 'flink-rest' },
        { at: 20, busy: 4, idle: 16 },
        { at: 35, busy: 101, idle: 21, via: 'flink-rest' },
      ],
      [0.2, 0.2, 0.5, 0.5],
    ],
    [
      'subtasks weigh by what was measured of them',
      [
        { at: 0, busy: 0, idle: 0 },
        { at: 0, busy: 0, idle: 0, subtask: 1 },
        { at: 10, busy: 10, idle: 0 },
        { at: 10, busy: 0, idle: 10, subtask: 1 },
        { at: 20, busy: 20, idle: 0 },
      ],
      [0.5, 1, null, null],
    ],
  ])('%s', (_, readings, expected) => {
    const points = shareSeries(taskStretches(readings.map(reading), 'busy', 90_000), grid)
    expect(values(points)).toEqual(expected)
    expect(points.map(([at]) => at)).toEqual([0, 10_000, 20_000, 30_000])
  })

  test('readings more than 90 s apart leave a gap', () => {
    const far = (at: number) => [
      reading({ at: 0, busy: 0, idle: 0 }),
      reading({ at, busy: at / 2, idle: at / 2 }),
    ]
    const wide = { from: 0, to: 90_000, stepMs: 90_000 }
    expect(values(shareSeries(taskStretches(far(90), 'busy', 90_000), wide))).toEqual([0.5])
    expect(values(shareSeries(taskStretches(far(91), 'busy', 90_000), wide))).toEqual([null])
    expect(values(shareSeries(taskStretches(far(91), 'busy', 480_000), wide))).toEqual([0.5])
  })

  test('idle and backpressured are shares of the same clock', () => {
    const samples = [
      reading({ at: 0, busy: 0, idle: 0, held: 0 }),
      reading({ at: 40, busy: 4, idle: 10, held: 26 }),
    ]
    const all = { from: 0, to: 40_000, stepMs: 40_000 }
    const of = (signal: 'busy' | 'idle' | 'backpressured') =>
      values(shareSeries(taskStretches(samples, signal, 90_000), all))
    expect([of('busy'), of('idle'), of('backpressured')]).toEqual([[0.1], [0.25], [0.65]])
  })
})

describe('records a second', () => {
  test.each<[string, readonly Reading[], readonly (number | null)[]]>([
    [
      'the sum of the subtasks',
      [
        { at: 0, busy: 0, idle: 0, in: 0 },
        { at: 0, busy: 0, idle: 0, in: 0, subtask: 1 },
        { at: 10, busy: 5, idle: 5, in: 1000 },
        { at: 10, busy: 5, idle: 5, in: 3000, subtask: 1 },
      ],
      [400, null, null, null],
    ],
    [
      'a sum that misses a subtask is no sum',
      [
        { at: 0, busy: 0, idle: 0, in: 0 },
        { at: 0, busy: 0, idle: 0, in: 0, subtask: 1 },
        { at: 10, busy: 5, idle: 5, in: 1000 },
        { at: 10, busy: 5, idle: 5, in: 3000, subtask: 1 },
        { at: 20, busy: 10, idle: 10, in: 2000 },
      ],
      [400, null, null, null],
    ],
    [
      'a subtask that is long gone is not waited for',
      [
        { at: 0, busy: 0, idle: 0, in: 0 },
        { at: 0, busy: 0, idle: 0, in: 0, subtask: 1 },
        { at: 5, busy: 5, idle: 0, in: 500 },
        { at: 5, busy: 5, idle: 0, in: 500, subtask: 1 },
        { at: 20, busy: 20, idle: 0, in: 2000 },
        { at: 40, busy: 40, idle: 0, in: 6000 },
      ],
      [200, null, 200, 200],
    ],
    [
      'no counter of records: unknown, not zero',
      [
        { at: 0, busy: 0, idle: 0 },
        { at: 10, busy: 5, idle: 5 },
      ],
      [null, null, null, null],
    ],
    [
      'no record in ten seconds is a measured zero',
      [
        { at: 0, busy: 0, idle: 0, in: 7 },
        { at: 10, busy: 0, idle: 10, in: 7 },
      ],
      [0, null, null, null],
    ],
  ])('%s', (_, readings, expected) => {
    const subjects = taskStretches(readings.map(reading), 'recordsIn', 90_000)
    expect(values(sumSeries(subjects, grid))).toEqual(expected)
  })
})

describe('a process', () => {
  const scrape = (at: number, v: ProcessSample['values']): ProcessSample => ({
    cluster: 'lab',
    process: 'tm_1',
    via: 'flink-prometheus',
    at: at * 1000,
    values: v,
  })
  test.each<[string, 'gc' | 'cpu' | 'heap', readonly ProcessSample[], readonly (number | null)[]]>([
    [
      'gc is a share of wall time',
      'gc',
      [scrape(0, { gcMs: 500 }), scrape(10, { gcMs: 3_000 }), scrape(20, { gcMs: 3_000 })],
      [0.25, 0, null, null],
    ],
    [
      'cpu is in cores',
      'cpu',
      [scrape(0, { cpuMs: 0 }), scrape(20, { cpuMs: 30_000 })],
      [1.5, 1.5, null, null],
    ],
    [
      'a counter that fell is a new process',
      'cpu',
      [scrape(0, { cpuMs: 90_000 }), scrape(10, { cpuMs: 0 }), scrape(20, { cpuMs: 5_000 })],
      [null, 0.5, null, null],
    ],
    [
      'heap is used ÷ limit of the scrape that ends the stretch',
      'heap',
      [
        scrape(0, { heapUsedBytes: 10, heapMaxBytes: 100 }),
        scrape(10, { heapUsedBytes: 20, heapMaxBytes: 100 }),
        scrape(20, { heapUsedBytes: 60, heapMaxBytes: 100 }),
      ],
      [0.2, 0.6, null, null],
    ],
    [
      'heap without a limit is unknown',
      'heap',
      [scrape(0, { heapUsedBytes: 10 }), scrape(10, { heapUsedBytes: 20 })],
      [null, null, null, null],
    ],
    [
      'a scrape that was not answered leaves no value',
      'gc',
      [scrape(0, { gcMs: 0 }), scrape(10, { up: 0 }), scrape(20, { gcMs: 900 })],
      [null, null, null, null],
    ],
  ])('%s', (_, signal, samples, expected) => {
    expect(values(shareSeries(processStretches(samples, signal, 90_000), grid))).toEqual(expected)
  })
})

test('checkpoints: the slowest completed one of each moment, failed ones leave nothing', () => {
  const checkpoint = (
    triggeredAt: number,
    endToEndMs: number,
    state: CheckpointEvent['state'],
  ): CheckpointEvent => ({
    type: 'checkpoint',
    at: triggeredAt + endToEndMs,
    job: 'lab/-/orders',
    run: 'a1',
    id: triggeredAt,
    state,
    savepoint: false,
    unaligned: false,
    triggeredAt,
    endToEndMs,
    stateBytes: 1,
    acknowledged: 1,
    subtasks: 1,
    tasks: [],
  })
  const given = [
    checkpoint(-1, 9, 'completed'),
    checkpoint(0, 300, 'completed'),
    checkpoint(9_999, 200, 'completed'),
    checkpoint(12_000, 60_000, 'failed'),
    checkpoint(39_999, 50, 'completed'),
    checkpoint(40_000, 70, 'completed'),
  ]
  expect(values(checkpointSeries(given, grid))).toEqual([300, null, null, 50])
})

test.each([
  ['a quarter of an hour', 900_000, 5_000],
  ['an hour', 3_600_000, 15_000],
  ['a day', 86_400_000, 600_000],
  ['a week', 604_800_000, 3_600_000],
])('the step of %s', (_, rangeMs, stepMs) => {
  expect(gridOf(7, 7 + rangeMs)).toEqual({ from: 0, to: rangeMs + stepMs, stepMs })
})

test('of rollups the readings may be as far apart as they are made', () => {
  const hours = (n: number) => longestStretchMs({ from: 0, to: n * 3_600_000 })
  expect([hours(6), hours(24), hours(168)]).toEqual([90_000, 120_000, 480_000])
})
