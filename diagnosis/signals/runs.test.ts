import { describe, expect, test } from 'vitest'
import type { JobFacts } from '../../core/model/facts.ts'
import { changesBetween, optionsOf } from '../../core/model/run-spec.ts'
import { changesOf, followRuns, type RunsMemory } from './runs.ts'
import { viewOf } from './view.ts'

const T0 = 1_790_000_000_000 - (1_790_000_000_000 % 60_000)
const MINUTE_MS = 60_000

function facts(run: string, startMinute: number, minute: number, mode: string): JobFacts {
  const at = T0 + minute * MINUTE_MS
  const startedAt = T0 + startMinute * MINUTE_MS
  const job = 'lab/-/orders'
  return {
    ...{ job, ref: { cluster: 'lab', namespace: '-', name: 'orders' }, at },
    runs: [
      {
        ...{ type: 'run', at, job, run, state: 'RUNNING', since: startedAt, startedAt },
        ...{ bounded: false, flinkVersion: '2.2.1' },
      },
    ],
    topology: {
      vertices: [{ id: 'a', name: 'Orders', parallelism: 1, maxParallelism: 128 }],
      edges: [],
    },
    config: { mode, 'rest.port': String(startMinute) },
    ...{ tasks: [], processes: [], samples: [], placements: [], checkpoints: [] },
    ...{ exceptions: [], taskmanagers: [], clusters: [], pods: [], logs: undefined },
  }
}

type Runs = readonly (readonly [run: string, mode: string, minutes: number])[]

/** One look a minute at these runs, one after the other; what is remembered at the end. */
function story(runs: Runs): RunsMemory | undefined {
  let memory: RunsMemory | undefined
  let minute = 0
  for (const [run, mode, minutes] of runs) {
    const begin = minute
    for (; minute < begin + minutes; minute++) {
      const view = viewOf(facts(run, begin, minute, mode), memory)
      // What went through the store comes back as JSON.
      const said = followRuns(view, { score: 9, causes: [] }, memory)
      memory = said && JSON.parse(JSON.stringify(said))
    }
  }
  return memory
}

const inShort = (memory: RunsMemory | undefined) =>
  memory && {
    now: memory.now.run,
    before: memory.replaced?.before.run,
    changes: changesOf(memory).map(({ name, from, to }) => `${name} ${from} → ${to}`),
  }

describe('what a run is compared with', () => {
  test.each<[string, Runs, ReturnType<typeof inShort>]>([
    [
      'nothing, when it is the first',
      [['a', 'x', 9]],
      { now: 'a', before: undefined, changes: [] },
    ],
    [
      'the one before it',
      [
        ['a', 'x', 9],
        ['b', 'y', 5],
      ],
      { now: 'b', before: 'a', changes: ['mode x → y'] },
    ],
    [
      'not one that was too short to tell; the one before that stays',
      [
        ['a', 'x', 9],
        ['b', 'y', 3],
        ['c', 'z', 5],
      ],
      { now: 'c', before: 'a', changes: ['mode x → z'] },
    ],
    [
      'after a restart of the same, what it was compared with before',
      [
        ['a', 'x', 9],
        ['b', 'y', 9],
        ['c', 'y', 5],
      ],
      { now: 'c', before: 'a', changes: ['mode x → y'] },
    ],
    [
      'the same, where nothing ever changed',
      [
        ['a', 'x', 9],
        ['b', 'x', 5],
      ],
      { now: 'b', before: 'a', changes: [] },
    ],
    [
      'the last one, when the specification changes twice',
      [
        ['a', 'x', 9],
        ['b', 'y', 9],
        ['c', 'z', 5],
      ],
      { now: 'c', before: 'b', changes: ['mode y → z'] },
    ],
  ])('%s', (_, runs, expected) => {
    expect(inShort(story(runs))).toEqual(expected)
  })

  test('an hour of minutes is kept, and the last one of a run that ended is left out', () => {
    const memory = story([
      ['a', 'x', 100],
      ['b', 'y', 2],
    ])
    expect(memory?.replaced?.before.minutes).toHaveLength(59)
    expect(memory?.replaced?.before.minutes.at(-1)?.at).toBe(T0 + 98 * MINUTE_MS)
    expect(memory?.replaced?.changedAt).toBe(T0 + 100 * MINUTE_MS)
  })
})

test.each([
  ['blob.server.port', false],
  ['jobmanager.rpc.address', false],
  ['rest.bind-address', false],
  ['taskmanager.host', false],
  ['web.tmpdir', false],
  ['metrics.reporter.prom.port', false],
  ['kubernetes.cluster-id', false],
  ['execution.savepoint.path', false],
  ['$internal.pipeline.job-id', false],
  ['$internal.application.program-args', true],
  ['kubernetes.container.image', true],
  ['taskmanager.memory.process.size', true],
  ['taskmanager.network.memory.fraction', true],
  ['rest.flamegraph.enabled', true],
  ['state.backend.type', true],
  ['pipeline.global-job-parameters.kafka.bootstrap.servers', true],
])('%s belongs to the specification: %s', (key, belongs) => {
  expect(Object.keys(optionsOf({ [key]: 'x' }))).toEqual(belongs ? [key] : [])
})

test('operators that came and went, and sizes, by name', () => {
  const from = {
    vertices: [
      { name: 'A', parallelism: 1 },
      { name: 'B', parallelism: 2 },
    ],
  }
  const to = {
    vertices: [
      { name: 'A', parallelism: 4 },
      { name: 'C', parallelism: 2 },
    ],
  }
  expect(changesBetween(from, to)).toEqual([
    { what: 'parallelism', name: 'A', from: '1', to: '4' },
    { what: 'operator', name: 'B', from: 'B', to: null },
    { what: 'operator', name: 'C', from: null, to: 'C' },
  ])
  expect(changesBetween({}, to)).toEqual([])
})
