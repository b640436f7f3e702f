import { z } from 'zod'
import type { NodeEvent } from '../../model/kubernetes.ts'
import { Conditions, conditionsOf } from './condition.ts'
import { Metadata, present, short } from './object.ts'
import { bytes, quantity } from './quantity.ts'

/** Node (core/v1). */
export const Node = z.object({
  metadata: Metadata,
  spec: z.object({ unschedulable: z.boolean().nullish() }).nullish(),
  status: z
    .object({
      allocatable: z.record(z.string(), z.string()).nullish(),
      conditions: Conditions,
    })
    .nullish(),
})
export type Node = z.output<typeof Node>

/** Conditions of a node are all bad when they are not False, but this one. */
const READY = 'Ready'

export function nodeWord(
  { metadata, spec, status }: Node,
  about: { readonly cluster: string; readonly gone: boolean },
): Omit<NodeEvent, 'at'> {
  const labels = metadata.labels ?? {}
  const conditions = status?.conditions ?? []
  const { cpu, memory } = status?.allocatable ?? {}
  const instanceType = labels['node.kubernetes.io/instance-type']
  const zone = labels['topology.kubernetes.io/zone']
  return {
    type: 'node',
    cluster: about.cluster,
    name: metadata.name,
    uid: metadata.uid,
    state: about.gone ? 'gone' : 'present',
    ready: about.gone ? 'unknown' : readyOf(conditions),
    cordoned: spec?.unschedulable === true,
    conditions: conditionsOf(conditions, ({ type, status: word }) =>
      type === READY ? word !== 'True' : word !== 'False',
    ),
    ...present({
      cpuCores: cpu === undefined ? undefined : quantity(cpu),
      memoryBytes: memory === undefined ? undefined : bytes(memory),
      instanceType: instanceType && short(instanceType),
      zone: zone && short(zone),
    }),
  }
}

/** The node controller says Unknown when the kubelet has been silent for 40 s (node-monitor-grace-period). */
function readyOf(conditions: z.output<typeof Conditions>): NodeEvent['ready'] {
  switch (conditions.find(({ type }) => type === READY)?.status) {
    case 'True':
      return 'yes'
    case 'False':
      return 'no'
    default:
      return 'unknown'
  }
}
