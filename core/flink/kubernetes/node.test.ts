import { expect, test } from 'vitest'
import type { NodeEvent } from '../../model/kubernetes.ts'
import { Node, nodeWord } from './node.ts'
import { madeCondition, madeNode, startedAt } from './objects.fixture.ts'

const whole: Omit<NodeEvent, 'at'> = {
  ...{ type: 'node', cluster: 'prod', name: 'n', uid: 'uid-n', state: 'present', ready: 'yes' },
  ...{ cordoned: false, conditions: [], cpuCores: 3.92, memoryBytes: 16_106_127_360 },
  ...{ instanceType: 'm6i.xlarge', zone: 'eu-central-1a' },
}
const told = (type: string, status: 'True' | 'False' | 'Unknown', reason: string) => ({
  ...{ type, status, reason, message: `${reason}.`, since: startedAt },
})

test.each<[string, object, Partial<NodeEvent>]>([
  [
    'that is well says so, and no condition',
    madeNode('n', [
      madeCondition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
      madeCondition('Ready', 'True', 'KubeletReady'),
    ]),
    {},
  ],
  [
    'that is not ready says why',
    madeNode('n', [madeCondition('Ready', 'False', 'KubeletNotReady')]),
    { ready: 'no', conditions: [told('Ready', 'False', 'KubeletNotReady')] },
  ],
  [
    'whose kubelet is silent is neither ready nor not',
    madeNode('n', [madeCondition('Ready', 'Unknown', 'NodeStatusUnknown')]),
    { ready: 'unknown', conditions: [told('Ready', 'Unknown', 'NodeStatusUnknown')] },
  ],
  [
    'under pressure says which',
    madeNode('n', [
      madeCondition('DiskPressure', 'True', 'KubeletHasDiskPressure'),
      madeCondition('Ready', 'True', 'KubeletReady'),
    ]),
    { conditions: [told('DiskPressure', 'True', 'KubeletHasDiskPressure')] },
  ],
  [
    'that is cordoned says so',
    madeNode('n', [madeCondition('Ready', 'True', 'KubeletReady')], { unschedulable: true }),
    { cordoned: true },
  ],
  ['without a status is unknown', madeNode('n', []), { ready: 'unknown' }],
])('a node %s', (_, node, over) => {
  expect(nodeWord(Node.parse(node), { cluster: 'prod', gone: false })).toEqual({
    ...whole,
    ...over,
  })
})

test('of a node that is gone nobody knows whether it was ready', () => {
  const node = Node.parse(madeNode('n', [madeCondition('Ready', 'True', 'KubeletReady')]))
  expect(nodeWord(node, { cluster: 'prod', gone: true })).toEqual({
    ...{ ...whole, state: 'gone', ready: 'unknown' },
  })
})
