import type { Registry } from 'prom-client'
import type { Payload } from '../../../core/api/batch.ts'
import type { KubernetesObject } from '../../../core/flink/kubernetes/object.ts'
import type { Clock } from '../../../core/kit/clock.ts'
import type { Log } from '../../../core/kit/log.ts'
import type { Scope } from '../../../core/kit/scope.ts'
import type { ClusterConfig, KubernetesConfig } from '../../config.ts'
import { openAccess } from './access.ts'
import { kubernetesApi } from './api.ts'
import { createHappenings } from './happenings.ts'
import { createKinds } from './kinds.ts'
import { type WatchedKind, watchKind } from './watch.ts'

export interface KubernetesDeps {
  readonly ship: (payload: Payload) => void
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  readonly random?: () => number
}

/**
 * Watches what Kubernetes knows of the Flink clusters, until the scope closes. Each kind is followed apart:
 * one that is forbidden or broken leaves the others as they are.
 * @throws ConfigError when there is no way to the API server
 */
export async function startKubernetes(
  config: KubernetesConfig,
  clusters: readonly ClusterConfig[],
  { ship, clock, log, registry, random }: KubernetesDeps,
  scope: Scope,
): Promise<void> {
  const access = await openAccess(config)
  const deps = {
    api: kubernetesApi(access),
    clock,
    happenings: createHappenings({ log, registry, clock }),
    tell: (events: Extract<Payload, { kind: 'events' }>['events']) => {
      if (events.length > 0) ship({ kind: 'events', events })
    },
    ...(random && { random }),
  }
  const kinds = createKinds(config, clusters, clock)
  const follow = <T extends KubernetesObject>(kind: WatchedKind<T>): Promise<void> =>
    new Promise((onFirstLook) => {
      const running = watchKind(kind, { ...deps, onFirstLook }, scope.signal)
      scope.add(`kubernetes ${kind.path}`, () => running)
    })

  const firstLooks: Promise<void>[] = []
  kinds.followFirst((kind) => void firstLooks.push(follow(kind)))
  log.info('Looking at Kubernetes.', { address: access.server.origin, node: config.node })
  const then = Promise.all(firstLooks).then(() => {
    if (!scope.signal.aborted) kinds.followThen((kind) => void follow(kind))
  })
  scope.add('kubernetes', () => then)
}
