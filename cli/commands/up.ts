import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { Registry } from 'prom-client'
import { runSources } from '../../agent/sources/run.ts'
import { startAgent } from '../../agent/start.ts'
import { openBus } from '../../core/bus/open.ts'
import { type Clock, systemClock } from '../../core/kit/clock.ts'
import { UsageError } from '../../core/kit/errors.ts'
import type { Log } from '../../core/kit/log.ts'
import type { Scope } from '../../core/kit/scope.ts'
import { mergePayloads } from '../../core/ship/merge.ts'
import { shipMetrics } from '../../core/ship/metrics.ts'
import { shipOwnNumbers } from '../../core/ship/own-numbers.ts'
import { createShipper, type Shipper } from '../../core/ship/shipper.ts'
import { shipTogether } from '../../core/ship/together.ts'
import { type StoreConfig, temporaryPath } from '../../core/store/config.ts'
import type { LogNodeConfig } from '../../diagnosis/archives/config.ts'
import { storedPipeline } from '../../diagnosis/pipeline/stored.ts'
import { storedRecords } from '../../diagnosis/records.ts'
import { type Records, startDiagnosis } from '../../diagnosis/start.ts'
import { gatewayEvents } from '../../gateway/events.ts'
import { createCardinalityGuard, showCrowded } from '../../gateway/intake/cardinality.ts'
import { createIntake, type Intake } from '../../gateway/intake/intake.ts'
import { startRollups } from '../../gateway/writer/rollups.ts'
import { startWriter } from '../../gateway/writer/writer.ts'
import { startLogService } from '../../log-service/start.ts'
import { openOperations } from '../../operations/start.ts'
import { printableWhole } from '../answer-text.ts'
import { readConfig, type WeirConfig } from '../config.ts'
import { logReaders, shipLogs } from '../follow-logs.ts'
import { type Io, paint } from '../io.ts'
import { embeddedStore, openMigratedStore } from '../open-store.ts'
import { pacedClock } from '../replay/paced.ts'
import {
  commonRunMs,
  demoFiles,
  fastForward,
  liveSources,
  type Staged,
  stage,
} from '../replay/stage.ts'
import { runCommand, untilClosed } from '../run.ts'
import { uiFolder } from '../ui-folder.ts'
import { collect, parseFlink } from './flink-option.ts'
import { parseLogs } from './logs-option.ts'

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
  await carryOut(io, options, config, { url, clusters, clock: systemClock, log, registry }, scope)
  io.out(`${paint(io, 'bold', 'Weir')} is at ${paint(io, 'cyan', url)}\n`)
  io.out(
    staged.length > 0
      ? `Showing ${staged.length} recordings of real Flink runs; nothing here is live.\n`
      : `Looking at ${clusters.map((c) => c.name ?? c.url).join(', ')}; the first findings need about half a minute.\n`,
  )
  io.out('Stop with Ctrl-C.\n')
  return untilClosed(scope)
}

/** Advice is carried out only where the configuration says so: with this page's advice, at these clusters. */
async function carryOut(
  io: Io,
  { data }: Options,
  { operations }: WeirConfig,
  deps: {
    readonly url: string
    readonly clusters: readonly {
      readonly name?: string | undefined
      readonly url?: string | undefined
    }[]
    readonly clock: Clock
    readonly log: Log
    readonly registry: Registry
  },
  scope: Scope,
): Promise<void> {
  if (!operations) return
  const named = deps.clusters.flatMap(({ name, url }) =>
    url === undefined ? [] : [{ name: name ?? new URL(url).host, url }],
  )
  const own = operations.clusters.map(({ name }) => name)
  const clusters = [...operations.clusters, ...named.filter(({ name }) => !own.includes(name))]
  const folder = operations.folder ?? (data === undefined ? undefined : join(data, 'operations'))
  const { url, ...kit } = deps
  const part = await openOperations(
    { ...operations, clusters, folder, diagnosis: operations.diagnosis ?? { url } },
    { ...kit, say: (line) => io.out(`${printableWhole(line)}\n`) },
    scope,
  )
  io.out(`Operations is at ${await part.run()}/api/v1/operations\n`)
}

/**
 * The logs of this machine, where some are named; they reach the store without a gateway between.
 * Returns where their archive answers, for the page of this process.
 */
async function followLogs(
  { logs: folders, data }: Options,
  { logs: config }: WeirConfig,
  { intake, ...kit }: { intake: Intake; clock: Clock; log: Log; registry: Registry },
  scope: Scope,
): Promise<LogNodeConfig | undefined> {
  const logs = { ...config, folders: [...config.folders, ...folders.map(parseLogs)] }
  if (logs.folders.length + logs.flink.length === 0 && !logs.pods) return undefined
  const folder = data === undefined ? temporaryFolder(scope) : join(data, 'logs')
  // Who wants tokens wants one of the page, too.
  const token = logs.api.tokens.length > 0 ? randomBytes(32).toString('hex') : undefined
  const sha256 = createHash('sha256')
    .update(token ?? '')
    .digest('hex')
  const own = { name: 'the page of this process', sha256 }
  const tokens = token === undefined ? [] : [...logs.api.tokens, own]
  const { url } = await startLogService(
    { ...logs, folder, api: { ...logs.api, tokens, port: 0 } },
    {
      ...kit,
      ship: shipLogs({
        ...{ agent: logs.node ?? hostname(), epoch: kit.clock.now(), ...kit },
        ...{ signal: scope.signal, send: (batch) => intake.accept(batch) },
      }),
      openReader: logReaders(logs.redact, kit.clock.now),
    },
    scope,
  )
  return { url, everyAddress: false, ...(token !== undefined && { token }) }
}

function temporaryFolder(scope: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-logs-'))
  scope.add('archive folder', async () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function stageRecordings({ demo, replay, flink }: Options): Promise<readonly Staged[]> {
  const files = demo ? demoFiles() : (replay ?? [])
  if (files.length > 0 && flink.length > 0)
    throw new UsageError(
      'Recordings and live clusters do not mix: their clocks differ. Give --flink or --replay, not both.',
    )
  const staged: Staged[] = []
  for (const file of files) staged.push(await stage(file, demo === true))
  return staged
}

function storeConfig({ data }: Options, config: WeirConfig): StoreConfig {
  if (config.store && data === undefined) return config.store
  const path = data === undefined ? temporaryPath : join(data, 'store')
  return embeddedStore(path)
}

interface Stage {
  readonly records: Records
  readonly shipper: Shipper
  readonly ship: Shipper['ship']
  readonly startAt: number
  readonly clock: Clock
  readonly scope: Scope
  readonly log: Parameters<typeof runSources>[1]['log']
  readonly registry: Registry
}

/** Everything before the opening goes in at once, the rest at the demonstration's pace. */
async function showRecordings(
  staged: readonly Staged[],
  { records, shipper, ship, startAt, clock, scope, log, registry }: Stage,
): Promise<void> {
  for (const one of staged) {
    const { payloads, diagnoses } = await fastForward(one, startAt)
    for (const payload of mergePayloads(payloads)) shipper.ship(payload)
    await records.save(diagnoses)
  }
  await shipper.flush(scope.signal)
  for (const one of staged)
    runSources(liveSources(one, startAt, clock), { ship, clock, log, registry }, scope)
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
