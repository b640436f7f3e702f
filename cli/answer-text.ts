import type { Advice, Finding } from '../core/model/finding.ts'
import type { Diagnosis } from '../diagnosis/engine/diagnosis.ts'
import { type Io, paint } from './io.ts'

const verdictStyle = {
  healthy: 'green',
  degraded: 'yellow',
  unhealthy: 'red',
  unknown: 'gray',
} as const
const severityMark = { crit: '◆', major: '▲', minor: '△', info: '·' } as const

/** The answer of `weir diagnose`, sickest job first. */
export function answerText(io: Io, diagnoses: readonly Diagnosis[]): string {
  if (diagnoses.length === 0)
    return 'The cluster answers, but runs no job. Nothing is known to be wrong.\n'
  const order = { unhealthy: 0, unknown: 1, degraded: 2, healthy: 3 }
  const sorted = [...diagnoses].sort(
    (a, b) =>
      order[a.score.verdict] - order[b.score.verdict] ||
      (a.score.value ?? 0) - (b.score.value ?? 0),
  )
  return `${sorted.map((diagnosis) => jobText(io, diagnosis)).join('\n')}`
}

function jobText(io: Io, { job, run, score, findings, advice, abstained }: Diagnosis): string {
  const value = score.value === null ? '–' : score.value.toFixed(1)
  const head = `${paint(io, ['bold', verdictStyle[score.verdict]], value.padStart(4))}  ${paint(io, 'bold', printable(job))}  ${paint(io, verdictStyle[score.verdict], score.verdict)}  ${run?.state ?? ''}`
  const lines = [head]
  if (score.value === null) lines.push(`      ${score.missing[0] ?? 'too little is known'}`)
  const open = findings.filter((finding) => finding.state === 'open')
  for (const cause of open.filter((finding) => finding.cause))
    lines.push(...causeLines(io, cause, open))
  for (const one of advice) lines.push(...adviceLines(io, one))
  for (const { target, reason } of abstained)
    lines.push(`      No change advised at ${printable(target.name)}: ${reason}.`)
  if (open.length === 0 && score.value !== null) {
    lines.push(
      `      Nothing found; ${Math.round(score.coverage * 100)} % of the rules could be answered.`,
    )
  }
  return `${lines.join('\n')}\n`
}

function causeLines(io: Io, cause: Finding, open: readonly Finding[]): string[] {
  const consequences = open.filter((finding) => finding.explainedBy === cause.key)
  const unknown = cause.toldApart
    .filter(({ answer }) => answer === 'unknown')
    .map(({ rule }) => rule)
  return [
    `   ${paint(io, cause.severity === 'crit' ? 'red' : 'yellow', severityMark[cause.severity])}  ${printable(cause.message.text)}`,
    `      ${paint(io, 'dim', `${cause.rule}, −${cause.points.toFixed(1)}, confidence ${cause.confidence.value.toFixed(2)}${unknown.length > 0 ? `, not ruled out: ${unknown.join(', ')}` : ''}`)}`,
    ...consequences.map((finding) => `      consequence: ${printable(finding.message.text)}`),
    ...cause.suggestions.slice(0, 1).map(({ text }) => `      ${printable(text)}`),
  ]
}

function adviceLines(
  io: Io,
  { kind, target, from, to, low, high, unit, basis, warnings, patch, alternatives = [] }: Advice,
): string[] {
  const size = (value: number) =>
    unit === 'bytes' ? `${Math.round(value / 2 ** 20)} MiB` : String(value)
  return [
    `   ${paint(io, 'cyan', '→')}  ${kind} of ${printable(target.name)}: ${size(from)} → ${paint(io, 'bold', size(to))} (${size(low)} to ${size(high)})`,
    `      ${basis}`,
    ...warnings.map((warning) => `      ${warning}`),
    ...[patch, ...alternatives].flatMap(({ text }) =>
      text.split('\n').map((line) => `        ${paint(io, 'dim', printable(line))}`),
    ),
  ]
}

/** Names and messages come from outside: control characters must not steer a terminal. */
export function printable(text: string): string {
  const cut = text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text
  return printableWhole(cut)
}

/** The same for what is of no use in part. */
export function printableWhole(text: string): string {
  return text.replace(
    /\p{Cc}|\p{Cf}/gu,
    (char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  )
}
