import type { PodEvent } from '../../model/kubernetes.ts'

type Labels = Readonly<Record<string, string>>

/**
 * The cluster-id that a pod belongs to: label `app` on what Flink and its operator make
 * (KubernetesUtils.getCommonLabels) and in the manifests of Flink's documentation, else what Helm charts use.
 */
export function clusterIdOf(labels: Labels): string | undefined {
  return (
    labels.app ||
    labels['app.kubernetes.io/instance'] ||
    labels['app.kubernetes.io/name'] ||
    undefined
  )
}

/** Label `component` (Constants.LABEL_COMPONENT_KEY), else the one that Kubernetes recommends. */
export function componentOf(labels: Labels): PodEvent['component'] {
  const word = labels.component ?? labels['app.kubernetes.io/component']
  return word === 'jobmanager' || word === 'taskmanager' ? word : 'other'
}

/** The parts of a container that may say which ResourceID its TaskManager takes. Values stay here. */
export interface Launch {
  readonly words: readonly string[]
  readonly env: readonly {
    readonly name: string
    readonly value: string | undefined
    /** Path of the pod's own field that it is set from. */
    readonly field: string | undefined
  }[]
}

export interface PodFields {
  readonly name: string
  readonly ip: string | undefined
  /** Absent on the node's network, where it is the node's. */
  readonly hostname: string | undefined
}

/**
 * The ResourceID that a TaskManager takes. In native mode it is the pod's name (KubernetesWorkerNode); in
 * standalone mode what `taskmanager.resource-id` is set to on the command line or in FLINK_PROPERTIES, as far
 * as that follows from the pod. Else Flink draws `host:port-abcdef`
 * (TaskManagerRunner.getTaskManagerResourceID), which cannot be known from outside.
 */
export function resourceIdOf(
  labels: Labels,
  launches: readonly Launch[],
  pod: PodFields,
): string | undefined {
  if (labels.type === 'flink-native-kubernetes') return pod.name
  for (const { words, env } of launches) {
    const properties = env.find(({ name }) => name === 'FLINK_PROPERTIES')?.value ?? ''
    const onCommandLine = fromWords(words)
    const id =
      onCommandLine === undefined
        ? fromProperties(properties, env, pod)
        : expanded(onCommandLine, /\$\(([^)]+)\)/g, (name) => fieldOf(name, env, pod))
    if (id) return id
  }
  return undefined
}

/** `-Dname=value` or `-D name=value`; the last one holds, as for Flink. */
function fromWords(words: readonly string[]): string | undefined {
  return words
    .map((word) => /^(?:-D)?taskmanager\.resource-id=(.+)$/.exec(word)?.[1])
    .findLast((value) => value !== undefined)
}

/** Kubernetes puts in `$(NAME)`, the image's docker-entrypoint.sh `$NAME` and `${NAME}` (envsubst). */
function fromProperties(
  properties: string,
  env: Launch['env'],
  pod: PodFields,
): string | undefined {
  const set = /^\s*taskmanager\.resource-id\s*:\s*(\S+)/m.exec(properties)?.[1]
  return set === undefined
    ? undefined
    : expanded(set, /\$(?:\(([^)]+)\)|\{(\w+)\}|(\w+))/g, (name) =>
        name === 'HOSTNAME' ? pod.hostname : fieldOf(name, env, pod),
      )
}

/** Undefined when a variable in it is not known. */
function expanded(
  text: string,
  variable: RegExp,
  valueFor: (name: string) => string | undefined,
): string | undefined {
  const unknown = [...text.matchAll(variable)].some(
    (match) => valueFor(nameIn(match.slice(1))) === undefined,
  )
  return unknown
    ? undefined
    : text.replace(variable, (_, ...groups: string[]) => valueFor(nameIn(groups)) ?? '')
}

function nameIn(groups: readonly (string | undefined)[]): string {
  return groups.find((group) => typeof group === 'string') ?? ''
}

/** A variable that is made from the pod's own fields; what else is in the environment is nobody's business. */
function fieldOf(name: string, env: Launch['env'], pod: PodFields): string | undefined {
  const field = env.findLast((variable) => variable.name === name)?.field
  if (field === 'metadata.name') return pod.name
  return field === 'status.podIP' ? pod.ip : undefined
}
