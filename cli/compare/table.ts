import type {
  ComparedMeasure,
  ComparedUnit,
  MeasuredEstimate,
  RunComparison,
} from '../../core/api/compare.ts'
import { printable } from '../gate/report.ts'
import { type Io, paint } from '../io.ts'

/** A comparison as lines for a terminal: what changed, whether the load was the same, and what differs. */
export function comparisonText(io: Io, comparison: RunComparison): string {
  const { job, run, with: other, load } = comparison
  const lines = [
    `${paint(io, 'bold', printable(job))}: run ${headOf(run)} beside run ${headOf(other)}`,
    ...changeLines(comparison),
    paint(io, load.comparable ? 'green' : 'yellow', printable(load.reason)),
  ]
  if (load.comparable) lines.push('', ...measureLines(io, comparison.measures))
  return `${lines.join('\n')}\n`
}

function headOf({ run, flinkVersion }: RunComparison['run']): string {
  const version = flinkVersion === null ? '' : ` (Flink ${printable(flinkVersion)})`
  return `${printable(run).slice(0, 8)}${version}`
}

function changeLines({ changes, unknownChanges }: RunComparison): readonly string[] {
  const told = changes.map(
    ({ what, name, from, to }) => `  ${what} ${printable(name)}: ${shown(from)} → ${shown(to)}`,
  )
  const none = told.length === 0 ? ['  nothing in the specification that was told'] : told
  const missing =
    unknownChanges.length === 0 ? [] : [`  not told of one of them: ${unknownChanges.join(', ')}`]
  return ['Changed:', ...none, ...missing]
}

const shown = (value: string | null) => (value === null ? 'not there' : printable(value))

const words: Readonly<Record<ComparedMeasure['answer'], string>> = {
  ...{ higher: 'higher', lower: 'lower', same: 'same', unknown: '?' },
}
const colours = { higher: 'yellow', lower: 'yellow', same: 'green', unknown: 'gray' } as const

function measureLines(io: Io, measures: readonly ComparedMeasure[]): readonly string[] {
  const rows = measures.map((one) => [
    `${one.name}${one.vertex === null ? '' : `, ${printable(one.vertex).slice(0, 40)}`}`,
    estimateText(one.run, one.unit),
    estimateText(one.with, one.unit),
    words[one.answer],
    one.answer === 'unknown' ? printable(one.because) : '',
  ])
  const table = [['', 'this run', 'the other', '', ''], ...rows]
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...table.map((row) => [...(row[column] ?? '')].length)),
  )
  return table.map((row, index) => {
    const answer = measures[index - 1]?.answer
    const cells = row.map((cell, column) => {
      const padded = cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length))
      return column === 3 && answer ? paint(io, colours[answer], padded) : padded
    })
    return cells.join('  ').trimEnd()
  })
}

function estimateText(estimate: MeasuredEstimate | null, unit: ComparedUnit): string {
  if (!estimate) return '-'
  const { mean, low, high } = estimate
  return `${number(mean, unit)} (${number(Math.max(0, low), unit)} … ${number(high, unit)})`
}

function number(value: number, unit: ComparedUnit): string {
  switch (unit) {
    case 'ratio':
      return `${Math.round(value * 1000) / 10} %`
    case 'perSecond':
      return `${brief(value)}/s`
    case 'ms':
      return value < 10_000 ? `${Math.round(value)} ms` : `${brief(value / 1000)} s`
    case 'bytes':
      return value < 2 ** 20 ? `${brief(value / 1024)} KiB` : `${brief(value / 2 ** 20)} MiB`
    case 'cores':
    case 'points':
      return brief(value)
  }
}

const brief = (value: number) =>
  Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
