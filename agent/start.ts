import type { Scope } from '../core/kit/scope.ts'
import { type AgentConfig, type ClusterConfig, clusterName } from './config.ts'
import { flinkPrometheus } from './sources/flink-prometheus.ts'
import { createSources } from './sources/index.ts'
import { createJobNames } from './sources/job-names.ts'
import { type RunDeps, runSources } from './sources/run.ts'
import type { Source } from './sources/source.ts'
import { httpTransport } from './transport/http.ts'

/** Looks at every configured cluster until the scope closes. One source's trouble never hurts another. */
export async function startAgent(config: AgentConfig, deps: RunDeps, scope: Scope): Promise<void> {
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
    const scrape = { everyMs: config.scrapeEveryMs, mostOther: config.mostOtherSeries }
    await startKubernetes(config.kubernetes, config.clusters, { ...deps, log, scrape }, scope)
  }
  if (config.metrics) {
    const { serveOwnMetrics } = await import('./own-metrics.ts')
    const { url } = await serveOwnMetrics(config.metrics, deps.registry, scope, clock)
    log.info('This agent shows its own metrics.', { url })
  }
  for (const cluster of config.clusters) {
    const sources = clusterSources(cluster, config, { clock, log })
    log.info('Looking at a Flink cluster.', {
      cluster: clusterName(cluster),
      address: cluster.url,
      reporters: cluster.prometheus.length,
    })
    runSources(sources, { ...deps, log }, scope)
  }
}

/** Without the address of a JobManager only the reporters are looked at, as a sidecar does. */
function clusterSources(
  cluster: ClusterConfig,
  config: AgentConfig,
  deps: Pick<RunDeps, 'clock' | 'log'>,
): readonly Source[] {
  const { clock } = deps
  const { token, namespace } = cluster
  const name = clusterName(cluster)
  const scrapes = cluster.prometheus.map((url) => httpTransport(url, { clock, token }))
  if (cluster.url !== undefined) {
    const rest = httpTransport(cluster.url, { clock, token, perSecond: config.requestsPerSecond })
    return createSources({ name, namespace }, { rest, scrapes }, deps, config)
  }
  const names = createJobNames(name, namespace)
  const options = { everyMs: config.scrapeEveryMs, mostOther: config.mostOtherSeries }
  return scrapes.map((scrape) => flinkPrometheus(name, scrape, names, clock, options))
}
