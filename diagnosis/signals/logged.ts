import { type FirstFault, firstFault } from '../../core/logs/first-fault.ts'
import type { ExceptionEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import type { LogLine, LogPlace, ToldLine } from '../../core/model/logs.ts'
import { vertexNameOfTask } from './failures.ts'
import { oncePerFacts } from './once.ts'

/** A failure of the job: told by the exception history, by a line of a log, or by both. */
export interface Failure extends ExceptionEvent {
  readonly line?: LogPlace
}

/** Words on one failure by different processes lie no farther apart. */
const SAME_MS = 10_000
/** Tasks that fail at the same moment are one failure: the first of them speaks. */
const TOGETHER_MS = 1_000

/**
 * The failures of the history, each with the line that tells it, too; and those that only logs tell, because nobody
 * asks for the history, its JobManager went away with it, or it was cut. Oldest first.
 */
export const failuresOf: (facts: JobFacts) => readonly Failure[] = (facts) =>
  facts.logs && facts.logs.failures.length > 0 ? told(facts, '') : facts.exceptions

const told = oncePerFacts(({ exceptions, logs }): readonly Failure[] => {
  const logged = logs?.failures ?? []
  const withLines = exceptions.map((exception): Failure => {
    const [line] = logged
      .filter((one) => Math.abs(one.at - exception.at) <= SAME_MS && isAlike(one, exception))
      .sort((a, b) => Math.abs(a.at - exception.at) - Math.abs(b.at - exception.at))
    return line ? { ...exception, line: line.line } : exception
  })
  const untold = logged.filter((one) =>
    exceptions.every(({ at }) => Math.abs(at - one.at) > SAME_MS),
  )
  const apart = untold.filter((one, index) => {
    const before = untold[index - 1]
    return before === undefined || one.at - before.at > TOGETHER_MS
  })
  return [...withLines, ...apart].sort((a, b) => a.at - b.at)
})

function isAlike(a: ExceptionEvent, b: ExceptionEvent): boolean {
  if (a.root === b.root) return true
  return (
    a.task !== undefined &&
    b.task !== undefined &&
    vertexNameOfTask(a.task) === vertexNameOfTask(b.task)
  )
}

/** A line with what tells which fault came first. */
type Weighed = LogLine & { readonly told: ToldLine }

/** The first fault that the lines tell before the job failed, or before the newest line; undefined where none does. */
export function firstLoggedFault(
  facts: JobFacts,
  failedAt?: number,
): (Pick<FirstFault<Weighed>, 'basis'> & { readonly told: ToldLine }) | undefined {
  const lines = (facts.logs?.lines ?? []).map((one): Weighed => ({ ...one.line, told: one }))
  const fault = failedAt === undefined ? firstFault(lines) : firstFault(lines, failedAt)
  return fault && { basis: fault.basis, told: fault.line.told }
}

/** The newest line with one of these signatures, no older than `since`, that says all of these words. */
export function loggedLine(
  { logs }: JobFacts,
  signatures: readonly string[],
  { since = 0, words = [] }: { readonly since?: number; readonly words?: readonly string[] } = {},
): ToldLine | undefined {
  return logs?.lines.findLast(
    ({ at, line: { signature, message, stack = '' } }) =>
      at >= since &&
      signature !== undefined &&
      signatures.includes(signature) &&
      words.every((word) => message.includes(word) || stack.includes(word)),
  )
}
