import { Command } from 'commander'
import { Registry } from 'prom-client'
import { OperationsStatus } from '../../core/api/operations.ts'
import { httpTransport } from '../../core/flink/client/http.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { ConfigError, SourceError, UsageError } from '../../core/kit/errors.ts'
import { silentLog } from '../../core/kit/log.ts'
import type { OperationsConfig } from '../../operations/config.ts'
import { openOperations } from '../../operations/start.ts'
import { printableWhole } from '../answer-text.ts'
import { readConfig } from '../config.ts'
import type { Io } from '../io.ts'
import { operationsText } from '../operations-text.ts'
import { type ExitCode, runCommand, untilClosed } from '../run.ts'

interface Options {
  readonly config?: string
  readonly dryRun?: boolean
  readonly once?: boolean
  readonly json?: boolean
}

export function operationsCommand(io: Io): Command {
  const command = new Command('operations')
    .description(
      'Carries out the advice of diagnosis, where the configuration says so, and takes back what did not help.',
    )
    .option('--config <file>', 'configuration (sections operations, log)')
    .option('--dry-run', 'decide and ask as always, but change nothing and say what would be done')
    .option('--once', 'one look as a dry run: what would be done now, what would not, and why')
    .option('--json', 'with --once: the answer as JSON')
    .addHelpText('after', GUIDE)
    .action((options: Options) => runCommand(io, (scope) => run(io, options, scope)))
  command.addCommand(statusCommand(io).exitOverride().showHelpAfterError())
  return command
}

const GUIDE = `
Begin with what it would do, which changes nothing:

  # operations.yaml
  operations:
    diagnosis: { url: http://weir:8480 }          # whose advice
    folder: /var/lib/weir-operations              # its journal; must outlive the process
    clusters: [{ name: prod, url: http://jobmanager:8081 }]
    policy: { mode: suggest }                     # of all jobs
    rules:                                        # the first that names a job counts
      - jobs: [prod/-/orders-*]
        mode: apply
        windows: [{ from: "0 22 * * *", lastsMs: 21600000, zone: Europe/Berlin }]
        parallelism: { max: 16 }

  weir check-config operations.yaml               every contradiction at once
  weir operations --config operations.yaml --once
  weir operations --config operations.yaml        then this, in a process of its own
  weir operations status                          what it did, and why it did not

Modes: off, suggest (the default: says what to do), apply. Ways: rest (the adaptive
scheduler of Flink 1.18 or newer), deployment (a FlinkDeployment is patched), print (a
command is shown). It never acts while something else is wrong with the job, nor on what
it knows too little of; every change is journalled before it is made, watched until it
has settled, and taken back when the job is worse for it. More in docs/operations.md.`

async function run(
  io: Io,
  options: Options,
  scope: Parameters<typeof untilClosed>[0],
): Promise<ExitCode> {
  const config = readConfig(io, options.config)
  if (options.json && !options.once) {
    throw new UsageError(
      '--json goes with --once; of one that runs ask: weir operations status --json',
    )
  }
  const { operations } = config
  if (!operations) {
    throw new ConfigError(
      'operations: missing; say at least whose advice is looked at (operations: { diagnosis: { url: http://weir:8480 }, folder: … }), see weir operations --help.',
    )
  }
  const part = await openOperations(
    options.once
      ? lookOnly(operations)
      : { ...operations, dryRun: operations.dryRun || options.dryRun === true },
    {
      clock: systemClock,
      log: options.once ? silentLog : io.log(config.log.level, config.log.format),
      registry: new Registry(),
      say: options.once ? () => {} : (line) => io.out(`${printableWhole(line)}\n`),
    },
    scope,
  )
  if (!options.once) {
    await part.run()
    return untilClosed(scope)
  }
  const { trouble } = await part.round()
  const status = part.status()
  io.out(options.json ? `${JSON.stringify(status, null, 2)}\n` : operationsText(io, status))
  return trouble === undefined ? 0 : 3
}

/** One look knows nothing of how long an advice has stood. */
function lookOnly(operations: OperationsConfig): OperationsConfig {
  return {
    ...operations,
    dryRun: true,
    policy: { ...operations.policy, holdMs: 0 },
    rules: operations.rules.map((rule) => ({ ...rule, holdMs: 0 })),
  }
}

interface StatusOptions {
  readonly server: string
  readonly token?: string
  readonly json?: boolean
}

function statusCommand(io: Io): Command {
  return new Command('status')
    .description(
      'Asks a running "weir operations" what it did, what it would do, and why it does not.',
    )
    .option('--server <url>', 'its address', 'http://127.0.0.1:8490')
    .option('--token <token>', 'its token, when it has one; better in WEIR_TOKEN')
    .option('--json', 'the answer as JSON')
    .action((options: StatusOptions) =>
      runCommand(io, async ({ signal }) => {
        const { server } = options
        if (!URL.canParse(server)) {
          throw new UsageError(
            `--server: "${server}" is no address; it looks like http://weir:8490.`,
          )
        }
        const token = options.token ?? io.env.WEIR_TOKEN
        const transport = httpTransport(server, { clock: systemClock, token })
        const status = readStatus(server, await transport.get('/api/v1/operations', signal))
        io.out(options.json ? `${JSON.stringify(status, null, 2)}\n` : operationsText(io, status))
        return status.trouble === null ? 0 : 3
      }),
    )
}

function readStatus(
  server: string,
  { status, body }: { readonly status: number; readonly body: string },
): OperationsStatus {
  if (status === 401) {
    throw new SourceError(`${server} wants a token: give --token, or set WEIR_TOKEN.`, {
      code: 'source-access',
    })
  }
  try {
    return OperationsStatus.parse(JSON.parse(body))
  } catch (cause) {
    throw new SourceError(
      `${server} answered ${status}, and nothing that "weir operations" of this version says.`,
      { code: 'source-shape', cause },
    )
  }
}
