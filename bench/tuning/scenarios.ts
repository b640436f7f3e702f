import type { TuningHistory } from '../../diagnosis/tuning/history.ts'
import type { Hidden } from './facts.ts'
import { costOf, type SimVertex, sharesOf, type Troubles } from './stream.ts'

/** What is right to do about a scenario: sizes (perhaps those it has), or a cause that no size cures. */
export type Truth =
  | { readonly kind: 'size' }
  | { readonly kind: 'cause'; readonly rules: readonly string[] }

/** One situation with a known right answer (tuning.md 4.4). Demand is records a second at each source. */
export interface Scenario {
  readonly id: string
  readonly title: string
  readonly minutes: number
  readonly vertices: readonly SimVertex[]
  readonly demand: (second: number) => number
  readonly troubles?: Troubles
  readonly hidden?: Hidden
  readonly truth: Truth
  /** What stored history knows at the beginning. */
  readonly history?: TuningHistory
  /** Demand that the right size is for, where it is not that of the moment (a crest, a stored peak). */
  readonly sizedFor?: (second: number) => number
}

/** A source that costs next to nothing and the operator that everything is about, its sink chained to it. */
const chain = (
  operator: Partial<SimVertex> & { readonly parallelism: number },
): readonly SimVertex[] => [
  { id: 'source', parallelism: 1, seconds: 0.0002 },
  { id: 'operator', seconds: 0.005, inputs: [{ from: 'source' }], ...operator },
]

const steady = (perSecond: number) => () => perSecond
const DAY = { observedMs: 7 * 24 * 3_600_000 }

/** Scenarios S1 to S22; those in which the peer should win or tie (S1 to S3, S6, S14) are among them. */
export const scenarios: readonly Scenario[] = [
  {
    ...{ id: 'S1', title: 'half the right size', minutes: 60, truth: { kind: 'size' } },
    vertices: chain({ parallelism: 4 }),
    demand: steady(1100),
  },
  {
    ...{ id: 'S2', title: 'three times the right size', minutes: 120, truth: { kind: 'size' } },
    vertices: chain({ parallelism: 24 }),
    demand: steady(1100),
    history: { ...DAY, peakDemand: { source: 1100 } },
  },
  {
    ...{
      id: 'S3',
      title: 'four times as much, and back after 40 minutes',
      minutes: 180,
      truth: { kind: 'size' },
    },
    vertices: chain({ parallelism: 4 }),
    demand: (second) => (second >= 600 && second < 3000 ? 2000 : 500),
    history: { ...DAY, peakDemand: { source: 500 } },
    sizedFor: (second) => (second >= 600 && second < 3000 ? 2000 : 500),
  },
  {
    ...{ id: 'S4', title: 'a sine of ten minutes', minutes: 90, truth: { kind: 'size' } },
    vertices: chain({ parallelism: 4 }),
    demand: (second) => 900 + 400 * Math.sin((2 * Math.PI * second) / 600),
    history: { ...DAY, peakDemand: { source: 1300 } },
    sizedFor: steady(1300),
  },
  {
    ...{ id: 'S5', title: 'bursts every 30 s, right size', minutes: 60, truth: { kind: 'size' } },
    vertices: chain({ parallelism: 8 }),
    demand: (second) => (second % 30 < 5 ? 2600 : 800),
    sizedFor: steady(1100),
  },
  {
    ...{
      id: 'S6',
      title: 'a backlog of ten minutes, right size',
      minutes: 60,
      truth: { kind: 'size' },
    },
    vertices: chain({ parallelism: 8 }),
    demand: steady(1000),
    troubles: { backlogSeconds: 600 },
  },
  {
    ...{ id: 'S7', title: 'saturated, backlog not known', minutes: 60, truth: { kind: 'size' } },
    vertices: chain({ parallelism: 4 }),
    demand: steady(1100),
    hidden: { lag: true },
  },
  {
    ...{ id: 'S8', title: '0.4 records/s of 3 s each', minutes: 60, truth: { kind: 'size' } },
    vertices: [
      { id: 'source', parallelism: 1, seconds: 0.0002 },
      { id: 'operator', parallelism: 1, seconds: 3, inputs: [{ from: 'source' }] },
    ],
    demand: steady(0.4),
  },
  {
    ...{
      id: 'S9',
      title: 'one key has 40 %',
      minutes: 60,
      truth: { kind: 'cause', rules: ['hot-key', 'data-skew'] },
    },
    vertices: chain({ parallelism: 8, inputs: [{ from: 'source', ship: 'HASH' }], hotKey: 0.4 }),
    demand: steady(700),
  },
  {
    ...{
      id: 'S10',
      title: '199 partitions, then 128 key groups',
      minutes: 60,
      truth: { kind: 'size' },
    },
    vertices: [
      { id: 'source', parallelism: 48, seconds: 0.02, partitions: 199, maxParallelism: 256 },
      {
        id: 'operator',
        parallelism: 12,
        seconds: 0.005,
        inputs: [{ from: 'source', ship: 'HASH' }],
      },
    ],
    demand: steady(3300),
  },
  {
    ...{
      id: 'S11',
      title: 'one host three times as slow',
      minutes: 60,
      truth: { kind: 'cause', rules: ['slow-instance'] },
    },
    vertices: chain({ parallelism: 12 }),
    demand: steady(1000),
    troubles: { slowHost: 3 },
  },
  {
    ...{
      id: 'S12',
      title: 'the store behind the sink takes 800/s',
      minutes: 60,
      truth: { kind: 'cause', rules: ['slow-sink'] },
    },
    vertices: [
      { id: 'source', parallelism: 1, seconds: 0.0002 },
      { id: 'operator', parallelism: 8, seconds: 0.005, inputs: [{ from: 'source' }] },
      {
        id: 'sink: Writer',
        parallelism: 4,
        seconds: 0.0005,
        outside: 800,
        cpu: 0.05,
        inputs: [{ from: 'operator', ship: 'REBALANCE' }],
      },
    ],
    demand: steady(1000),
  },
  {
    ...{
      id: 'S13',
      title: 'four partitions, each with its subtask, all full',
      minutes: 60,
      truth: { kind: 'cause', rules: ['source-limited', 'lag-growing'] },
    },
    vertices: [
      { id: 'source', parallelism: 4, seconds: 0.01, partitions: 4, maxParallelism: 128 },
      { id: 'operator', parallelism: 4, seconds: 0.002, inputs: [{ from: 'source' }] },
    ],
    demand: steady(600),
  },
  {
    ...{
      id: 'S14',
      title: 'fan-out, filter 1 : 0.01, fan-in',
      minutes: 60,
      truth: { kind: 'size' },
    },
    vertices: [
      { id: 'source', parallelism: 1, seconds: 0.0002 },
      { id: 'map', parallelism: 3, seconds: 0.005, inputs: [{ from: 'source' }] },
      { id: 'filtered', parallelism: 1, seconds: 0.02, inputs: [{ from: 'map', ratio: 0.01 }] },
      {
        id: 'joined',
        parallelism: 4,
        seconds: 0.002,
        inputs: [{ from: 'map', ship: 'HASH', ratio: 2 }],
      },
    ],
    demand: steady(880),
  },
  {
    ...{ id: 'S15', title: '5 % of the work under one lock', minutes: 60, truth: { kind: 'size' } },
    vertices: chain({ parallelism: 3, serial: 0.05 }),
    demand: steady(900),
  },
  {
    ...{
      id: 'S16',
      title: 'collections take 40 % of the time',
      minutes: 60,
      truth: { kind: 'cause', rules: ['gc-pressure'] },
    },
    vertices: chain({ parallelism: 6 }),
    demand: steady(800),
    troubles: { gcShare: 0.4 },
  },
  {
    ...{
      id: 'S17',
      title: 'restarts every ten minutes, half the right size',
      minutes: 60,
      truth: { kind: 'size' },
    },
    vertices: chain({ parallelism: 4 }),
    demand: steady(1100),
    troubles: { restartEvery: 600 },
  },
  {
    ...{
      id: 'S18',
      title: 'half of the subtasks send no metrics, right size',
      minutes: 120,
      truth: { kind: 'size' },
    },
    vertices: chain({ parallelism: 8 }),
    demand: steady(1000),
    hidden: { subtasks: { operator: 4 } },
  },
  {
    ...{
      id: 'S19',
      title: 'idle for two hours, the day has a peak',
      minutes: 120,
      truth: { kind: 'size' },
    },
    vertices: chain({ parallelism: 8 }),
    demand: steady(20),
    history: { ...DAY, peakDemand: { source: 1050 } },
    sizedFor: steady(1050),
  },
  {
    ...{
      id: 'S20',
      title: 'right size, a greedy job beside it',
      minutes: 120,
      truth: { kind: 'size' },
    },
    vertices: chain({ parallelism: 8 }),
    demand: steady(1050),
    troubles: { gcShare: 0.02 },
  },
  {
    ...{
      id: 'S21',
      title: 'asynchronous capacity is full',
      minutes: 60,
      truth: { kind: 'cause', rules: ['async-capacity'] },
    },
    vertices: chain({ parallelism: 4, seconds: 0.1, asyncCapacity: 10, cpu: 0.05 }),
    demand: steady(600),
  },
  {
    ...{ id: 'S22', title: 'right size, noise', minutes: 120, truth: { kind: 'size' } },
    vertices: chain({ parallelism: 8 }),
    demand: steady(1050),
  },
]

