import { expect, test } from 'vitest'
import { UsageError } from '../core/kit/errors.ts'
import { editOf } from './commands/what-if.ts'
import { whatIfText } from './what-if-text.ts'

const nothing = { parallelism: [], group: [], rescale: [], rebalance: [], memory: [], input: [] }

test('options become one edit, whatever stands in the names of vertices', () => {
  expect(
    editOf({
      ...nothing,
      parallelism: ['Map (a=b) -> Filter=8', 'cbc357ccb763df2852fee8c4fc7d55f2=2'],
      group: ['Sink=own'],
      slots: '4',
      rescale: ['Source: a -> Map=>Sink: b'],
      memory: ['process.size=4g', 'taskmanager.memory.managed.size='],
      demand: '1.5',
      finishWithin: '2h',
      input: ['Source: a=5000'],
    }),
  ).toEqual({
    parallelism: { 'Map (a=b) -> Filter': 8, cbc357ccb763df2852fee8c4fc7d55f2: 2 },
    slotSharingGroups: { Sink: 'own' },
    slotsPerTaskManager: 4,
    edges: [{ from: 'Source: a -> Map', to: 'Sink: b', strategy: 'RESCALE' }],
    memory: {
      'taskmanager.memory.process.size': '4g',
      'taskmanager.memory.managed.size': null,
    },
    demand: 1.5,
    finishWithinMs: 7_200_000,
    inputRecords: { 'Source: a': 5000 },
  })
})

test.each<[string, Partial<Parameters<typeof editOf>[0]>, RegExp]>([
  ['a size without a vertex', { parallelism: ['8'] }, /--parallelism: "8" has no name/],
  ['a word for a size', { parallelism: ['Map=many'] }, /parallelism\.Map/],
  ['half an edge', { rescale: ['Map'] }, /--rescale: "Map" is no edge; write "from=>to"/],
  ['demand below nothing', { demand: '-1' }, /demand/],
  ['a time without a unit', { finishWithin: '90' }, /--finish-within: "90" is no duration/],
  ['memory of nobody', { memory: ['Process Size=1g'] }, /memory/],
])('%s is no edit', (_, options, sentence) => {
  const make = () => editOf({ ...nothing, ...options })
  expect(make).toThrow(UsageError)
  expect(make).toThrow(sentence)
})

test('an answer is a line per vertex, what it takes, and what to mind', () => {
  const same = (value: number) => ({ from: value, to: value })
  const text = whatIfText(
    { out: () => {}, err: () => {}, env: {}, colours: false, terminal: false, log: noLog },
    {
      kind: 'answer',
      vertices: [
        {
          ...{ id: 'a', name: 'Source', parallelism: same(2), demandPerSecond: null },
          busy: { now: 0.1, after: null, low: null, high: null, busiest: null },
          ...{ censored: false, groups: null },
        },
        {
          ...{ id: 'b', name: 'Map\u001b[31m', parallelism: { from: 2, to: 4 } },
          busy: { now: 0.9, after: 1.2, low: 1.1, high: 1.3, busiest: 1.2 },
          ...{ demandPerSecond: 1200, censored: true, groups: null },
        },
      ],
      bottleneck: 'b',
      slots: { from: 2, to: 4 },
      taskManagers: same(1),
      cores: null,
      memory: {
        kind: 'sizes',
        bytes: { heapBytes: same(2 ** 20), managedBytes: { from: 0, to: 2 ** 21 } },
      },
      network: {
        neededBytes: same(2 ** 20),
        availableBytes: null,
        connections: { from: 4, to: 8 },
      },
      regions: same(1),
      finish: {
        ...{ kind: 'known', basis: 'the input that was given', records: 90_000 },
        ...{ ms: { from: 600_000, to: 300_000 }, parallelism: { b: 8 } },
      },
      restart: { ms: null, stateBytes: 2 ** 20 },
      warnings: ['it cannot keep up'],
    },
  )
  expect(text.split('\n')).toEqual([
    'Source    2         busy 10 % → unknown, what arrives is not known',
    'Map\ufffd[31m  2 → 4     busy 90 % → 120 % (110 % to 130 %), at least 1200 records/s  the bottleneck',
    '',
    'slots 2 → 4, TaskManagers 1',
    'network buffers of a TaskManager 1 MiB, connections 4 → 8, failover regions 1',
    'managed 0 MiB → 2 MiB',
    'done after 10.0 min → 5.0 min (the input that was given: 90000 records)',
    'to end in time: Map\ufffd[31m 8',
    'restart not measured yet, state 1 MiB',
    '! it cannot keep up',
    '',
  ])
})

function noLog(): never {
  throw new Error('nothing is logged here')
}
