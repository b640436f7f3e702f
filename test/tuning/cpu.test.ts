import { expect, test } from 'vitest'
import type { Finding } from '../../core/model/finding.ts'
import { type JobView, viewOf } from '../../diagnosis/signals/view.ts'
import { adviseOn } from '../../diagnosis/tuning/advise.ts'
import { finding } from '../rules/finding.ts'
import { BEGIN, factsOf, until } from '../rules/situation.ts'

/** Two saturated subtasks on a container of so many cores, stopped in so many of the 600 periods of a minute. */
function seen(limitCores: number | undefined, throttledShare: number): JobView {
  const facts = until(
    factsOf({
      graph: 'Orders/1 -rebalance-> Enrich/2',
      tasks: {
        Orders: { busy: '0.1x23', rate: '1000x23' },
        Enrich: { busy: '1x23', rate: '500x23' },
      },
    }),
    BEGIN + 110_000,
  )
  const group = (at: number, count: number) => ({
    ...{ cluster: 'lab', process: 'tm-1', via: 'cgroup' as const, at },
    values: {
      ...{ cpuPeriods: 600 * count, throttledPeriods: 600 * throttledShare * count },
      cgroupCpuMs: 60_000 * count * (limitCores ?? 1) * 0.9,
      ...(limitCores === undefined ? {} : { cpuQuotaCores: limitCores }),
    },
  })
  return viewOf({ ...facts, processes: [group(facts.at - 60_000, 0), group(facts.at, 1)] })
}

const throttled = ({ facts }: JobView): Finding => ({
  ...finding('cpu-throttled', 'major'),
  seenAt: facts.at,
  subject: { subject: { kind: 'taskmanager', cluster: 'lab', id: 'tm-1' }, name: 'tm-1' },
})

const advised = (view: JobView) => adviseOn(view, [throttled(view)])

test('a container that is stopped by its limit gets cores, not subtasks', () => {
  const { advice, abstained } = advised(seen(1, 0.6))
  expect(abstained).toEqual([])
  expect(advice).toMatchObject([
    {
      ...{ kind: 'cpu', from: 1, to: 1.5, low: 1.5, high: 2, unit: 'cores', warnings: [] },
      expected: { cores: { from: 1, to: 1.5 } },
      patch: {
        title: 'the container of the TaskManagers',
        text: 'resources:\n  limits:\n    cpu: "1.5"',
      },
    },
  ])
  expect(advice[0]?.basis).toBe(
    'the kernel stopped it in 60 % of the periods at a limit of 1 core, of which it used 0.9 on average; its tasks are busy for 2.1 threads, collectors and compactions come on top',
  )
})

test.each([
  [2, 0.3, 2.5],
  [2, 0.8, 3.5],
  [4, 1, 8],
])('%d cores, stopped in %d of the periods: %d', (limit, share, to) => {
  expect(advised(seen(limit, share)).advice.map((one) => one.to)).toEqual([to])
})

test('where its tasks would fit, something else takes the CPU, and that is said', () => {
  expect(advised(seen(4, 0.5)).advice[0]?.warnings).toEqual([
    'Its tasks alone would fit: look at what else runs in the container before giving it more.',
  ])
})

test('on Kubernetes the deployment says it; without a known limit nothing is advised', () => {
  const view = seen(1, 0.5)
  const config = { 'kubernetes.cluster-id': 'orders' }
  const pods = { ...view, facts: { ...view.facts, config } }
  expect(advised(pods).advice[0]?.patch.text).toBe(
    'spec:\n  taskManager:\n    resource:\n      cpu: 1.5',
  )
  expect(advised(seen(undefined, 0.5)).abstained.map(({ reason }) => reason)).toEqual([
    'the CPU limit of the container is not known',
  ])
})
