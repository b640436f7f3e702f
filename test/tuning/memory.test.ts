import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { taskManagerMemory } from '../../core/flink/memory/taskmanager.ts'
import type { Finding } from '../../core/model/finding.ts'
import { viewOf } from '../../diagnosis/signals/view.ts'
import { adviseOn } from '../../diagnosis/tuning/advise.ts'
import {
  type Pool,
  poolBytes,
  resizePool,
  rounded,
} from '../../diagnosis/tuning/memory/configure.ts'
import {
  loweredHeap,
  neededDirect,
  neededMetaspace,
  neededNetwork,
  neededOverhead,
  raisedHeap,
  unusedManaged,
} from '../../diagnosis/tuning/memory/pools.ts'
import type { PoolUse } from '../../diagnosis/tuning/memory/use.ts'
import { finding } from '../rules/finding.ts'
import { BEGIN, factsOf, until } from '../rules/situation.ts'

const MEBI = 2 ** 20
const GIBI = 2 ** 30
const DAY = { observedMs: 25 * 3_600_000 }
const key = (name: string) => `taskmanager.memory.${name}`

const use: PoolUse = {
  heapMaxBytes: GIBI,
  metaspaceBytes: 200 * MEBI,
  directBytes: 200 * MEBI,
  managedBytes: 0,
  networkBytes: 50 * MEBI,
  workingSetBytes: 3 * GIBI,
  limitBytes: 4 * GIBI,
  gcShare: 0.01,
  liveHeapBytes: 300 * MEBI,
}

test.each([
  [
    'a live set that fills the heap asks for 55 % of it',
    raisedHeap({ ...use, liveHeapBytes: 0.7 * GIBI }),
    1.2727,
  ],
  ['a heap under pressure grows by a quarter at least', raisedHeap(use), 1.25],
  ['and by a half at most', raisedHeap({ ...use, liveHeapBytes: GIBI }), 1.5],
  [
    'what is not measured is not sized',
    raisedHeap({ ...use, liveHeapBytes: undefined }),
    'unknown',
  ],
  ['a heap is lowered by a fifth at most', loweredHeap(use, DAY), 0.8],
  ['not before a whole day was seen', loweredHeap(use, { observedMs: 3_600_000 }), 'unknown'],
  ['not while collections cost something', loweredHeap({ ...use, gcShare: 0.05 }, DAY), 'enough'],
  [
    'and not for what lived in it on another hour',
    loweredHeap(use, { ...DAY, peakLiveHeapBytes: 0.5 * GIBI }),
    'enough',
  ],
])('heap: %s', (_, need, answer) => {
  expect(need.kind === 'resize' ? Math.round((need.bytes / GIBI) * 1e4) / 1e4 : need.kind).toBe(
    answer,
  )
})

test.each([
  [
    'metaspace that is nearly full grows',
    neededMetaspace({ ...use, metaspaceBytes: 250 * MEBI }, 256 * MEBI),
    300,
  ],
  ['metaspace with room is enough', neededMetaspace(use, 256 * MEBI), 'enough'],
  ['gates get what they may take, at once', neededNetwork(700 * MEBI, 100 * MEBI), 700],
  ['a graph that is not known has no need', neededNetwork(undefined, 100 * MEBI), 'unknown'],
  ['a container with a tenth free is left alone', neededOverhead(use, 2 * GIBI), 'enough'],
  [
    'native memory beyond the reservation grows it',
    neededOverhead({ ...use, workingSetBytes: 3.8 * GIBI }, 2 * GIBI),
    2961,
  ],
  [
    'without a limit nothing is said',
    neededOverhead({ ...use, limitBytes: undefined }, GIBI),
    'unknown',
  ],
  [
    'direct memory at its limit grows by what it lacks',
    neededDirect({ ...use, directBytes: 400 * MEBI }, 400 * MEBI, 0),
    38,
  ],
  ['managed memory that nothing reserves is given back', unusedManaged(use, 'hashmap', DAY), 0],
  ['RocksDB may still come', unusedManaged(use, 'rocksdb', DAY), 'enough'],
  [
    'what is reserved says nothing of need',
    unusedManaged({ ...use, managedBytes: GIBI }, 'rocksdb', DAY),
    'unknown',
  ],
])('%s', (_, need, answer) => {
  expect(need.kind === 'resize' ? Math.round(need.bytes / MEBI) : need.kind).toBe(answer)
})

const configurations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  process: { [key('process.size')]: '4g' },
  flink: { [key('flink.size')]: '3g', [key('managed.fraction')]: '0.3' },
  fine: { [key('task.heap.size')]: '1g', [key('managed.size')]: '512m' },
  'fine within a total': {
    [key('task.heap.size')]: '1g',
    [key('managed.size')]: '512m',
    [key('flink.size')]: '2g',
  },
  both: { [key('process.size')]: '4g', [key('flink.size')]: '3328m' },
}

