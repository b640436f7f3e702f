import { expect, test } from 'vitest'
import type { Edge, Topology } from '../../core/model/topology.ts'
import type { VertexLoad } from '../../diagnosis/signals/load.ts'
import { demandsOf } from '../../diagnosis/tuning/demand.ts'
import { DEFAULT_POLICY, NO_HISTORY, type TuningHistory } from '../../diagnosis/tuning/history.ts'
import type { MeasuredVertex } from '../../diagnosis/tuning/measure.ts'
import { planOf } from '../../diagnosis/tuning/plan.ts'

/** A vertex of a straight line of vertices: its size, what a subtask can take, what it takes, how full it is. */
interface Given {
  readonly subtasks: number
  readonly each: number
  readonly taken: number
  readonly busy: number
  readonly backpressured?: number
  readonly growth?: number
  readonly partitions?: number
  readonly maxParallelism?: number
  readonly perRecord?: number
  readonly keyed?: boolean
}

function line(given: Readonly<Record<string, Given>>) {
  const names = Object.keys(given)
  const edges = names.slice(1).map(
    (to, index): Edge => ({
      from: names[index] ?? '',
      to,
      strategy: given[to]?.keyed ? 'HASH' : 'REBALANCE',
    }),
  )
  const measured = names.map((id): MeasuredVertex => {
    const {
      subtasks,
      each,
      taken,
      busy,
      backpressured = 0,
      growth,
      partitions,
      perRecord = 1,
    } = given[id] ?? missing(id)
    const load: VertexLoad = {
      ...{ vertex: id, name: id, parallelism: subtasks, subtasks: [], skew: undefined },
      ...{ busy, maxBusy: busy, backpressured, maxBackpressured: backpressured },
      ...{ idle: 1 - busy - backpressured, recordsPerSecond: taken },
    }
    return {
      vertex: {
        id,
        name: id,
        parallelism: subtasks,
        maxParallelism: given[id]?.maxParallelism ?? 128,
      },
      source: id === names[0],
      load,
      capacity: { value: each, low: each, high: each },
      takenPerSecond: taken,
      carriedPerSecond: taken,
      ...{ eventTimeSpeed: undefined, lagRecords: undefined },
      ...{ lagGrowthPerSecond: growth, partitions },
      inputs: edges
        .filter(({ to }) => to === id)
        .map(({ from, strategy }) => ({ from, strategy, perRecord })),
    }
  })
  const topology: Topology = { vertices: measured.map(({ vertex }) => vertex), edges }
  return { measured, topology }
}

function missing(id: string): never {
  throw new Error(`nothing is given for ${id}`)
}

function sizes(
  given: Readonly<Record<string, Given>>,
  fixed: Readonly<Record<string, string>> = {},
  history: TuningHistory = NO_HISTORY,
) {
  const { measured, topology } = line(given)
  const demands = demandsOf(measured, history.peakDemand)
  const plan = planOf(measured, demands, {
    ...{ topology, history, policy: DEFAULT_POLICY, restartMs: undefined, fixed },
  })
  return [...plan].map(([id, { demand, size, heldBy }]) =>
    [
      id,
      `${demand.censored ? '≥' : ''}${Math.round(demand.perSecond)}`,
      size?.subtasks,
      heldBy?.name,
    ]
      .filter((word) => word !== undefined)
      .join(' '),
  )
}

const source: Given = { subtasks: 2, each: 5000, taken: 600, busy: 0.1, backpressured: 0.5 }
const map: Given = { subtasks: 2, each: 300, taken: 600, busy: 1 }
const sink: Given = { subtasks: 1, each: 2000, taken: 1200, busy: 0.6, perRecord: 2 }

test('a counted backlog goes down the graph by what each record becomes, and sizes what it will overload', () => {
  expect(sizes({ source: { ...source, growth: 400 }, map, sink })).toEqual([
    'source 1000 1',
    'map 1000 5',
    'sink 2000 2',
  ])
})

test('without a backlog what is held up is a lower bound, everywhere below too', () => {
  expect(sizes({ source, map, sink })).toEqual(['source ≥600 1', 'map ≥600 3', 'sink ≥1200 1'])
})

test('what nothing holds up is what arrives', () => {
  const calm = { ...source, backpressured: 0 }
  expect(sizes({ source: calm, map: { ...map, each: 600, busy: 0.5 } })).toEqual([
    'source 600 1',
    'map 600 2',
  ])
})

test('a backlog that shrinks is not demand', () => {
  expect(sizes({ source: { ...source, growth: -500 }, map })).toEqual(['source 100 1', 'map 100 1'])
})

test('partitions that cannot carry it hold the rest to what comes through them', () => {
  const slow = { ...source, each: 250, busy: 1, backpressured: 0, growth: 400, partitions: 2 }
  expect(sizes({ source: slow, map })).toEqual(['source 1000 2', 'map 475 3 source'])
})

test('a vertex that an outside system holds keeps all above it at its rate', () => {
  expect(
    sizes({ source: { ...source, growth: 400 }, map, sink }, { sink: 'the store is full' }),
  ).toEqual(['source 600 1 sink', 'map 600 3 sink', 'sink 2000 2'])
})

test('a keyed vertex takes no more than its key groups ask for', () => {
  const keyed = { ...map, each: 14.3, keyed: true }
  expect(sizes({ source: { ...source, backpressured: 0, taken: 250 }, map: keyed })).toEqual([
    'source 250 1',
    'map 250 26',
  ])
})

test('the peak of earlier days counts while it is above what arrives now', () => {
  const calm = { source: { ...source, backpressured: 0 }, map: { ...map, busy: 0.3 } }
  expect(sizes(calm, {}, { peakDemand: { source: 1500 } })).toEqual(['source 1500 1', 'map 1500 7'])
  expect(sizes(calm, {}, { peakDemand: { source: 500 } })).toEqual(['source 600 1', 'map 600 3'])
})
