import { expect, test } from 'vitest'
import type { Topology } from '../../core/model/topology.ts'
import { bottlenecks, isUndecided } from './bottleneck.ts'
import type { VertexLoad } from './load.ts'

/** A vertex of one subtask, by its shares in percent: `map 95/0` is busy and waits for nobody. */
function load(text: string): VertexLoad {
  const [vertex = '', busyPercent, waitsPercent] = text.split(/[ /]/)
  const [busy, backpressured] = [Number(busyPercent) / 100, Number(waitsPercent) / 100]
  const idle = 1 - busy - backpressured
  const recordsPerSecond = 100
  return {
    ...{ vertex, name: vertex, parallelism: 1, recordsPerSecond, skew: undefined, idle },
    ...{ busy, maxBusy: busy, backpressured, maxBackpressured: backpressured },
    subtasks: [
      {
        ...{ subtask: 0, attempt: 0, taskmanager: undefined, busy, idle, backpressured },
        ...{ recordsPerSecond, recordsInPerSecond: 100, recordsOutPerSecond: 100 },
        ...{ samples: 6, spanMs: 60_000, mailsPerSecond: undefined, mailboxLatencyMs: undefined },
        ...{ inPoolUsage: undefined, outPoolUsage: undefined },
        ...{ eventTimeSpeed: undefined, pendingRecords: undefined },
      },
    ],
  }
}

function graph(names: readonly string[], isInferred: boolean): Topology {
  const vertices = names.map((id) => ({ id, name: id, parallelism: 1, maxParallelism: 0 }))
  const edges = names.slice(1).map((to, index) => {
    return { from: names[index] ?? '', to, strategy: 'HASH' as const }
  })
  return isInferred ? { vertices, edges: [], inferred: true } : { vertices, edges }
}

test.each<[string, string, boolean, readonly string[]]>([
  ['the saturated vertex after one that waits', 'a 5/90, b 95/2, c 10/0', false, ['b <- a']],
  ['the same where edges are not known', 'a 5/90, b 95/2, c 10/0', true, ['b <- a']],
  ['only the lower of two, without edges', 'a 5/90, b 86/12, c 95/0', true, ['c <- a b']],
  ['none while nobody waits', 'a 30/0, b 95/0', true, []],
  ['none without a saturated one', 'a 5/90, b 60/0', true, []],
])('finds %s', (_, loads, isInferred, expected) => {
  const each = loads.split(', ').map(load)
  const topology = graph(
    each.map(({ vertex }) => vertex),
    isInferred,
  )
  const found = bottlenecks(topology, each)
  expect(found.map((b) => `${b.load.vertex} <- ${b.victims.join(' ')}`)).toEqual(expected)
})

/** The same of several subtasks, of which some tell no rate, or nothing at all. */
function wide(text: string, rates: readonly (number | undefined)[], parallelism: number) {
  const one = load(text)
  const [subtask] = one.subtasks
  if (!subtask) throw new Error('A load has a subtask.')
  const calm = { ...subtask, busy: 0.1, idle: 0.9, backpressured: 0 }
  return {
    ...one,
    parallelism,
    subtasks: rates.map((recordsPerSecond, index) => ({
      ...(index === 0 ? subtask : calm),
      ...{ subtask: index, recordsPerSecond },
    })),
  }
}

test.each<[string, VertexLoad, VertexLoad, boolean]>([
  ['nobody waits, and all above is measured', load('a 30/0'), load('b 95/0'), false],
  ['nobody heard of half of what is above', wide('a 30/0', [100], 2), load('b 95/0'), true],
  ['nothing is saturated', wide('a 30/0', [100], 2), load('b 60/0'), false],
  ['all rates are told', load('a 5/90'), wide('b 95/0', [400, 100, 100], 3), false],
  ['a rate is missing beside few', load('a 5/90'), wide('b 95/0', [400, undefined, 100], 3), true],
  [
    'a rate is missing where all are saturated',
    load('a 5/90'),
    wide('b 95/0', [undefined], 1),
    false,
  ],
])('when %s it is undecided as expected', (_, above, below, expected) => {
  expect(isUndecided(graph(['a', 'b'], false), [above, below], below)).toBe(expected)
})