test.each([
  ['process', 'heap', { [key('process.size')]: '4992m', [key('managed.size')]: '1373m' }],
  ['flink', 'heap', { [key('flink.size')]: '3872m', [key('managed.size')]: '922m' }],
  ['fine', 'heap', { [key('task.heap.size')]: '1728m' }],
  [
    'process',
    'network',
    {
      [key('process.size')]: '5008m',
      [key('network.min')]: '1152m',
      [key('network.max')]: '1152m',
      [key('managed.size')]: '1373m',
    },
  ],
  [
    'process',
    'direct',
    {
      [key('process.size')]: '5088m',
      [key('task.off-heap.size')]: '800m',
      [key('managed.size')]: '1373m',
    },
  ],
])('a cluster configured by %s gets more %s by its own keys', (name, pool, changes) => {
  const values = configurations[name] ?? {}
  const before = taskManagerMemory(values, 2)
  if (before.kind === 'refused') throw new Error(before.reason)
  // The keys of a table are pools.
  const asked = pool as Pool
  const outcome = resizePool(
    values,
    2,
    asked,
    rounded(poolBytes[asked](before.sizes) + 800 * MEBI - (asked === 'heap' ? 96 * MEBI : 0)),
  )
  expect(outcome.kind === 'configured' ? outcome.change.changes : outcome).toEqual(changes)
})

describe('whatever pool gets whatever size', () => {
  const anyPool = fc.constantFrom<Pool>(
    'heap',
    'managed',
    'network',
    'metaspace',
    'overhead',
    'direct',
  )
  const anyConfiguration = fc.constantFrom(...Object.values(configurations))

  test('what is proposed starts, gives the pool its size, and takes nothing from the others', () => {
    let proposed = 0
    fc.assert(
      fc.property(
        anyConfiguration,
        anyPool,
        fc.double({ min: 1, max: 3, noNaN: true }),
        (values, pool, times) => {
          const outcome = taskManagerMemory(values, 2)
          if (outcome.kind === 'refused') throw new Error(outcome.reason)
          const wanted = rounded(poolBytes[pool](outcome.sizes) * times + MEBI)
          const answer = resizePool(values, 2, pool, wanted)
          if (answer.kind === 'unknown') return
          proposed++
          const applied = taskManagerMemory({ ...values, ...answer.change.changes }, 2)
          expect(applied).toEqual({ kind: 'sizes', sizes: answer.change.after })
          for (const other of [
            'heap',
            'managed',
            'network',
            'metaspace',
            'overhead',
            'direct',
          ] as const) {
            const least = other === pool ? wanted : poolBytes[other](outcome.sizes)
            expect(poolBytes[other](answer.change.after), other).toBeGreaterThanOrEqual(least)
          }
          // Applied, the same wish needs no other total.
          const again = resizePool({ ...values, ...answer.change.changes }, 2, pool, wanted)
          expect(
            again.kind === 'configured' && again.change.after.processBytes,
          ).toBeLessThanOrEqual(answer.change.after.processBytes)
        },
      ),
      { seed: 7, numRuns: 200 },
    )
    expect(proposed).toBeGreaterThan(120)
  })
})

const facts = factsOf({
  graph: 'Orders/2 -rebalance-> Enrich/2',
  processes: { 'tm-1': { cores: '1x23', gc: '0.3x23', heapMiB: '290x23', heapMaxMiB: 512 } },
  tasks: { Orders: { busy: '0.1x23' }, Enrich: { busy: '0.5x23' } },
})
const collections: Finding = {
  ...finding('gc-pressure', 'crit'),
  seenAt: BEGIN + 110_000,
  subject: { subject: { kind: 'taskmanager', cluster: 'lab', id: 'tm-1' }, name: 'tm-1' },
}
const advised = (config: Record<string, string> | undefined, about: Finding = collections) => {
  const view = viewOf(until({ ...facts, config }, BEGIN + 110_000))
  const { advice, abstained } = adviseOn(view, [about])
  return advice[0]?.patch.text ?? abstained[0]?.reason
}

test('the patch changes the keys that this cluster is configured by', () => {
  expect(advised({ [key('process.size')]: '1728m' })).toBe(
    'spec:\n  flinkConfiguration:\n    taskmanager.memory.process.size: 1872m\n    taskmanager.memory.managed.size: 513m',
  )
  expect(advised({ [key('process.size')]: '1728m', 'kubernetes.cluster-id': 'orders' })).toBe(
    'spec:\n  taskManager:\n    resource:\n      memory: "1872m"\n  flinkConfiguration:\n    taskmanager.memory.managed.size: 513m',
  )
  expect(advised({ [key('task.heap.size')]: '384m', [key('managed.size')]: '0' })).toContain(
    'taskmanager.memory.task.heap.size: 512m',
  )
  expect(advised(undefined)).toContain('taskmanager.memory.task.heap.size: 640m')
})

test('what Flink would refuse is a reason, never a patch', () => {
  const full = {
    [key('task.heap.size')]: '384m',
    [key('managed.size')]: '64m',
    [key('flink.size')]: '768m',
    [key('network.max')]: '64m',
    [key('network.min')]: '64m',
  }
  expect(advised(full)).toMatch(/^(spec:|no valid configuration)/)
  const about = { ...collections, rule: 'managed-memory-unused' }
  expect(advised({ [key('process.size')]: '1728m' }, about)).toContain('is not measured')
})