/** Busy share of the busiest subtask that is right at most: 70 % with what a reading may be off. */
const BUSY_AT_MOST = 0.73

/**
 * The right size of every vertex: the fewest subtasks whose busiest one stays at the busy share aimed at. Vertices
 * that are never a matter of size (sources that cost nothing) come out at 1.
 */
export function optimumOf(scenario: Scenario, second: number): Readonly<Record<string, number>> {
  return Object.fromEntries(
    scenario.vertices.map((vertex) => {
      const demand = demandAt(scenario, vertex.id, second)
      const most = Math.min(
        vertex.maxParallelism ?? 128,
        vertex.partitions ?? Number.POSITIVE_INFINITY,
      )
      let subtasks = 1
      while (subtasks < most && busyOf(vertex, demand, subtasks) > BUSY_AT_MOST) subtasks++
      return [vertex.id, subtasks]
    }),
  )
}

/** Busy share of the busiest subtask of a vertex at a size, without troubles. */
export function busyAt(scenario: Scenario, id: string, subtasks: number, second: number): number {
  const vertex = scenario.vertices.find((candidate) => candidate.id === id)
  return vertex ? busyOf(vertex, demandAt(scenario, id, second), subtasks) : 0
}

function busyOf(vertex: SimVertex, demand: number, subtasks: number): number {
  const share = Math.max(...sharesOf(vertex, subtasks))
  return share * demand * costOf(vertex, subtasks - 1, subtasks, 0, {})
}

/** Records a second that the right size of a vertex is for. */
function demandAt(scenario: Scenario, id: string, second: number): number {
  const inputs = scenario.vertices.find((vertex) => vertex.id === id)?.inputs ?? []
  if (inputs.length === 0) return (scenario.sizedFor ?? scenario.demand)(second)
  return inputs.reduce(
    (sum, { from, ratio = 1 }) => sum + demandAt(scenario, from, second) * ratio,
    0,
  )
}
