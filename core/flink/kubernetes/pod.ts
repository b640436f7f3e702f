import { z } from 'zod'
import type { PodEvent } from '../../model/kubernetes.ts'
import { Conditions, conditionsOf } from './condition.ts'
import { Container, ContainerStatus, containerOf } from './container.ts'
import { clusterIdOf, componentOf, resourceIdOf } from './identity.ts'
import { Metadata, message, optionalText, present, short, timestamp } from './object.ts'

const statuses = z.array(ContainerStatus).nullish()

/** Pod (core/v1), Kubernetes 1.28 and newer. */
export const Pod = z.object({
  metadata: Metadata,
  spec: z.object({
    nodeName: optionalText,
    hostname: optionalText,
    hostNetwork: z.boolean().nullish(),
    containers: z.array(Container),
    initContainers: z.array(Container).nullish(),
  }),
  status: z
    .object({
      phase: z.string().nullish(),
      reason: optionalText,
      message: optionalText,
      podIP: optionalText,
      startTime: timestamp,
      conditions: Conditions,
      containerStatuses: statuses,
      initContainerStatuses: statuses,
    })
    .nullish(),
})
export type Pod = z.output<typeof Pod>

/** The cluster-id of the Flink cluster that the pod belongs to; undefined when its labels do not tell. */
export function podClusterId(pod: Pod): string | undefined {
  return clusterIdOf(pod.metadata.labels ?? {})
}

/** A pod as it is, or as it was last seen when it is gone. `cluster` is our name of its Flink cluster. */
export function podWord(
  pod: Pod,
  about: { readonly cluster: string; readonly gone: boolean },
): Omit<PodEvent, 'at'> {
  const { metadata, spec, status } = pod
  const labels = metadata.labels ?? {}
  const component = componentOf(labels)
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)
  return {
    type: 'pod',
    cluster: about.cluster,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    component,
    ...present({
      taskmanager: component === 'taskmanager' ? resourceId(pod, labels) : undefined,
      ip: status?.podIP,
      node: spec.nodeName,
      owner: owner && { kind: short(owner.kind), name: short(owner.name) },
    }),
    phase: about.gone ? 'gone' : phaseOf(status?.phase),
    ready: !about.gone && isReady(pod),
    ...present({
      reason: status?.reason && short(status.reason),
      message: status?.message && message(status.message),
    }),
    // A condition that is as it should be has no reason.
    conditions: conditionsOf(status?.conditions ?? [], ({ reason }) => reason !== undefined),
    containers: containersOf(pod, component),
    ...present({
      createdAt: metadata.creationTimestamp,
      startedAt: status?.startTime,
      deletedAt: metadata.deletionTimestamp,
    }),
  }
}

const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed'] as const

function phaseOf(text: string | null | undefined): PodEvent['phase'] {
  return PHASES.find((phase) => phase === text) ?? 'Unknown'
}

function isReady({ status }: Pod): boolean {
  const ready = (status?.conditions ?? []).find(({ type }) => type === 'Ready')
  return ready?.status === 'True'
}

function containersOf(pod: Pod, component: PodEvent['component']): PodEvent['containers'] {
  const { spec, status } = pod
  const parts = [
    ['init', spec.initContainers, status?.initContainerStatuses],
    ['app', spec.containers, status?.containerStatuses],
  ] as const
  return parts.flatMap(([part, containers, told]) =>
    (containers ?? []).map((container) =>
      containerOf(
        container,
        part,
        told?.find(({ name }) => name === container.name),
        // Flink's exit codes are those of its own container, not of its neighbours.
        part === 'app' && isFlink(container.name, pod) ? component : 'other',
      ),
    ),
  )
}

/** Constants.MAIN_CONTAINER_NAME in what Flink and the operator make; elsewhere the first one. */
const MAIN_CONTAINER = 'flink-main-container'

function isFlink(name: string, { spec }: Pod): boolean {
  const main = spec.containers.find((container) => container.name === MAIN_CONTAINER)
  return name === (main ?? spec.containers[0])?.name
}

function resourceId(
  { metadata, spec, status }: Pod,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const launches = spec.containers.map(({ command, args, env }) => ({
    words: [...(command ?? []), ...(args ?? [])],
    env: (env ?? []).map(({ name, value, valueFrom }) => ({
      name,
      value: value ?? undefined,
      field: valueFrom?.fieldRef?.fieldPath,
    })),
  }))
  const hostname = spec.hostNetwork ? undefined : (spec.hostname ?? metadata.name)
  const id = resourceIdOf(labels, launches, { name: metadata.name, ip: status?.podIP, hostname })
  return id && short(id)
}
