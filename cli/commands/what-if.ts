import { Command } from 'commander'
import { z } from 'zod'
import { WhatIfAnswer, WhatIfEdit } from '../../core/api/what-if.ts'
import { UsageError } from '../../core/kit/errors.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import { answerAs, askWeir, DEFAULT_SERVER, type ServerOptions, serverOf } from '../ask-weir.ts'
import type { Io } from '../io.ts'
import { type ExitCode, runCommand } from '../run.ts'
import { whatIfText } from '../what-if-text.ts'
import { collect } from './flink-option.ts'

interface Options extends ServerOptions {
  readonly parallelism: readonly string[]
  readonly group: readonly string[]
  readonly slots?: string
  readonly rescale: readonly string[]
  readonly rebalance: readonly string[]
  readonly memory: readonly string[]
  readonly demand?: string
  readonly finishWithin?: string
  readonly input: readonly string[]
  readonly json?: boolean
}

export function whatIfCommand(io: Io): Command {
  return new Command('what-if')
    .description(
      'Asks a running Weir what a change of a job would do, before anybody makes it: busy shares, slots, memory, buffers.',
    )
    .argument('<job>', 'cluster/namespace/name, as the page shows it')
    .option(
      '--parallelism <vertex=n>',
      'by the name or id of the vertex (several times)',
      collect,
      [],
    )
    .option('--slots <n>', 'slots of a TaskManager')
    .option('--group <vertex=group>', 'slot sharing group (several times)', collect, [])
    .option('--rescale <from=>to>', 'rescale this edge instead of rebalance', collect, [])
    .option('--rebalance <from=>to>', 'rebalance this edge instead of rescale', collect, [])
    .option(
      '--memory <key=size>',
      'a key below taskmanager.memory; an empty size takes it away (several times)',
      collect,
      [],
    )
    .option('--demand <times>', 'what arrives at all sources, against now')
    .option('--finish-within <duration>', 'of a job that ends: 45m, 2h; tells the sizes for it')
    .option('--input <source=records>', 'what a source will read (several times)', collect, [])
    .option('--server <url>', 'the Weir to ask', DEFAULT_SERVER)
    .option('--token <token>', 'its token, when it has one; better in WEIR_TOKEN')
    .option('--json', 'the answer as it came')
    .addHelpText(
      'after',
      '\nExit codes: 0 it would do, 1 it would not start or not keep up, or cannot be, 2 usage',
    )
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
  const server = serverOf(io, options)
  const text = await askWeir(server, `/api/v1/jobs/${job}/what-if`, {
    body: editOf(options),
    signal,
  })
  const answer = answerAs(WhatIfAnswer, text)
  io.out(options.json ? `${text}\n` : whatIfText(io, answer))
  return answer.memory.kind === 'refused' || answer.bottleneck !== null ? 1 : 0
}

/** @throws UsageError that names each option that makes no sense */
export function editOf(
  options: Pick<Options, Exclude<keyof Options, keyof ServerOptions>>,
): WhatIfEdit {
  const { parallelism, group, slots, rescale, rebalance, memory, demand, finishWithin, input } =
    options
  const edges = [
    ...rescale.map((text) => ({ ...edgeOf('--rescale', text), strategy: 'RESCALE' })),
    ...rebalance.map((text) => ({ ...edgeOf('--rebalance', text), strategy: 'REBALANCE' })),
  ]
  const edit = {
    ...(parallelism.length > 0 && { parallelism: numbers(pairs('--parallelism', parallelism)) }),
    ...(group.length > 0 && { slotSharingGroups: pairs('--group', group) }),
    ...(slots !== undefined && { slotsPerTaskManager: Number(slots) }),
    ...(edges.length > 0 && { edges }),
    ...(memory.length > 0 && { memory: sizes(pairs('--memory', memory)) }),
    ...(demand !== undefined && { demand: Number(demand) }),
    ...(finishWithin !== undefined && { finishWithinMs: durationMs(finishWithin) }),
    ...(input.length > 0 && { inputRecords: numbers(pairs('--input', input)) }),
  }
  const read = WhatIfEdit.safeParse(edit)
  if (read.success) return read.data
  throw new UsageError(`This is no edit:\n${z.prettifyError(read.error)}`)
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

function durationMs(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})(s|m|h)$/.exec(text) ?? []
  const unitMs = UNIT_MS[unit]
  if (count === undefined || unitMs === undefined)
    throw new UsageError(`--finish-within: "${text}" is no duration such as 90s, 45m or 2h.`)
  return Number(count) * unitMs
}

/** Names of vertices hold nearly anything, so the last `=` counts. */
function pairs(option: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.lastIndexOf('=')
      if (at <= 0) throw new UsageError(`${option}: "${text}" has no name before a "=".`)
      return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
    }),
  )
}

function edgeOf(option: string, text: string): { readonly from: string; readonly to: string } {
  const [from = '', to = '', ...more] = text.split('=>').map((part) => part.trim())
  if (from === '' || to === '' || more.length > 0)
    throw new UsageError(`${option}: "${text}" is no edge; write "from=>to".`)
  return { from, to }
}

const numbers = (record: Record<string, string>) =>
  Object.fromEntries(Object.entries(record).map(([name, text]) => [name, Number(text)]))

const MEMORY = 'taskmanager.memory.'

const sizes = (record: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(record).map(([key, text]) => [
      key.startsWith(MEMORY) ? key : `${MEMORY}${key}`,
      text === '' ? null : text,
    ]),
  )
