import { expect, test } from 'vitest'
import type { Finding } from '../../core/model/finding.ts'
import { rules } from '../../diagnosis/rules/index.ts'
import { viewOf } from '../../diagnosis/signals/view.ts'
import { adviseOn } from '../../diagnosis/tuning/advise.ts'
import { finding } from '../rules/finding.ts'
import { BEGIN, factsOf, until } from '../rules/situation.ts'

const saturated = viewOf(
  until(
    factsOf({
      graph: 'Orders/2 -rebalance-> Enrich/2 -hash-> Store/1',
      tasks: {
        Orders: { busy: '0.1x23', backpressured: '0x11 0.6x11', rate: '600x11 400x11' },
        Enrich: { busy: '0.6x11 1x11', rate: '600x11 400x11' },
        Store: { busy: '0.2x23', rate: '1200x11 800x11' },
      },
      processes: {
        'tm-1': {
          cores: '1.3x11 2.1x11',
          gc: '0.01x11 0.36x11',
          heapMiB: '150x11 290x11',
          heapMaxMiB: 320,
        },
      },
    }),
    BEGIN + 115_000,
  ),
)
const { facts } = saturated
const enrich = saturated.loads.find(({ name }) => name === 'Enrich')?.vertex ?? ''
const seen = { seenAt: facts.at }
const busy: Finding = {
  ...finding('under-provisioned', 'major'),
  ...seen,
  subject: {
    subject: { kind: 'vertex', job: facts.job, run: saturated.run?.run ?? '', vertex: enrich },
    name: 'Enrich',
  },
}
const collections: Finding = {
  ...finding('gc-pressure', 'crit'),
  ...seen,
  key: 'gc-pressure@tm-1',
  subject: {
    subject: { kind: 'taskmanager', cluster: 'lab', id: 'tm-1' },
    name: 'tm-1',
  },
}
const advised = (findings: readonly Finding[]) => {
  const { advice, abstained } = adviseOn(saturated, findings)
  return {
    advice: advice.map(({ kind, target }) => `${kind} of ${target.name}`),
    abstained: abstained.map(({ target }) => target.name),
  }
}

test('a saturated vertex gets subtasks, a TaskManager under collections gets heap', () => {
  expect(advised([busy, collections])).toEqual({
    advice: ['parallelism of Enrich', 'heap of tm-1'],
    abstained: [],
  })
})

test.each([
  'job-failed',
  'restart-loop',
  'taskmanager-lost',
  'no-slots',
  'stuck-task',
  'slow-instance',
])('while %s is open, rates say nothing about a size, and both say so', (rule) => {
  expect(advised([busy, { ...finding(rule, 'crit'), ...seen }])).toEqual({
    advice: [],
    abstained: ['Enrich', 'x'],
  })
})

test('every flow rule about a vertex either gets a parallelism or a reason', () => {
  const flow = rules.filter((r) => r.category === 'flow' && r.scope === 'vertex')
  for (const { id } of flow) {
    const { advice, abstained } = advised([{ ...busy, rule: id }])
    expect([...advice, ...abstained], id).toHaveLength(1)
  }
})

test('collections that ended in an OutOfMemoryError still tell the heap that was missing', () => {
  const died = { ...finding('heap-oom', 'major'), ...seen }
  const folded = { ...collections, cause: false, explainedBy: died.key }
  expect(advised([died, folded])).toEqual({ advice: ['heap of tm-1'], abstained: [] })
  expect(advised([died])).toEqual({ advice: [], abstained: ['x'] })
})

test('a finding that is only held open gets nothing: its numbers are of another window', () => {
  expect(advised([{ ...busy, seenAt: facts.at - 5000 }])).toEqual({ advice: [], abstained: [] })
})

test('what will overload the vertex below is raised in the same change', () => {
  const wide = viewOf(
    until(
      factsOf({
        graph: 'Orders/2 -rebalance-> Enrich/2 -hash-> Store/1',
        tasks: {
          Orders: { busy: '0.1x23', backpressured: '0x11 0.6x11', rate: '600x11 400x11' },
          Enrich: { busy: '0.6x11 1x11', rate: '600x11 400x11' },
          Store: { busy: '0.9x11 0.7x11', rate: '1200x11 800x11' },
        },
      }),
      BEGIN + 115_000,
    ),
  )
  const { advice } = adviseOn(wide, [busy])
  expect(advice.map(({ target, from, to }) => `${target.name} ${from} → ${to}`)).toEqual([
    'Enrich 2 → 5',
    'Store 1 → 2',
  ])
  expect(advice[0]?.patch.text).toContain('"Enrich:5,Store:2"')
  expect(advice[0]?.expected).toEqual({
    busy: { from: 1, to: expect.closeTo(0.6), low: expect.closeTo(0.6), high: expect.closeTo(0.6) },
    demandPerSecond: 1200,
    slots: { from: 2, to: 5 },
    taskManagers: { from: 1, to: 2 },
  })
})

test('a sink that waits for its store takes away what stands above it', () => {
  const slow: Finding = {
    ...finding('slow-sink', 'major'),
    ...seen,
    subject: {
      subject: { kind: 'vertex', job: facts.job, run: 'r', vertex: 'Store' },
      name: 'Store',
    },
  }
  expect(adviseOn(saturated, [busy, slow]).abstained).toEqual([
    {
      target: busy.subject,
      reason: 'what more it passed on would wait at Store, which comes first',
    },
    { target: slow.subject, reason: expect.stringContaining('do not scale: the sink waits') },
  ])
})

const calm = viewOf(
  until(
    factsOf({
      graph: 'Orders/8 -rebalance-> Enrich/8 -hash-> Store/8',
      tasks: {
        Orders: { busy: '0.05x23', rate: '100x23' },
        Enrich: { busy: '0.2x23', rate: '100x23' },
        Store: { busy: '0.1x23', rate: '100x23' },
      },
    }),
    BEGIN + 110_000,
  ),
)
const wide: Finding = { ...finding('over-provisioned', 'info'), seenAt: BEGIN + 110_000 }
const day = { observedMs: 25 * 3_600_000 }

test('subtasks are taken away for the peak of a day, and only once it was seen', () => {
  const sizes = (peak: number) =>
    adviseOn(calm, [wide], { ...day, peakDemand: { Orders: peak } }).advice.map(
      ({ target, from, to }) => `${target.name} ${from} → ${to}`,
    )
  expect(sizes(800)).toEqual(['Orders 8 → 1', 'Enrich 8 → 3', 'Store 8 → 2'])
  expect(sizes(1600)).toEqual(['Orders 8 → 2', 'Enrich 8 → 5', 'Store 8 → 3'])
  expect(adviseOn(calm, [wide]).abstained[0]?.reason).toContain('only after a whole day was seen')
  expect(
    adviseOn(calm, [wide], { ...day, peakDemand: { Orders: 3000 } }).abstained[0]?.reason,
  ).toContain('would free no slot')
})
