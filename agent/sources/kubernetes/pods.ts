import { Pod, podClusterId, podWord } from '../../../core/flink/kubernetes/pod.ts'
import type { FlinkEvent } from '../../../core/model/events.ts'
import type { Belonging, Thing } from './belonging.ts'
import type { FlinkClusterName } from './flink-clusters.ts'
import type { Scope } from './kinds.ts'
import type { Residents } from './nodes.ts'
import type { WatchedKind } from './watch.ts'
import type { Words } from './words.ts'

export interface PodsDeps {
  readonly nameOf: FlinkClusterName
  readonly words: Words
  readonly belonging: Belonging
  readonly residents: Residents
}

/** The pods of Flink clusters, by their labels; a pod whose labels name no cluster is nobody's. */
export function podsKind(scope: Scope, selector: string, deps: PodsDeps): WatchedKind<Pod> {
  const { nameOf, words, belonging, residents } = deps

  const about = (pod: Pod) => {
    const { namespace, name } = pod.metadata
    const clusterId = podClusterId(pod)
    if (clusterId === undefined) return undefined
    const thing: Thing = { kind: 'Pod', namespace, name }
    const named: Thing = { kind: 'ClusterId', namespace, name: clusterId }
    return { thing, named, cluster: nameOf(namespace, clusterId) }
  }

  return {
    name: 'pods',
    path: scope.pathOf('/api/v1', 'pods'),
    params: {
      labelSelector: selector,
      ...(scope.node !== undefined && { fieldSelector: `spec.nodeName=${scope.node}` }),
    },
    object: Pod,
    seen(pod): readonly FlinkEvent[] {
      const own = about(pod)
      if (!own) return []
      const { cluster } = own
      return [
        ...words.news(podWord(pod, { cluster, gone: false })),
        ...residents.arrive({ uid: pod.metadata.uid, cluster, node: pod.spec.nodeName }),
        ...belonging.learn(own.thing, cluster),
        ...belonging.learn(own.named, cluster),
      ]
    },
    gone(pod) {
      const own = about(pod)
      if (!own) return []
      residents.leave(pod.metadata.uid)
      belonging.forget(own.thing)
      return words.last(podWord(pod, { cluster: own.cluster, gone: true }))
    },
  }
}
