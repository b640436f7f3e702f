import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { Registry } from 'prom-client'
import { startAgent } from '../../agent/start.ts'
import { openBus } from '../../core/bus/open.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { UsageError } from '../../core/kit/errors.ts'
import type { Scope } from '../../core/kit/scope.ts'
import { shipMetrics } from '../../core/ship/metrics.ts'
import { shipOwnNumbers } from '../../core/ship/own-numbers.ts'
import { createShipper } from '../../core/ship/shipper.ts'
import { shipTogether } from '../../core/ship/together.ts'
import { type StoreConfig, temporaryPath } from '../../core/store/config.ts'
import { storedPipeline } from '../../diagnosis/pipeline/stored.ts'
import { storedRecords } from '../../diagnosis/records.ts'
import { startDiagnosis } from '../../diagnosis/start.ts'
import { gatewayEvents } from '../../gateway/events.ts'
import { createCardinalityGuard, showCrowded } from '../../gateway/intake/cardinality.ts'
import { createIntake } from '../../gateway/intake/intake.ts'
import { startRollups } from '../../gateway/writer/rollups.ts'
import { startWriter } from '../../gateway/writer/writer.ts'
import { readConfig, type WeirConfig } from '../config.ts'
import { type Io, paint } from '../io.ts'
import { embeddedStore, openMigratedStore } from '../open-store.ts'
import { pacedClock } from '../replay/paced.ts'
import { commonRunMs } from '../replay/stage.ts'
import { runCommand, untilClosed } from '../run.ts'
import { uiFolder } from '../ui-folder.ts'
import { followLogs } from '../up/logs.ts'
import { carryOut } from '../up/operations.ts'
import { showRecordings, stageRecordings } from '../up/recordings.ts'
import { collect, parseFlink } from './flink-option.ts'

interface Options {
  readonly config?: string
  readonly flink: readonly string[]
  readonly data?: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly replay?: readonly string[]
  readonly speed: number
  readonly demo?: boolean
  readonly logs: readonly string[]
}

export function upCommand(io: Io): Command {
  return new Command('up')
    .description(
      'Everything in one process: looks at Flink, keeps what it sees, and shows it on a page.',
    )
    .option('--flink <[name=]url>', 'a JobManager to look at (several times)', collect, [])
    .option(
      '--logs <[cluster=]dir>',
      'a folder of log files to follow, of the cluster of that name (several times)',
      collect,
      [],
    )
    .option('--data <dir>', 'folder that keeps the data; without it a temporary one')
    .option('--listen <host:port>', 'where the page is', listenAddress, {
      host: '127.0.0.1',
      port: 7070,
    })
    .option('--replay <file...>', 'show recordings instead of live clusters')
    .option('--speed <factor>', 'how fast recordings run', factor, 1)
    .option('--demo', 'show the recordings that come with Weir, already sick')
    .option('--config <file>', 'configuration')
    .action((options: Options) => runCommand(io, (scope) => up(io, options, scope)))
}

async function up(io: Io, options: Options, scope: Scope) {
  const config = readConfig(io, options.config)
  const staged = await stageRecordings(options)
  const clusters = [...config.agent.clusters, ...options.flink.map(parseFlink)]
  if (staged.length === 0 && clusters.length === 0) {
    throw new UsageError(
      'Nothing to look at. Give a JobManager (weir up --flink http://jobmanager:8081), or see the demonstration (weir up --demo).',
    )
  }
  const log = io.log(config.log.level === 'info' ? 'warn' : config.log.level, config.log.format)
  const registry = new Registry()
  const startAt = systemClock.now()
  const clock =
    staged.length === 0
      ? systemClock
      : pacedClock(systemClock, {
          startAt,
          speed: options.speed,
          holdAt: startAt + commonRunMs(staged),
        })

  const store = await openMigratedStore(storeConfig(options, config), scope)
  const bus = await openBus(
    { kind: 'embedded', capacity: 10_000, capacityBytes: 64 * 2 ** 20, whenFull: 'refuse' },
    { log, clock: systemClock, signal: scope.signal },
  )
  scope.add('bus', () => bus.close())
  const events = gatewayEvents({ log, registry, clock: systemClock })
  await startWriter({ bus, store, events }, scope)
  startRollups({ store, clock: systemClock, events }, scope)
  const { limits } = config.gateway
  const guard = createCardinalityGuard(limits.maxSeriesPerOwner)
  showCrowded(registry, guard)
  const intake = createIntake({ bus, clock: systemClock, limits, events, guard })
  const shipper = createShipper(
    {
      agent: config.agent.name,
      epoch: startAt,
      send: (batch) => intake.accept(batch),
      clock: systemClock,
      log,
    },
    scope,
  )
  shipMetrics(registry, shipper.stats)
  const ship = shipTogether(shipper.ship, systemClock, scope)
  const self = { part: 'up', instance: config.agent.name }
  shipOwnNumbers({ ...self, registry, ship, clock: systemClock, log }, scope)
  const records = storedRecords(store)
  const held = new Set(staged.map(({ cluster }) => cluster))

  if (staged.length > 0)
    await showRecordings(staged, { records, shipper, ship, startAt, clock, scope, log, registry })
  await startAgent(
    { ...config.agent, clusters: clusters.map((c) => ({ namespace: '-', prometheus: [], ...c })) },
    { ship, clock: systemClock, log, registry },
    scope,
  )
  const node = await followLogs(
    options,
    config,
    { intake, clock: systemClock, log, registry },
    scope,
  )
  const { url } = await startDiagnosis(
    {
      ...{ ...config.diagnosis, ...options.listen },
      logNodes: [...config.diagnosis.logNodes, ...(node ? [node] : [])],
    },
    {
      records,
      bus,
      clock,
      log,
      registry,
      recordings: (cluster) => held.has(cluster),
      pipeline: storedPipeline(store, systemClock),
      uiFolder: uiFolder(),
    },
    scope,
  )
  await carryOut(
    io,
    options.data,
    config,
    { url, clusters, clock: systemClock, log, registry },
    scope,
  )
  io.out(`${paint(io, 'bold', 'Weir')} is at ${paint(io, 'cyan', url)}\n`)
  io.out(
    staged.length > 0
      ? `Showing ${staged.length} recordings of real Flink runs; nothing here is live.\n`
      : `Looking at ${clusters.map((c) => c.name ?? c.url).join(', ')}; the first findings need about half a minute.\n`,
  )
  io.out('Stop with Ctrl-C.\n')
  return untilClosed(scope)
}

function storeConfig({ data }: Options, config: WeirConfig): StoreConfig {
  if (config.store && data === undefined) return config.store
  const path = data === undefined ? temporaryPath : join(data, 'store')
  return embeddedStore(path)
}

function listenAddress(text: string): { host: string; port: number } {
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match || port > 65_535)
    throw new InvalidArgumentError('must be host:port, such as 127.0.0.1:7070.')
  return { host: match[1]?.replace(/^\[(.*)\]$/, '$1') ?? '127.0.0.1', port }
}

function factor(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 100))
    throw new InvalidArgumentError('must be a number above 0, up to 100.')
  return value
}
