import type { Registry } from 'prom-client'
import type { Payload } from '../core/api/batch.ts'
import { type Clock, every } from '../core/kit/clock.ts'
import { messageOf } from '../core/kit/errors.ts'
import { event } from '../core/kit/events.ts'
import type { Log } from '../core/kit/log.ts'
import type { Scope } from '../core/kit/scope.ts'
import { type AgentConfig, clusterName } from './config.ts'
import { createSources } from './sources/index.ts'
import type { Source } from './sources/source.ts'
import { httpTransport } from './transport/http.ts'

export interface AgentDeps {
  /** Takes what was learned; returns at once, the shipper keeps it until it is acknowledged. */
  readonly ship: (payload: Payload) => void
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
}

/** Looks at every configured cluster until the scope closes. One source's trouble never hurts another. */
export async function startAgent(
  config: AgentConfig,
  deps: AgentDeps,
  scope: Scope,
): Promise<void> {
  const { clock } = deps
  const log = deps.log.child({ part: 'agent' })
  if (config.host) {
    // Loaded only where it is used.
    const { hostSource } = await import('./sources/host.ts')
    const { reporter, ...host } = config.host
    const scrape = reporter === undefined ? undefined : httpTransport(reporter, { clock })
    const source = hostSource({ ...host, clock, log, ...(scrape && { reporter: scrape }) })
    runSources([source], { ...deps, log }, scope)
    log.info('Looking at the Flink processes here.', { cluster: config.host.cluster })
  }
  if (config.kubernetes) {
    const { startKubernetes } = await import('./sources/kubernetes/start.ts')
    await startKubernetes(config.kubernetes, config.clusters, { ...deps, log }, scope)
  }
  for (const cluster of config.clusters) {
    const name = clusterName(cluster)
    const rest = httpTransport(cluster.url, {
      clock,
      token: cluster.token,
      perSecond: config.requestsPerSecond,
    })
    const scrapes = cluster.prometheus.map((url) =>
      httpTransport(url, { clock, token: cluster.token }),
    )
    const sources = createSources(
      { name, namespace: cluster.namespace },
      { rest, scrapes },
      { clock, log },
      config,
    )
    log.info('Looking at a Flink cluster.', {
      cluster: name,
      address: rest.name,
      reporters: scrapes.length,
    })
    runSources(sources, { ...deps, log }, scope)
  }
}

/** Polls each source at its own pace. */
export function runSources(sources: readonly Source[], deps: AgentDeps, scope: Scope): void {
  const { clock, registry, log, ship } = deps
  const failed = event<'source'>(
    { log, registry, clock },
    {
      metric: 'weir_agent_polls_failed_total',
      help: 'Looks of a source that failed for a reason of its own.',
      labels: ['source'],
      level: 'warn',
      sentence: 'A source failed.',
    },
  )
  const loop = async (source: Source) => {
    for await (const _ of every(source.everyMs, clock, scope.signal)) {
      try {
        for (const payload of await source.poll(scope.signal)) ship(payload)
      } catch (error) {
        if (scope.signal.aborted) return
        failed({
          source: source.name.split(' ', 1)[0] ?? '',
          name: source.name,
          reason: messageOf(error),
        })
      }
    }
  }
  for (const source of sources) {
    const running = loop(source)
    scope.add(source.name, () => running)
  }
}
