import { expect, test } from 'vitest'
import type { FlinkEvent } from '../../../core/model/events.ts'
import { createBelonging, type Thing } from './belonging.ts'

const pod = (name: string): Thing => ({ kind: 'Pod', namespace: 'flink', name })
const said =
  (uid: string) =>
  (cluster: string): readonly FlinkEvent[] => [
    {
      ...{ type: 'k8s-event', at: 1, cluster, namespace: 'flink', uid },
      ...{ object: { kind: 'Pod', name: 'a' }, severity: 'normal', reason: 'r', message: 'm' },
      ...{ count: 1, firstAt: 1 },
    },
  ]

test('what was held for a thing is said once when its cluster is learnt, in order', () => {
  const belonging = createBelonging()
  belonging.hold(pod('a'), said('1'))
  belonging.hold(pod('b'), said('other'))
  belonging.hold(pod('a'), said('2'))
  expect(belonging.learn(pod('a'), 'prod')).toEqual([...said('1')('prod'), ...said('2')('prod')])
  expect(belonging.learn(pod('a'), 'prod')).toEqual([])
})

test('a thing is one of its kind in its namespace', () => {
  const belonging = createBelonging()
  belonging.learn(pod('a'), 'prod')
  expect(
    [
      pod('a'),
      { ...pod('a'), namespace: 'staging' },
      { ...pod('a'), kind: 'ClusterId' as const },
    ].map(belonging.clusterOf),
  ).toEqual(['prod', undefined, undefined])
})

test('what is said of a thing that is gone is still its cluster’s, of the newest two thousand', () => {
  const belonging = createBelonging()
  const names = Array.from({ length: 2_001 }, (_, i) => `p${i}`)
  for (const name of names) {
    belonging.learn(pod(name), 'prod')
    belonging.forget(pod(name))
  }
  expect(names.filter((name) => belonging.clusterOf(pod(name)) === undefined)).toEqual(['p0'])
})

test('of what nobody asks for only the newest thousand is held', () => {
  const belonging = createBelonging()
  for (let i = 0; i <= 1_000; i++) belonging.hold(pod(`p${i}`), said(String(i)))
  const heard = ['p0', 'p1', 'p1000'].map((name) => belonging.learn(pod(name), 'prod').length)
  expect(heard).toEqual([0, 1, 1])
})
