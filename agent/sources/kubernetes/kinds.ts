import type { KubernetesObject } from '../../../core/flink/kubernetes/object.ts'
import type { Clock } from '../../../core/kit/clock.ts'
import { type ClusterConfig, type KubernetesConfig, kubernetesKinds } from '../../config.ts'
import { createBelonging } from './belonging.ts'
import { eventsKind } from './events.ts'
import { flinkClusterNames } from './flink-clusters.ts'
import { nodesOf } from './nodes.ts'
import { deploymentsKind, sessionJobsKind, stateSnapshotsKind } from './operator.ts'
import { podsKind } from './pods.ts'
import type { WatchedKind } from './watch.ts'
import { createWords } from './words.ts'

/** Where to look: everywhere or in one namespace, on all nodes or on one. */
export interface Scope {
  readonly node: string | undefined
  /** The path of a kind's collection below its API group. */
  pathOf(group: string, plural: string): string
}

/** Follows one kind, whatever its objects are. */
type Follow = <T extends KubernetesObject>(kind: WatchedKind<T>) => void

export interface Kinds {
  /** Those that tell which Flink cluster a thing belongs to … */
  followFirst(follow: Follow): void
  /** … and those that need to know. */
  followThen(follow: Follow): void
}

export type KindsConfig = Pick<KubernetesConfig, 'namespaces' | 'node' | 'podSelector' | 'kinds'>

/**
 * Everything that is looked at, in each namespace. On one node that is its pods and itself: the rest is
 * looked at once for the whole cluster, by another agent.
 */
export function createKinds(
  config: KindsConfig,
  clusters: readonly ClusterConfig[],
  clock: Clock,
): Kinds {
  const { node, namespaces } = config
  const scopes = (namespaces.length === 0 ? [undefined] : namespaces).map(
    (namespace): Scope => ({
      node,
      pathOf: (group, plural) =>
        namespace === undefined
          ? `${group}/${plural}`
          : `${group}/namespaces/${encodeURIComponent(namespace)}/${plural}`,
    }),
  )
  const words = createWords(clock)
  const belonging = createBelonging()
  const nodes = nodesOf({ node }, words)
  const deps = {
    nameOf: flinkClusterNames(clusters),
    words,
    belonging,
    residents: nodes.residents,
  }
  const looksAt = new Set(
    config.kinds ?? (node === undefined ? kubernetesKinds : ['pods', 'nodes']),
  )

  return {
    followFirst(follow) {
      for (const scope of scopes) {
        if (looksAt.has('flinkdeployments')) follow(deploymentsKind(scope, deps))
        if (looksAt.has('flinksessionjobs')) follow(sessionJobsKind(scope, deps))
        if (looksAt.has('pods')) follow(podsKind(scope, config.podSelector, deps))
      }
    },
    followThen(follow) {
      // Nodes stand in no namespace.
      if (looksAt.has('nodes')) follow(nodes.kind)
      for (const scope of scopes) {
        if (looksAt.has('flinkstatesnapshots')) follow(stateSnapshotsKind(scope, deps))
        if (looksAt.has('events')) follow(eventsKind(scope, deps))
      }
    },
  }
}
