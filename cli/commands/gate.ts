import { Command } from 'commander'
import { z } from 'zod'
import { httpTransport } from '../../agent/transport/http.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { messageOf, UsageError } from '../../core/kit/errors.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import { type Io, paint } from '../io.ts'
import { type ExitCode, runCommand } from '../run.ts'

const Answer = z.object({ answer: z.enum(['pass', 'fail', 'unknown']), reason: z.string() })
const exitCodes: Readonly<Record<'pass' | 'fail' | 'unknown', ExitCode>> = {
  pass: 0,
  fail: 1,
  unknown: 3,
}

interface Options {
  readonly server: string
  readonly token?: string
  readonly min?: string
  readonly for?: string
  readonly coverage?: string
  readonly json?: boolean
}

export function gateCommand(io: Io): Command {
  return new Command('gate')
    .description(
      'Asks a running Weir whether a job may go on: exit 0 pass, 1 fail, 2 usage, 3 unknown.',
    )
    .argument('<job>', 'cluster/namespace/name, as the page shows it')
    .option('--server <url>', 'the Weir to ask', 'http://127.0.0.1:7070')
    .option('--token <token>', 'its token, when it has one')
    .option('--min <score>', 'lowest score that passes (default 8)')
    .option('--for <duration>', 'how long it must have held, such as 60s or 5m')
    .option('--coverage <share>', 'lowest coverage that counts as knowledge (default 0.6)')
    .option('--json', 'print the answer as JSON')
    .action((job: string, options: Options) =>
      runCommand(io, (scope) => ask(io, job, options, scope.signal)),
    )
}

async function ask(io: Io, job: string, options: Options, signal: AbortSignal): Promise<ExitCode> {
  if (!parseJobRef(job)) {
    throw new UsageError(
      `"${job}" is no job; write cluster/namespace/name, each part percent-encoded.`,
    )
  }
  const transport = httpTransport(options.server, { clock: systemClock, token: options.token })
  try {
    const { status, body } = await transport.get(
      `/api/v1/jobs/${job}/gate?${queryOf(options)}`,
      signal,
    )
    if (status === 400) throw new UsageError(problemText(body))
    const parsed = Answer.safeParse(JSON.parse(body))
    if (!parsed.success) return unknown(io, options, problemText(body))
    const { answer, reason } = parsed.data
    io.out(options.json ? `${body}\n` : `${paint(io, colourOf[answer], answer)}: ${reason}\n`)
    return exitCodes[answer]
  } catch (error) {
    if (error instanceof UsageError) throw error
    return unknown(io, options, messageOf(error))
  }
}

function queryOf(options: Options): URLSearchParams {
  const query = new URLSearchParams()
  for (const key of ['min', 'for', 'coverage'] as const) {
    const value = options[key]
    if (value !== undefined) query.set(key, value)
  }
  return query
}

const colourOf = { pass: 'green', fail: 'red', unknown: 'yellow' } as const

function unknown(io: Io, { json }: Options, reason: string): ExitCode {
  if (json) io.out(`${JSON.stringify({ answer: 'unknown', reason })}\n`)
  else io.out(`${paint(io, 'yellow', 'unknown')}: ${reason}\n`)
  return 3
}

function problemText(body: string): string {
  try {
    const { detail, title } = z
      .object({ detail: z.string().optional(), title: z.string().optional() })
      .parse(JSON.parse(body))
    return detail ?? title ?? body.slice(0, 300)
  } catch {
    return body.slice(0, 300)
  }
}
