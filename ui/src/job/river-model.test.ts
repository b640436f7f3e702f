import { expect, test } from 'vitest'
import type { TopologyView } from '../../../core/api/public.ts'
import { cardWidthOf, layRiver } from './river-model.ts'

const vertex = (id: string) => ({ id, name: id, parallelism: 2, maxParallelism: 128 })
const view: TopologyView = {
  at: 0,
  topology: {
    vertices: ['a', 'b', 'join', 'sink'].map(vertex),
    edges: [
      { from: 'a', to: 'join', strategy: 'HASH' },
      { from: 'b', to: 'join', strategy: 'HASH' },
      { from: 'join', to: 'sink', strategy: 'REBALANCE' },
    ],
  },
  loads: [
    {
      vertex: 'join',
      busy: 1,
      backpressured: 0,
      idle: 0,
      recordsPerSecond: 5,
      skew: 1,
      subtasks: [],
      role: 'root',
    },
  ],
  channels: [{ from: 'a', to: 'join', fill: 0.9, recordsPerSecond: 3 }],
}

test('vertices stand in columns from the sources to the sinks', () => {
  const { vertices } = layRiver(view, 1300)
  const x = Object.fromEntries(vertices.map(({ id, x: left }) => [id, left]))
  expect([x.a === x.b, (x.a ?? 0) < (x.join ?? 0), (x.join ?? 0) < (x.sink ?? 0)]).toEqual([
    true,
    true,
    true,
  ])
})

test('what is not measured has no water, and only what stands before the root is lit', () => {
  expect(layRiver(view, 1300).channels.map(({ key, fill, lit }) => ({ key, fill, lit }))).toEqual([
    { key: 'a join', fill: 0.9, lit: true },
    { key: 'b join', fill: null, lit: true },
    { key: 'join sink', fill: null, lit: false },
  ])
})

test.each([
  [1300, 188],
  [700, 148],
])('in %i pixels a card is %i wide', (width, card) => {
  expect(cardWidthOf(layRiver(view, width))).toBe(card)
})
