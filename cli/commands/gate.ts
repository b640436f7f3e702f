import { appendFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { httpTransport } from '../../core/flink/client/http.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { UsageError } from '../../core/kit/errors.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import {
  decided,
  githubOutputs,
  noDataWords,
  type OnNoData,
  type Output,
  outputs,
  printable,
  report,
} from '../gate/report.ts'
import { waitForAnswer } from '../gate/wait.ts'
import { type Io, paint } from '../io.ts'
import { type ExitCode, runCommand } from '../run.ts'

const exitCodes: Readonly<Record<'pass' | 'fail' | 'unknown', ExitCode>> = {
  pass: 0,
  fail: 1,
  unknown: 3,
}
const colourOf = { pass: 'green', fail: 'red', unknown: 'yellow' } as const

interface Options {
  readonly server: string
  readonly token?: string
  readonly minScore?: string
  readonly for?: string
  readonly coverage?: string
  readonly baseline?: string
  readonly timeout: number
  readonly onNoData: OnNoData
  readonly output: Output
}

export function gateCommand(io: Io): Command {
  return new Command('gate')
    .description(
      'Waits until a running Weir knows whether a job may go on: exit 0 pass, 1 fail, 2 usage, 3 unknown.',
    )
    .argument('<job>', 'cluster/namespace/name, as the page shows it')
    .option('--server <url>', 'the Weir to ask', 'http://127.0.0.1:7070')
    .option('--token <token>', 'its token, when it has one; better in WEIR_TOKEN')
    .option('--min-score <score>', 'lowest score that passes (default 8)')
    .option('--for <duration>', 'how long it must have held, such as 60s or 5m (default 60s)')
    .option('--coverage <share>', 'lowest coverage that counts as knowledge (default 0.6)')
    .addOption(
      new Option('--baseline <run>', 'must also be no worse than it was').choices(['previous-run']),
    )
    .option(
      '--timeout <duration>',
      'how long to wait while nothing is known; 0s asks once',
      durationMs,
      600_000,
    )
    .addOption(
      new Option('--on-no-data <word>', 'what it is when nothing is known even then')
        .choices(noDataWords)
        .default('wait', 'wait: exit 3'),
    )
    .addOption(new Option('--output <form>', 'what is printed').choices(outputs).default('text'))
    .action((job: string, options: Options) =>
      runCommand(io, (scope) => gate(io, job, options, scope.signal)),
    )
}

async function gate(io: Io, job: string, options: Options, signal: AbortSignal): Promise<ExitCode> {
  if (!parseJobRef(job)) {
    throw new UsageError(
      `"${job}" is no job; write cluster/namespace/name, each part percent-encoded.`,
    )
  }
  const { output, onNoData } = options
  const token = options.token ?? io.env.WEIR_TOKEN
  const transport = httpTransport(serverOf(options.server), { clock: systemClock, token })
  const path = `/api/v1/jobs/${job}/gate?${queryOf(options)}`
  const waited = await waitForAnswer((within) => transport.get(path, within), {
    ...{ clock: systemClock, signal, timeoutMs: options.timeout },
    onProgress: progress(io),
  })
  if (output === 'text') {
    const word = paint(io, colourOf[waited.word], waited.word)
    io.out(`${word}: ${printable(waited.reason)}\n`)
  }
  io.out(report(output, job, waited, onNoData))
  const { GITHUB_OUTPUT } = io.env
  if (output === 'github' && GITHUB_OUTPUT) {
    appendFileSync(GITHUB_OUTPUT, githubOutputs(waited, onNoData))
  }
  return exitCodes[decided(waited.word, onNoData)]
}

/** A line when the reason changes and every half minute; standard output is for the outcome alone. */
function progress(io: Io): (reason: string, waitedMs: number) => void {
  let told = { reason: '', waitedMs: 0 }
  return (reason, waitedMs) => {
    const isNew = reason.replace(/\d+/g, '') !== told.reason.replace(/\d+/g, '')
    if (!isNew && waitedMs - told.waitedMs < 30_000) return
    told = { reason, waitedMs }
    io.err(`${String(Math.round(waitedMs / 1000)).padStart(4)} s  unknown: ${printable(reason)}\n`)
  }
}

function queryOf({ minScore, for: forText, coverage, baseline }: Options): URLSearchParams {
  const query = new URLSearchParams()
  const given = { minScore, for: forText, coverage, baseline }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, value)
  return query
}

function serverOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new UsageError(`--server: "${text}" is no address; it looks like http://weir:7070.`)
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

function durationMs(text: string): number {
  const [, count, unit = ''] = /^(\d{1,5})(s|m|h)$/.exec(text) ?? []
  const unitMs = UNIT_MS[unit]
  if (count === undefined || unitMs === undefined) {
    throw new InvalidArgumentError('must be a duration such as 90s, 20m or 1h.')
  }
  return Number(count) * unitMs
}
