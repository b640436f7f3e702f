import {
  deploymentWord,
  FlinkDeployment,
  FlinkSessionJob,
  sessionJobWord,
} from '../../../core/flink/kubernetes/deployment.ts'
import type { KubernetesObject } from '../../../core/flink/kubernetes/object.ts'
import {
  FlinkStateSnapshot,
  stateSnapshotWord,
} from '../../../core/flink/kubernetes/state-snapshot.ts'
import type { Belonging, Thing } from './belonging.ts'
import type { FlinkClusterName } from './flink-clusters.ts'
import type { Scope } from './kinds.ts'
import type { WatchedKind } from './watch.ts'
import type { Words } from './words.ts'

export interface OperatorDeps {
  readonly nameOf: FlinkClusterName
  readonly words: Words
  readonly belonging: Belonging
}

const GROUP = 'flink.apache.org'
const BASE = `/apis/${GROUP}/v1beta1`

function thingOf(kind: Thing['kind'], { metadata }: KubernetesObject): Thing {
  return { kind, namespace: metadata.namespace, name: metadata.name }
}

/** FlinkDeployments: application clusters and session clusters. */
export function deploymentsKind(scope: Scope, deps: OperatorDeps): WatchedKind<FlinkDeployment> {
  const { nameOf, words, belonging } = deps
  const clusterOf = ({ metadata }: FlinkDeployment) => nameOf(metadata.namespace, metadata.name)
  return {
    name: `flinkdeployments.${GROUP}`,
    path: scope.pathOf(BASE, 'flinkdeployments'),
    params: {},
    object: FlinkDeployment,
    seen(deployment) {
      const cluster = clusterOf(deployment)
      return [
        ...words.news(deploymentWord(deployment, { cluster, gone: false })),
        ...belonging.learn(thingOf('FlinkDeployment', deployment), cluster),
        ...belonging.learn(thingOf('ClusterId', deployment), cluster),
      ]
    },
    gone(deployment) {
      belonging.forget(thingOf('FlinkDeployment', deployment))
      return words.last(deploymentWord(deployment, { cluster: clusterOf(deployment), gone: true }))
    },
  }
}

/** FlinkSessionJobs; their cluster is that of the session they run in. */
export function sessionJobsKind(scope: Scope, deps: OperatorDeps): WatchedKind<FlinkSessionJob> {
  const { nameOf, words, belonging } = deps
  const clusterOf = ({ metadata, spec }: FlinkSessionJob) =>
    nameOf(metadata.namespace, spec.deploymentName)
  return {
    name: `flinksessionjobs.${GROUP}`,
    path: scope.pathOf(BASE, 'flinksessionjobs'),
    params: {},
    object: FlinkSessionJob,
    seen(job) {
      const cluster = clusterOf(job)
      return [
        ...words.news(sessionJobWord(job, { cluster, gone: false })),
        ...belonging.learn(thingOf('FlinkSessionJob', job), cluster),
      ]
    },
    gone(job) {
      belonging.forget(thingOf('FlinkSessionJob', job))
      return words.last(sessionJobWord(job, { cluster: clusterOf(job), gone: true }))
    },
  }
}

/** FlinkStateSnapshots; that one is deleted is no word, but what it had reached then is. */
export function stateSnapshotsKind(
  scope: Scope,
  { words, belonging }: Pick<OperatorDeps, 'words' | 'belonging'>,
): WatchedKind<FlinkStateSnapshot> {
  return {
    name: `flinkstatesnapshots.${GROUP}`,
    path: scope.pathOf(BASE, 'flinkstatesnapshots'),
    params: {},
    object: FlinkStateSnapshot,
    seen(snapshot) {
      const reference = snapshot.spec.jobReference
      if (!reference) return []
      const job: Thing = { ...reference, namespace: snapshot.metadata.namespace }
      const say = (cluster: string) => {
        const word = stateSnapshotWord(snapshot, cluster)
        return [
          ...(word ? words.news(word) : []),
          ...belonging.learn(thingOf('FlinkStateSnapshot', snapshot), cluster),
        ]
      }
      const cluster = belonging.clusterOf(job)
      if (cluster !== undefined) return say(cluster)
      belonging.hold(job, say)
      return []
    },
    gone(snapshot) {
      const thing = thingOf('FlinkStateSnapshot', snapshot)
      const cluster = belonging.clusterOf(thing)
      belonging.forget(thing)
      const word = cluster === undefined ? undefined : stateSnapshotWord(snapshot, cluster)
      return word ? words.last(word) : []
    },
  }
}
