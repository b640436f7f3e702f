import { Command } from 'commander'
import { flinkRest } from '../../core/flink/client/flink-rest.ts'
import { httpTransport } from '../../core/flink/client/http.ts'
import { configValues } from '../../core/flink/rest/config.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { messageOf, WeirError } from '../../core/kit/errors.ts'
import { openStore } from '../../core/store/open.ts'
import type { OperationsConfig } from '../../operations/config.ts'
import { diagnosisClient } from '../../operations/facts/diagnosis-client.ts'
import { readConfig, type WeirConfig } from '../config.ts'
import { type Io, paint } from '../io.ts'
import { runCommand } from '../run.ts'
import { collect, parseFlink } from './flink-option.ts'

type Check = readonly [what: string, check: (signal: AbortSignal) => Promise<string>]

export function doctorCommand(io: Io): Command {
  return new Command('doctor')
    .description('Tries to reach everything that is configured and says what does not answer.')
    .option('--config <file>', 'configuration')
    .option('--flink <[name=]url>', 'a JobManager to try (several times)', collect, [])
    .action((options: { readonly config?: string; readonly flink: readonly string[] }) =>
      runCommand(io, async (scope) => {
        const config = readConfig(io, options.config)
        const checks = checksOf(config, options.flink)
        let failed = 0
        for (const [what, check] of checks) {
          try {
            io.out(`${paint(io, 'green', '✓')} ${what}: ${await check(scope.signal)}\n`)
          } catch (error) {
            failed++
            io.out(`${paint(io, 'red', '✗')} ${what}: ${messageOf(error)}\n`)
          }
        }
        if (checks.length === 1)
          io.out('Nothing else is configured; try: weir doctor --flink http://jobmanager:8081\n')
        return failed === 0 ? 0 : 1
      }),
    )
}

/** Everything that is configured or named, and how to try it. */
function checksOf(config: WeirConfig, flink: readonly string[]): readonly Check[] {
  const checks: Check[] = [['Node.js', async () => process.version]]
  for (const { url } of [...flink.map(parseFlink), ...config.agent.clusters]) {
    if (url === undefined) continue
    const transport = httpTransport(url, { clock: systemClock })
    checks.push([`Flink ${transport.name}`, (signal) => flinkSays(transport, signal)])
  }
  for (const url of config.agent.clusters.flatMap(({ prometheus }) => prometheus)) {
    checks.push([`reporter ${url}`, (signal) => reporterSays(url, signal)])
  }
  const { store, ship, operations } = config
  if (operations) checks.push(...operationsChecks(operations))
  if (store) checks.push([`store (${store.kind})`, (signal) => storeSays(store, signal)])
  if (ship) checks.push([`gateway ${ship.url}`, (signal) => gatewaySays(ship.url, signal)])
  return checks
}

async function flinkSays(
  transport: ReturnType<typeof httpTransport>,
  signal: AbortSignal,
): Promise<string> {
  const { value } = await flinkRest(transport).overview(signal)
  return `Flink ${value['flink-version']}, ${value.taskmanagers} TaskManagers, ${value['slots-available']} of ${value['slots-total']} slots free`
}

/** Whose advice is carried out, and whether the JobManagers could carry it out. */
function operationsChecks({ diagnosis, clusters }: OperationsConfig): readonly Check[] {
  const jobManagers = clusters.map(({ name, url, token }): Check => {
    const transport = httpTransport(url, { clock: systemClock, token })
    return [`operations at ${name}`, (signal) => schedulerSays(transport, signal)]
  })
  if (!diagnosis) return jobManagers
  const { url, token } = diagnosis
  const client = diagnosisClient(httpTransport(url, { clock: systemClock, token }))
  const advice: Check = [
    `advice of ${url}`,
    async (signal) => `${(await client.jobs(signal)).length} jobs known`,
  ]
  return [advice, ...jobManagers]
}

async function schedulerSays(
  transport: ReturnType<typeof httpTransport>,
  signal: AbortSignal,
): Promise<string> {
  const config = configValues((await flinkRest(transport).jobManagerConfig(signal)).value)
  // The default of 'jobmanager.scheduler' is Default; reactive mode implies the adaptive one, which then decides alone.
  const scheduler = config['jobmanager.scheduler'] ?? 'Default'
  if (scheduler.toLowerCase() !== 'adaptive') {
    throw new WeirError(
      `its scheduler is ${scheduler}: sizes of running jobs change only with jobmanager.scheduler: adaptive`,
    )
  }
  return 'adaptive scheduler'
}

async function reporterSays(url: string, signal: AbortSignal): Promise<string> {
  const { status, body } = await httpTransport(url, { clock: systemClock }).get('/metrics', signal)
  return `answers ${status}, ${body.split('\n').filter((line) => line.startsWith('flink_')).length} samples`
}

async function storeSays(
  config: Parameters<typeof openStore>[0],
  signal: AbortSignal,
): Promise<string> {
  const store = await openStore(config, { signal })
  await store.close()
  return `database "${config.database}" answers`
}

async function gatewaySays(url: string, signal: AbortSignal): Promise<string> {
  const { status } = await httpTransport(url, { clock: systemClock }).get('/readyz', signal)
  if (status !== 200) throw new Error(`answers ${status} to GET /readyz`)
  return 'ready'
}
