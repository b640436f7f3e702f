import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WhatIfEdit } from '../../core/api/what-if.ts'
import type { ShipStrategy, Topology } from '../../core/model/topology.ts'
import { viewOf } from '../../diagnosis/signals/view.ts'
import { pointwiseImbalance, regionsOf } from '../../diagnosis/signals/regions.ts'
import { whatIf } from '../../diagnosis/tuning/what-if.ts'
import { BEGIN, factsOf, until } from '../rules/situation.ts'

const facts = {
  ...factsOf({
    graph: 'Orders/2 -rebalance-> Enrich/2 -hash-> Store/2',
    tasks: {
      Orders: { busy: '0.1x23', rate: '600x23' },
      Enrich: { busy: '0.6x23', rate: '600x23' },
      Store: { busy: '0.3x23', rate: '600x23' },
    },
  }),
  config: { 'taskmanager.memory.process.size': '1728m', 'taskmanager.numberOfTaskSlots': '4' },
}
const view = viewOf(until(facts, BEGIN + 110_000))

function asked(edit: WhatIfEdit) {
  const answer = whatIf(view, WhatIfEdit.parse(edit))
  if (answer.kind === 'refused') throw new Error(answer.problems.join('; '))
  return answer
}
const percent = (share: number | null) => (share === null ? null : Math.round(100 * share))

test('nothing edited, everything stays as it was measured', () => {
  const { vertices, bottleneck, slots, taskManagers, cores, regions, network, memory, warnings } =
    asked({})
  expect(
    vertices.map(({ name, parallelism, busy }) => [
      name,
      parallelism.to,
      percent(busy.now),
      percent(busy.after),
    ]),
  ).toEqual([
    ['Orders', 2, 10, 10],
    ['Enrich', 2, 60, 60],
    ['Store', 2, 30, 30],
  ])
  expect({ bottleneck, slots, taskManagers, cores, regions, warnings }).toEqual({
    bottleneck: null,
    slots: { from: 2, to: 2 },
    taskManagers: { from: 1, to: 1 },
    cores: null,
    regions: { from: 1, to: 1 },
    warnings: [],
  })
  expect(network).toEqual({
    neededBytes: { from: 8 * 12 * 32_768, to: 8 * 12 * 32_768 },
    availableBytes: 134_217_730,
    connections: { from: 8, to: 8 },
  })
  expect(memory.kind === 'sizes' && memory.bytes.managedBytes).toEqual({
    from: 536_870_920,
    to: 536_870_920,
  })
})

test('twice the demand finds the vertex that will not keep up, and how many subtasks it takes', () => {
  const twice = asked({ demand: 2 })
  expect(twice.bottleneck).toBe('Enrich')
  expect(twice.warnings).toEqual(['"Enrich" would be 120 % busy: it cannot keep up'])
  const wider = asked({ demand: 2, parallelism: { Enrich: 4 } })
  expect([wider.bottleneck, percent(wider.vertices[1]?.busy.after ?? null)]).toEqual([null, 60])
  expect([wider.slots, wider.network.connections]).toEqual([
    { from: 2, to: 4 },
    { from: 8, to: 16 },
  ])
})

test('a size beyond the last measured one is an interval, not a number', () => {
  const { busy } = asked({ parallelism: { Enrich: 8 } }).vertices[1] ?? { busy: undefined }
  expect([
    percent(busy?.low ?? null),
    percent(busy?.after ?? null),
    percent(busy?.high ?? null),
  ]).toEqual([15, 15, 18])
})

test('key groups that do not divide leave one subtask busier than the rest', () => {
  const { busy, groups } = asked({ parallelism: { Store: 100 } }).vertices[2] ?? { busy: undefined }
  expect(groups).toEqual({ total: 128, busiest: 2, least: 1 })
  expect((busy?.busiest ?? 0) / (busy?.after ?? 1)).toBeCloseTo(200 / 128, 6)
})

test('rescale instead of rebalance saves channels and lets parts fail alone, where sizes divide', () => {
  const edges = [{ from: 'Orders', to: 'Enrich', strategy: 'RESCALE' as const }]
  const even = asked({ edges })
  expect(even.network.connections).toEqual({ from: 8, to: 6 })
  expect(even.warnings).toEqual([])
  const uneven = asked({ edges, parallelism: { Enrich: 3 } })
  expect(uneven.warnings).toEqual([
    'rescale from "Orders" to "Enrich" gives one receiver 150 % of an even share: sizes that divide each other do not',
  ])
})

test('a slot sharing group of its own costs slots of its own', () => {
  expect(asked({ slotSharingGroups: { Store: 'own' }, slotsPerTaskManager: 2 })).toMatchObject({
    slots: { from: 2, to: 4 },
    taskManagers: { from: 1, to: 2 },
  })
})

test('memory is what Flink makes of it, also where it refuses', () => {
  const more = asked({ memory: { 'taskmanager.memory.process.size': '4g' } }).memory
  expect(more.kind === 'sizes' && more.bytes.processBytes).toEqual({
    from: 1728 * 2 ** 20,
    to: 2 ** 32,
  })
  const { memory, warnings } = asked({ memory: { 'taskmanager.memory.process.size': '300m' } })
  expect(memory.kind).toBe('refused')
  expect(warnings[0]).toMatch(
    /^Flink would not start: TaskManager memory configuration failed: Sum of configured JVM Metaspace/,
  )
})

test.each<[string, WhatIfEdit, string]>([
  [
    'a vertex that is not there',
    { parallelism: { Sort: 2 } },
    'there is no vertex "Sort": there are "Orders", "Enrich", "Store"',
  ],
  [
    'more subtasks than key groups ever allow',
    { parallelism: { Store: 200 } },
    '"Store" has a max parallelism of 128: 200 subtasks would need a new one, which its state does not survive',
  ],
  [
    'an edge that is not there',
    { edges: [{ from: 'Orders', to: 'Store', strategy: 'RESCALE' }] },
    'no edge leads from "Orders" to "Store"',
  ],
  [
    'an edge that carries keys',
    { edges: [{ from: 'Enrich', to: 'Store', strategy: 'RESCALE' }] },
    'the edge from "Enrich" to "Store" is HASH: only rebalance and rescale can stand for each other',
  ],
])('%s is refused with the right thing to do', (_, edit, problem) => {
  expect(whatIf(view, edit)).toEqual({ kind: 'refused', problems: [problem] })
})

test.each([
  [{ parallelism: { Enrich: 0 } }],
  [{ parallelism: { Enrich: 1.5 } }],
  [{ memory: { 'jobmanager.memory.heap.size': '1g' } }],
  [{ demand: -1 }],
  [{ colour: 'red' }],
])('%j is no edit', (edit) => {
  expect(WhatIfEdit.safeParse(edit).success).toBe(false)
})

describe('regions', () => {
  const graph = (from: number, to: number, strategy: ShipStrategy): Topology => ({
    vertices: [
      { id: 'a', name: 'a', parallelism: from, maxParallelism: 128 },
      { id: 'b', name: 'b', parallelism: to, maxParallelism: 128 },
    ],
    edges: [{ from: 'a', to: 'b', strategy }],
  })

  test('all-to-all edges make one, pointwise ones as many as their smaller end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (from, to) => {
        expect(regionsOf(graph(from, to, 'HASH'))).toBe(1)
        expect(regionsOf(graph(from, to, 'RESCALE'))).toBe(Math.min(from, to))
        expect(pointwiseImbalance(from, to)).toBeGreaterThanOrEqual(1)
      }),
      { seed: 7 },
    )
  })
})
