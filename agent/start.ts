import { flinkRest } from '../core/flink/client/flink-rest.ts'
import { httpTransport } from '../core/flink/client/http.ts'
import type { Scope } from '../core/kit/scope.ts'
import { type AgentConfig, type ClusterConfig, clusterName } from './config.ts'
import { flinkPrometheus } from './sources/flink-prometheus.ts'
import { createSources } from './sources/index.ts'
import { createJobNames } from './sources/job-names.ts'
import { createPositions, type Positions } from './sources/positions.ts'
import { type RunDeps, runSources } from './sources/run.ts'
import type { Source } from './sources/source.ts'

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
  for (const { url, token, ...history } of config.history) {
    const { flinkHistory } = await import('./sources/flink-history.ts')
    const rest = flinkRest(
      httpTransport(url, { clock, token, perSecond: config.requestsPerSecond }),
    )
    runSources([flinkHistory({ ...history, rest, clock, log })], deps, scope)
    log.info('Looking at a HistoryServer.', { cluster: history.cluster, address: url })
  }
  const positions = createPositions()
  for (const kafka of config.kafka) {
    const [{ kafkaOffsets }, { kafkaTopicOffsets }] = await Promise.all([
      import('./sources/kafka-offsets.ts'),
      import('./sources/kafka-admin.ts'),
    ])
    const offsets = kafkaTopicOffsets(kafka, log, scope)
    runSources([kafkaOffsets({ ...kafka, offsets, positions, clock, log })], deps, scope)
    log.info('Looking at the ends of topics.', { cluster: kafka.cluster, brokers: kafka.brokers })
  }
  for (const cluster of config.clusters) {
    const sources = clusterSources(cluster, { ...config, positions }, { clock, log })
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
  config: AgentConfig & { readonly positions: Positions },
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
  const { scrapeEveryMs: everyMs, mostOtherSeries: mostOther, positions } = config
  const options = { everyMs, mostOther, positions }
  return scrapes.map((scrape) => flinkPrometheus(name, scrape, names, clock, options))
}
