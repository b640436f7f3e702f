import { Said, saidEvent } from '../../../core/flink/kubernetes/said.ts'
import type { KubernetesSaidEvent } from '../../../core/model/kubernetes.ts'
import type { Belonging, Thing } from './belonging.ts'
import type { Scope } from './kinds.ts'
import type { Residents } from './nodes.ts'
import type { WatchedKind } from './watch.ts'

export interface EventsDeps {
  readonly belonging: Belonging
  readonly residents: Residents
}

/**
 * What Kubernetes and the operator say of pods, nodes and deployments of Flink; all else is left out. Equal
 * events come as one whose count grows, so each change is told. That an event has expired is no news.
 */
export function eventsKind(scope: Scope, { belonging, residents }: EventsDeps): WatchedKind<Said> {
  const told = new Map<string, number>()

  const say = (said: Said, cluster: string): readonly KubernetesSaidEvent[] => {
    const event = saidEvent(said, cluster)
    return event === undefined ? [] : [event]
  }

  return {
    name: 'events',
    path: scope.pathOf('/api/v1', 'events'),
    params: {},
    object: Said,
    // A shared cluster says tens of thousands of things an hour.
    keep: ({ metadata, involvedObject }) => ({ ...nothingSaid, metadata, involvedObject }),
    seen(said) {
      const { uid } = said.metadata
      const count = said.series?.count ?? said.count ?? 1
      if (told.get(uid) === count) return []
      told.set(uid, count)
      if (said.involvedObject.kind === 'Node')
        return residents.clustersOn(said.involvedObject.name).flatMap((on) => say(said, on))
      const thing = thingOf(said)
      if (thing === undefined) return []
      const cluster = belonging.clusterOf(thing)
      if (cluster !== undefined) return say(said, cluster)
      belonging.hold(thing, (later) => say(said, later))
      return []
    },
    gone(said) {
      told.delete(said.metadata.uid)
      return []
    },
  }
}

const nothingSaid: Omit<Said, 'metadata' | 'involvedObject'> = {
  type: undefined,
  reason: undefined,
  message: undefined,
  firstTimestamp: undefined,
  lastTimestamp: undefined,
  eventTime: undefined,
  reportingComponent: undefined,
}

/** Undefined for what can be no part of a Flink cluster. */
function thingOf({ involvedObject: object, metadata }: Said): Thing | undefined {
  const namespace = object.namespace ?? metadata.namespace
  switch (object.kind) {
    case 'Pod':
    case 'FlinkDeployment':
    case 'FlinkSessionJob':
    case 'FlinkStateSnapshot':
      return { kind: object.kind, namespace, name: object.name }
    case 'Deployment':
      return { kind: 'ClusterId', namespace, name: clusterIdIn(object.name) }
    case 'ReplicaSet':
      // A Deployment's name and the hash of its template; it says why pods cannot even be made.
      return {
        kind: 'ClusterId',
        namespace,
        name: clusterIdIn(object.name.replace(/-[a-z0-9]+$/, '')),
      }
    default:
      return undefined
  }
}

/** The JobManager's Deployment is named after the cluster, in standalone mode the TaskManagers' with a suffix. */
function clusterIdIn(deployment: string): string {
  return deployment.replace(/-taskmanager$/, '')
}
