import { Command } from 'commander'
import { flinkRest } from '../../core/flink/client/flink-rest.ts'
import { httpTransport } from '../../core/flink/client/http.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { messageOf } from '../../core/kit/errors.ts'
import { openStore } from '../../core/store/open.ts'
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
  const { store, ship } = config
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
