import { expect, test } from 'vitest'
import {
  ENDED,
  endedAt,
  madePod,
  madeSaid,
  podStatus,
  running,
  STARTED,
  startedAt,
} from '../../../core/flink/kubernetes/objects.fixture.ts'
import type { KubernetesSaidEvent } from '../../../core/model/kubernetes.ts'
import { lookAt, type Scenario, toldOf } from './world.fixture.ts'

const TM = 'orders-taskmanager-1-1'
const upPod = madePod(TM, podStatus('Running', { state: running }))
const aboutPod = { kind: 'Pod', namespace: 'flink', name: TM, uid: `uid-${TM}` }
const unscheduled: KubernetesSaidEvent = {
  ...{ type: 'k8s-event', at: startedAt, cluster: 'orders', namespace: 'flink', uid: 'uid-s1' },
  ...{ object: { kind: 'Pod', name: TM, uid: `uid-${TM}` }, severity: 'warning' },
  ...{ reason: 'FailedScheduling', message: '0/3 nodes are available.', count: 1 },
  ...{ firstAt: startedAt, reporter: 'default-scheduler' },
}

test.each<Scenario>([
  [
    'what the scheduler warns of a pod of Flink is told',
    [upPod],
    (on) => on.put(madeSaid('s1', aboutPod)),
    [unscheduled],
  ],
  [
    'what is said again is told again, with its count',
    [upPod, madeSaid('s1', aboutPod)],
    (on) => on.put(madeSaid('s1', aboutPod, { count: 4, lastTimestamp: ENDED })),
    [{ ...unscheduled, at: endedAt, count: 4 }],
  ],
  [
    'a new reporter’s event counts by its series',
    [upPod],
    (on) =>
      on.put(
        madeSaid('s1', aboutPod, {
          ...{ count: null, firstTimestamp: null, lastTimestamp: null, eventTime: STARTED },
          series: { count: 3, lastObservedTime: '2026-03-01T10:30:00.123456Z' },
          ...{ reportingComponent: 'kubelet', source: {}, type: 'Normal', reason: 'BackOff' },
        }),
      ),
    [
      {
        ...{ ...unscheduled, at: endedAt + 123, count: 3 },
        ...{ severity: 'normal', reason: 'BackOff', reporter: 'kubelet' },
      },
    ],
  ],
  [
    'that an event has expired is no news',
    [upPod, madeSaid('s1', aboutPod)],
    (on) => on.remove(madeSaid('s1', aboutPod)),
    [],
  ],
])('%s', async (...scenario) => {
  expect(await toldOf(scenario)).toEqual(scenario[3])
})

test('what is said of a pod before the pod is known is told with it', async () => {
  const { server, tidings } = await lookAt([madeSaid('s1', aboutPod)], {
    kinds: ['pods', 'events'],
  })
  expect(await tidings()).toEqual([])
  server.put(upPod)
  expect((await tidings()).slice(1)).toEqual([unscheduled])
})

test('what is listed a second time is not said again', async () => {
  const { server, tidings } = await lookAt([upPod, madeSaid('s1', aboutPod)])
  await tidings()
  server.drop('events')
  server.put(madeSaid('s2', aboutPod))
  server.forget('by event')
  expect(await tidings()).toEqual([{ ...unscheduled, uid: 'uid-s2' }])
})
