import type { Efficiency, JobEfficiency, Savings, TeamEfficiency } from '../core/api/efficiency.ts'
import { printable } from './gate/report.ts'
import { type Io, paint } from './io.ts'

/** Jobs that are told one by one; the rest stands in the numbers of their teams. */
const MOST_JOBS = 20

/** The answer of `weir efficiency`: the share against the target, teams, and the jobs that could give most back. */
export function efficiencyText(
  io: Io,
  { lowShare, target, met, currency, teams, jobs }: Efficiency,
): string {
  if (jobs.length === 0) return 'No job holds slots.\n'
  const head =
    lowShare === null
      ? 'What the jobs use was not measured.'
      : paint(
          io,
          met ? 'green' : 'red',
          `${percent(lowShare)} of the jobs use little of what they have; at most ${percent(target)} should.`,
        )
  const width = Math.max(...teams.map(({ team }) => printable(team).length))
  const worth = jobs.filter(({ low, savings }) => low === true || (savings?.cores ?? 0) > 0)
  return [
    head,
    '',
    ...teams.map((team) => teamLine(team, width, currency)),
    ...(worth.length === 0 ? [] : ['']),
    ...worth.slice(0, MOST_JOBS).map((job) => jobLine(job, currency)),
    ...(worth.length > MOST_JOBS ? [`and ${worth.length - MOST_JOBS} more (--json)`] : []),
    '',
  ].join('\n')
}

function teamLine(
  { team, jobs, low, unknown, slots, idleSlots, savings }: TeamEfficiency,
  width: number,
  currency: string | null,
): string {
  const not = unknown === 0 ? '' : `, ${unknown} not known`
  const idle = idleSlots === 0 ? '' : `, ${idleSlots} more are idle`
  return `${printable(team).padEnd(width)}  ${low} of ${jobs} low${not}; ${slots} slots${idle}; could give back ${savingsText(savings, currency)}`
}

function jobLine(
  { job, cpu, memory, idleSlots, savings }: JobEfficiency,
  currency: string | null,
): string {
  const parts = [
    `CPU ${shareText(cpu.share)}`,
    `heap ${shareText(memory.share)}`,
    ...(idleSlots ? [`${idleSlots} idle slots`] : []),
  ]
  const back = savings
    ? `could give back ${savingsText(savings, currency)}`
    : 'what it could give back is known after a whole day'
  return `${printable(job)}: ${parts.join(', ')}; ${back}`
}

function savingsText({ cores, memoryBytes, perHour }: Savings, currency: string | null): string {
  const parts = [
    ...(cores === null ? [] : [`${cores.toFixed(1)} cores`]),
    ...(memoryBytes === null ? [] : [`${(memoryBytes / 2 ** 30).toFixed(1)} GiB of heap`]),
    ...(perHour === null ? [] : [`${perHour.toFixed(2)}${currency ? ` ${currency}` : ''} an hour`]),
  ]
  return parts.length === 0 ? 'nothing that is known' : parts.join(', ')
}

const percent = (share: number) => `${Math.round(100 * share)} %`
const shareText = (share: number | null) =>
  share === null ? 'not known' : `${percent(share)} at its peak`
