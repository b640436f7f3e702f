import type { WhatIfAnswer, WhatIfVertex } from '../core/api/what-if.ts'
import { printable } from './gate/report.ts'
import { type Io, paint } from './io.ts'

/** The answer of `weir what-if`: a line per vertex, what the job would occupy, and what to mind. */
export function whatIfText(io: Io, answer: WhatIfAnswer): string {
  const { vertices, slots, taskManagers, cores, network, regions, restart, warnings } = answer
  const width = Math.max(...vertices.map(({ name }) => printable(name).length), 0)
  const lines = [
    ...vertices.map((vertex) => vertexLine(io, vertex, width, answer.bottleneck)),
    '',
    `slots ${change(slots)}, TaskManagers ${change(taskManagers)}${cores ? `, cores ${change(cores)}` : ''}`,
    `network buffers of a TaskManager ${change(network.neededBytes, mebi)}${network.availableBytes === null ? '' : ` of ${mebi(network.availableBytes)}`}, connections ${change(network.connections)}, failover regions ${change(regions)}`,
    ...memoryLines(answer.memory),
    ...finishLines(answer),
    `restart ${restart.ms === null ? 'not measured yet' : `${Math.round(restart.ms / 1000)} s as measured`}${restart.stateBytes === null ? '' : `, state ${mebi(restart.stateBytes)}`}`,
    ...warnings.map((warning) => paint(io, 'yellow', `! ${printable(warning)}`)),
  ]
  return `${lines.join('\n')}\n`
}

function vertexLine(
  io: Io,
  { id, name, parallelism, busy, demandPerSecond, censored }: WhatIfVertex,
  width: number,
  bottleneck: string | null,
): string {
  const interval =
    busy.low === null || busy.high === null
      ? ''
      : ` (${percent(busy.low)} to ${percent(busy.high)})`
  const arriving =
    demandPerSecond === null
      ? 'what arrives is not known'
      : `${censored ? 'at least ' : ''}${Math.round(demandPerSecond)} records/s`
  const line = `${printable(name).padEnd(width)}  ${change(parallelism).padEnd(9)} busy ${percent(busy.now)} → ${percent(busy.after)}${interval}, ${arriving}`
  return id === bottleneck ? paint(io, 'red', `${line}  the bottleneck`) : line
}

function memoryLines(memory: WhatIfAnswer['memory']): readonly string[] {
  if (memory.kind !== 'sizes') return [`memory: ${printable(memory.reason)}`]
  const changed = Object.entries(memory.bytes).filter(([, { from, to }]) => from !== to)
  return changed.map(([pool, sizes]) => `${pool.replace(/Bytes$/, '')} ${change(sizes, mebi)}`)
}

function finishLines({ finish, vertices }: WhatIfAnswer): readonly string[] {
  if (finish === null) return []
  if (finish.kind === 'unknown') return [`when it ends is not known: ${printable(finish.reason)}`]
  const name = (id: string) => vertices.find((vertex) => vertex.id === id)?.name ?? id
  const sizes = Object.entries(finish.parallelism ?? {}).map(([id, size]) => `${name(id)} ${size}`)
  return [
    `done after ${change(finish.ms, minutes)} (${finish.basis}: ${finish.records} records)`,
    ...(sizes.length === 0 ? [] : [`to end in time: ${printable(sizes.join(', '))}`]),
  ]
}

const minutes = (ms: number) => `${(ms / 60_000).toFixed(1)} min`
const change = (
  { from, to }: { from: number; to: number },
  text: (n: number) => string = String,
) => (from === to ? text(to) : `${text(from)} → ${text(to)}`)
const percent = (share: number | null) =>
  share === null ? 'unknown' : `${Math.round(100 * share)} %`
const mebi = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`
