import { expect, test } from 'vitest'
import {
  createdAt,
  ended,
  endedAt,
  madeCondition,
  madePod,
  podStatus,
  running,
  startedAt,
} from '../../../core/flink/kubernetes/objects.fixture.ts'
import type { PodContainer, PodEvent } from '../../../core/model/kubernetes.ts'
import { NOW, type Scenario, toldOf } from './world.fixture.ts'

const TM = 'orders-taskmanager-1-1'
const upPod = madePod(TM, podStatus('Running', { state: running }))
const container: PodContainer = {
  ...{ name: 'flink-main-container', part: 'app', image: 'flink:2.2.1', restarts: 0 },
  state: { kind: 'running', startedAt },
  requests: { cpuCores: 1, memoryBytes: 1_811_939_328 },
  limits: { cpuCores: 2, memoryBytes: 1_811_939_328 },
}
const up: PodEvent = {
  ...{ type: 'pod', at: NOW, cluster: 'orders', namespace: 'flink', name: TM, uid: `uid-${TM}` },
  ...{ component: 'taskmanager', taskmanager: TM, ip: '10.0.0.7', node: 'node-1' },
  owner: { kind: 'Deployment', name: 'orders' },
  ...{ phase: 'Running', ready: true, conditions: [], containers: [container] },
  ...{ createdAt, startedAt: createdAt },
}
const unready: PodEvent['conditions'] = [
  {
    ...{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', since: endedAt },
    message: 'containers with unready status',
  },
]
const oom = {
  ...{ id: 'c1', exitCode: 137, reason: 'OOMKilled', startedAt, finishedAt: endedAt },
  meaning: 'out-of-memory-kill',
} as const

test.each<Scenario>([
  ['a pod that was started is told', [], (on) => on.put(upPod), [up]],
  [
    'a pod that waits for a node is told without one, then with it',
    [],
    (on) => {
      const waiting = {
        phase: 'Pending',
        conditions: [{ ...madeCondition('PodScheduled', 'False', 'Unschedulable') }],
      }
      on.put(madePod(TM, waiting, { spec: { nodeName: undefined } }))
      on.put(upPod)
    },
    [
      {
        ...{ type: 'pod', at: NOW, cluster: 'orders', namespace: 'flink', name: TM, uid: up.uid },
        ...{
          component: 'taskmanager',
          taskmanager: TM,
          owner: { kind: 'Deployment', name: 'orders' },
        },
        ...{ phase: 'Pending', ready: false, createdAt },
        conditions: [
          {
            ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
            ...{ message: 'Unschedulable.', since: startedAt },
          },
        ],
        containers: [
          {
            ...{ name: container.name, part: 'app', image: container.image, restarts: 0 },
            ...{ requests: container.requests, limits: container.limits },
          },
        ],
      },
      { ...up, at: NOW + 1 },
    ],
  ],
  [
    'a container that was killed for memory ends with 137 and says why',
    [upPod],
    (on) => on.put(madePod(TM, podStatus('Failed', { state: ended(137, 'OOMKilled') }))),
    [
      {
        ...{ ...up, at: NOW + 1, phase: 'Failed', ready: false, conditions: unready },
        containers: [{ ...container, state: { kind: 'terminated', exit: oom } }],
      },
    ],
  ],
  [
    'a container that was restarted keeps why it ended',
    [upPod],
    (on) => {
      const back = { state: running, lastState: ended(137, 'OOMKilled'), restarts: 1 }
      on.put(madePod(TM, podStatus('Running', back)))
    },
    [{ ...up, at: NOW + 1, containers: [{ ...container, last: oom, restarts: 1 }] }],
  ],
  [
    'a pod that was evicted says so as a whole',
    [upPod],
    (on) => {
      const evicted = { reason: 'Evicted', message: 'The node was low on resource: memory.' }
      on.put(madePod(TM, podStatus('Failed', { state: ended(143, 'Error') }, evicted)))
    },
    [
      {
        ...{ ...up, at: NOW + 1, phase: 'Failed', ready: false, conditions: unready },
        ...{ reason: 'Evicted', message: 'The node was low on resource: memory.' },
        containers: [
          {
            ...container,
            state: {
              kind: 'terminated',
              exit: { ...oom, exitCode: 143, reason: 'Error', meaning: 'stopped' },
            },
          },
        ],
      },
    ],
  ],
  [
    'a pod that was deleted is gone, as it was last seen',
    [upPod],
    (on) => on.remove(upPod),
    [{ ...up, at: NOW + 1, phase: 'gone', ready: false }],
  ],
  [
    'a change of a pod that says nothing new is not told',
    [upPod],
    (on) => on.put({ ...upPod, metadata: { ...upPod.metadata, annotations: { a: 'b' } } }),
    [],
  ],
  [
    'a pod that is no part of Flink is nobody’s',
    [],
    (on) =>
      on.put(
        madePod('web-1', podStatus('Running', { state: running }), {
          metadata: { labels: { app: 'web' } },
        }),
      ),
    [],
  ],
])('%s', async (...scenario) => {
  expect(await toldOf(scenario)).toEqual(scenario[3])
})
