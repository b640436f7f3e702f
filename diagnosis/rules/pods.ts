import type { ContainerState, PodContainer, PodEvent } from '../../core/model/kubernetes.ts'
import type { Need } from '../engine/rule.ts'
import { presentPods } from '../signals/pods.ts'

export const pods: Need<readonly PodEvent[]> = {
  missing: 'the pods of the cluster (agent.kubernetes)',
  read: ({ facts }) => presentPods(facts),
}

/** A container that waits for a reason that Kubernetes names. */
export interface WaitingContainer {
  readonly pod: PodEvent
  readonly container: PodContainer
  readonly state: Extract<ContainerState, { kind: 'waiting' }>
}

export function waitingFor(
  list: readonly PodEvent[],
  reasons: RegExp,
): readonly WaitingContainer[] {
  return list.flatMap((pod) =>
    pod.containers.flatMap((container) => {
      const { state } = container
      return state?.kind === 'waiting' && reasons.test(state.reason ?? '')
        ? [{ pod, container, state }]
        : []
    }),
  )
}
