import { expect, test } from 'vitest'
import type { KubernetesSaidEvent } from '../../model/kubernetes.ts'
import { createdAt, ENDED, endedAt, madeSaid, STARTED, startedAt } from './objects.fixture.ts'
import { Said, saidEvent } from './said.ts'

const pod = { kind: 'Pod', namespace: 'flink', name: 'tm-1', uid: 'u' }
const whole: KubernetesSaidEvent = {
  ...{ type: 'k8s-event', at: startedAt, cluster: 'prod', namespace: 'flink', uid: 'uid-e' },
  ...{ object: { kind: 'Pod', name: 'tm-1', uid: 'u' }, severity: 'warning' },
  ...{ reason: 'FailedScheduling', message: '0/3 nodes are available.', count: 1 },
  ...{ firstAt: startedAt, reporter: 'default-scheduler' },
}
const timeless = { firstTimestamp: null, lastTimestamp: null, eventTime: null, count: null }

test.each<[string, Readonly<Record<string, unknown>>, Partial<KubernetesSaidEvent>]>([
  ['of an old reporter', {}, {}],
  [
    'that is said again, with its last moment and its count',
    { count: 9, lastTimestamp: ENDED },
    { at: endedAt, count: 9 },
  ],
  [
    'of a new reporter, said once',
    { ...timeless, eventTime: `${STARTED.slice(0, -1)}.654321Z`, reportingComponent: 'kubelet' },
    { at: startedAt + 654, firstAt: startedAt + 654, reporter: 'kubelet' },
  ],
  [
    'of a new reporter, said as a series',
    { ...timeless, eventTime: STARTED, series: { count: 5, lastObservedTime: ENDED } },
    { at: endedAt, count: 5 },
  ],
  ['without any time, as old as its object', timeless, { at: createdAt, firstAt: createdAt }],
  ['that is normal', { type: 'Normal' }, { severity: 'normal' }],
  ['without words', { reason: '', message: null }, { reason: '', message: '' }],
])('an event %s', (_, over, told) => {
  expect(saidEvent(Said.parse(madeSaid('e', pod, over)), 'prod')).toEqual({ ...whole, ...told })
})

test('an event that does not say when is none', () => {
  const { metadata, ...rest } = madeSaid('e', pod, timeless)
  const said = Said.parse({ ...rest, metadata: { ...metadata, creationTimestamp: null } })
  expect(saidEvent(said, 'prod')).toBeUndefined()
})
