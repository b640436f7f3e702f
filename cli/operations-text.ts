import type { OperationsChange, OperationsJob, OperationsStatus } from '../core/api/operations.ts'
import { printable, printableWhole } from './answer-text.ts'
import { type Io, paint } from './io.ts'

const stateStyle: Readonly<Record<OperationsChange['state'], 'green' | 'yellow' | 'red' | 'gray'>> =
  {
    intended: 'yellow',
    applied: 'yellow',
    settling: 'yellow',
    'taking-back': 'yellow',
    verified: 'green',
    unproven: 'gray',
    'taken-back': 'red',
    left: 'gray',
    failed: 'red',
  }

const outcomeText: Readonly<Record<OperationsJob['outcome'], string>> = {
  quiet: 'nothing is advised',
  refused: 'not now',
  suggested: 'suggested; this is for people to do',
  printed: 'the command is',
  'dry-run': 'would be done now',
  applied: 'done',
  'under-way': 'a change is not settled yet',
  error: 'not known',
}

/** What operations did, does and would do, jobs with something to say first. */
export function operationsText(io: Io, status: OperationsStatus): string {
  const { jobs, changes, trouble, dryRun } = status
  const head = [
    ...(trouble === null
      ? []
      : [paint(io, 'red', `Diagnosis could not be asked: ${printable(trouble)}`)]),
    ...(dryRun ? ['Nothing is changed: this is a dry run.'] : []),
  ]
  const quiet = jobs.filter(hasNothing)
  const telling = jobs.filter((job) => !hasNothing(job)).flatMap((job) => jobLines(io, job))
  const rest =
    jobs.length === 0
      ? ['No job is known yet, or the mode of all of them is off.']
      : quiet.length === 0
        ? []
        : [`${quiet.length} more without advice.`]
  const done =
    changes.length === 0
      ? []
      : ['', 'Changes, newest first', ...changes.flatMap((one) => changeLines(io, one))]
  return `${[...head, ...telling, ...rest, ...done].join('\n')}\n`
}

const hasNothing = ({ outcome, abstained, otherAdvice }: OperationsJob) =>
  outcome === 'quiet' && abstained.length === 0 && otherAdvice.length === 0

function jobLines(
  io: Io,
  { job, mode, way, outcome, answers, abstained, otherAdvice, command, trouble }: OperationsJob,
): readonly string[] {
  return [
    `${paint(io, 'bold', printable(job))}  ${mode} by ${way}: ${outcomeText[outcome]}`,
    ...(trouble === null ? [] : [`  ${printable(trouble)}`]),
    ...answers.map(({ name, from, to, refused, note }) => {
      const why = refused === null ? (note ?? '') : refused.reason
      return `  ${printable(name)} ${from} → ${to}${why === '' ? '' : `: ${printable(why)}`}`
    }),
    ...abstained.map(
      ({ name, reason }) => `  no size for ${printable(name)}: ${printable(reason)}`,
    ),
    ...otherAdvice.map(
      ({ kind, name }) =>
        `  ${printable(kind)} of ${printable(name)} is advised, and left to people`,
    ),
    ...(command === null ? [] : [`  ${printableWhole(command)}`]),
  ]
}

function changeLines(
  io: Io,
  { job, at, change, state, because }: OperationsChange,
): readonly string[] {
  const when = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
  const word = paint(io, stateStyle[state], state)
  return [
    `  ${when}  ${printable(job)}  ${printable(change)}  ${word}`,
    ...(because === null ? [] : [`      ${printable(because)}`]),
  ]
}
