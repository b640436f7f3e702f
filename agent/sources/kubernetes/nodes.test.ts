import { expect, test } from 'vitest'
import {
  madeCondition,
  madeNode,
  madePod,
  podStatus,
  running,
  startedAt,
} from '../../../core/flink/kubernetes/objects.fixture.ts'
import type { NodeEvent } from '../../../core/model/kubernetes.ts'
import { lookAt, NOW, type Scenario, toldOf } from './world.fixture.ts'

const upPod = madePod('orders-taskmanager-1-1', podStatus('Running', { state: running }))
const ready = madeCondition('Ready', 'True', 'KubeletReady')
const fineNode = madeNode('node-1', [ready])
const node: NodeEvent = {
  ...{ type: 'node', at: NOW, cluster: 'orders', name: 'node-1', uid: 'uid-node-1' },
  ...{ state: 'present', ready: 'yes', cordoned: false, conditions: [] },
  ...{ cpuCores: 3.92, memoryBytes: 16_106_127_360 },
  ...{ instanceType: 'm6i.xlarge', zone: 'eu-central-1a' },
}

test.each<Scenario>([
  [
    'a node on which pods of Flink are is told when it is not ready',
    [upPod, fineNode],
    (on) => on.put(madeNode('node-1', [madeCondition('Ready', 'Unknown', 'NodeStatusUnknown')])),
    [
      {
        ...{ ...node, at: NOW + 1, ready: 'unknown' },
        conditions: [
          {
            ...{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' },
            ...{ message: 'NodeStatusUnknown.', since: startedAt },
          },
        ],
      },
    ],
  ],
  [
    'a node that is short of memory and cordoned says both',
    [upPod, fineNode],
    (on) => {
      const short = madeCondition('MemoryPressure', 'True', 'KubeletHasInsufficientMemory')
      on.put(madeNode('node-1', [ready, short], { unschedulable: true }))
    },
    [
      {
        ...{ ...node, at: NOW + 1, cordoned: true },
        conditions: [
          {
            ...{ type: 'MemoryPressure', status: 'True', reason: 'KubeletHasInsufficientMemory' },
            ...{ message: 'KubeletHasInsufficientMemory.', since: startedAt },
          },
        ],
      },
    ],
  ],
  [
    'a node without pods of Flink is not told',
    [upPod],
    (on) => on.put(madeNode('node-2', [ready])),
    [],
  ],
])('%s', async (...scenario) => {
  expect(await toldOf(scenario)).toEqual(scenario[3])
})

test('that a node is gone is told to a cluster whose pods were drained from it before', async () => {
  const { server, tidings } = await lookAt([upPod, fineNode])
  expect((await tidings())[1]).toEqual(node)
  server.remove(upPod)
  await tidings()
  server.remove(fineNode)
  expect(await tidings()).toEqual([{ ...node, at: NOW + 1, state: 'gone', ready: 'unknown' }])
})
