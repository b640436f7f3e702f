import { Command } from 'commander'
import { RunComparison } from '../../core/api/compare.ts'
import { httpTransport } from '../../core/flink/client/http.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { UsageError, WeirError } from '../../core/kit/errors.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import { comparisonText } from '../compare/table.ts'
import type { Io } from '../io.ts'
import { type ExitCode, runCommand } from '../run.ts'

interface Options {
  readonly server: string
  readonly token?: string
  readonly run?: string
  readonly with?: string
  readonly json?: boolean
}

export function compareCommand(io: Io): Command {
  return new Command('compare')
    .description(
      'Compares two runs of a job in minutes in which they took in the same: exit 0 compared, 3 never under the same load.',
    )
    .argument('<job>', 'cluster/namespace/name, as the page shows it')
    .option('--server <url>', 'the Weir to ask', 'http://127.0.0.1:7070')
    .option('--token <token>', 'its token, when it has one; better in WEIR_TOKEN')
    .option('--run <id>', 'a Flink job id or its begin (default: the newest run)')
    .option('--with <id>', 'the run to compare it with (default: the one before it)')
    .option('--json', 'the answer as JSON instead of a table')
    .action((job: string, options: Options) =>
      runCommand(io, (scope) => compare(io, job, options, scope.signal)),
    )
}

async function compare(
  io: Io,
  job: string,
  { server, token = io.env.WEIR_TOKEN, run, with: other, json }: Options,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (!parseJobRef(job)) {
    throw new UsageError(
      `"${job}" is no job; write cluster/namespace/name, each part percent-encoded.`,
    )
  }
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new UsageError(`--server: "${server}" is no address; it looks like http://weir:7070.`)
  }
  const query = new URLSearchParams()
  if (run !== undefined) query.set('run', run)
  if (other !== undefined) query.set('with', other)
  const transport = httpTransport(server, { clock: systemClock, token })
  const { status, body } = await transport.get(`/api/v1/jobs/${job}/compare?${query}`, signal)
  if (status !== 200) throw refusal(status, body)
  const comparison = RunComparison.parse(JSON.parse(body))
  io.out(json ? `${JSON.stringify(comparison, null, 2)}\n` : comparisonText(io, comparison))
  return comparison.load.comparable ? 0 : 3
}

/** What the server says of it is the sentence to show. */
function refusal(status: number, body: string): WeirError {
  let detail = `The server answered with HTTP ${status}.`
  try {
    const problem: unknown = JSON.parse(body)
    if (typeof problem === 'object' && problem !== null && 'detail' in problem)
      detail = String(problem.detail)
  } catch {
    // A proxy's page says nothing that is worth showing.
  }
  if (status < 500) return new UsageError(detail)
  return new WeirError(detail, { code: 'server' })
}
