import { Node, nodeWord } from '../../../core/flink/kubernetes/node.ts'
import type { FlinkEvent } from '../../../core/model/events.ts'
import type { NodeEvent } from '../../../core/model/kubernetes.ts'
import type { Scope } from './kinds.ts'
import type { WatchedKind } from './watch.ts'
import type { Words } from './words.ts'

/** Which Flink clusters have pods on which node. */
export interface Residents {
  /** Returns what the newcomer's cluster must be told of its node. A pod that is not scheduled has none. */
  arrive(pod: Resident): readonly FlinkEvent[]
  leave(uid: string): void
  clustersOn(node: string): readonly string[]
}

interface Resident {
  readonly uid: string
  readonly cluster: string
  readonly node: string | undefined
}

export interface Nodes {
  readonly residents: Residents
  readonly kind: WatchedKind<Node>
}

/**
 * The nodes, told to each Flink cluster with pods on them: a node concerns those who live there. What a cluster
 * was told of a node that it has left is not renewed, but for its end: a node is drained before it goes.
 */
export function nodesOf(scope: Pick<Scope, 'node'>, words: Words): Nodes {
  const nodes = new Map<string, Node>()
  const placed = new Map<string, { readonly cluster: string; readonly node: string }>()
  const residents = new Map<string, Map<string, number>>()
  /** The clusters that were told of a node, by its uid. */
  const told = new Map<string, Set<string>>()

  const clustersOn = (node: string) => [...(residents.get(node)?.keys() ?? [])]
  const tell = (node: Node, clusters: readonly string[]): readonly NodeEvent[] => {
    if (clusters.length === 0) return []
    const { uid } = node.metadata
    told.set(uid, new Set([...(told.get(uid) ?? []), ...clusters]))
    return clusters.flatMap((cluster) => words.news(nodeWord(node, { cluster, gone: false })))
  }

  return {
    residents: {
      clustersOn,
      arrive({ uid, cluster, node: name }) {
        if (name === undefined || placed.has(uid)) return []
        placed.set(uid, { cluster, node: name })
        const counts = residents.get(name) ?? new Map<string, number>()
        residents.set(name, counts.set(cluster, (counts.get(cluster) ?? 0) + 1))
        const node = nodes.get(name)
        return node === undefined ? [] : tell(node, [cluster])
      },
      leave(uid) {
        const place = placed.get(uid)
        const counts = place && residents.get(place.node)
        if (!place || !counts) return
        placed.delete(uid)
        const left = (counts.get(place.cluster) ?? 1) - 1
        if (left > 0) counts.set(place.cluster, left)
        else counts.delete(place.cluster)
        if (counts.size === 0) residents.delete(place.node)
      },
    },
    kind: {
      name: 'nodes',
      path: '/api/v1/nodes',
      params: scope.node === undefined ? {} : { fieldSelector: `metadata.name=${scope.node}` },
      object: Node,
      seen(node) {
        nodes.set(node.metadata.name, node)
        return tell(node, clustersOn(node.metadata.name))
      },
      gone(node) {
        const { name, uid } = node.metadata
        // Another node of this name may have come since.
        if (nodes.get(name)?.metadata.uid === uid) nodes.delete(name)
        const clusters = [...(told.get(uid) ?? [])]
        told.delete(uid)
        return clusters.flatMap((cluster) => words.last(nodeWord(node, { cluster, gone: true })))
      },
    },
  }
}
