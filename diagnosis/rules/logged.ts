import type { LoggedFacts } from '../../core/model/facts.ts'
import type { Evidence } from '../../core/model/finding.ts'
import type { LogPlace, ToldLine } from '../../core/model/logs.ts'
import type { Need } from '../engine/rule.ts'
import { firstLoggedFault } from '../signals/logged.ts'
import { firstLine } from './words.ts'

/** What the logs of the job's processes tell. */
export const logged: Need<LoggedFacts> = {
  missing: 'logs of its processes (weir log-service)',
  read: ({ facts }) => facts.logs,
}

/** The place of the line that tells it, for whoever wants to read on. */
export function at(line: LogPlace | undefined): Pick<Evidence, 'line'> {
  if (!line) return {}
  const { owner, at: moment, file, offset } = line
  return { line: { owner, at: moment, file, offset } }
}

/** A line as evidence; none where there is none. */
export function lineEvidence(label: string, told: ToldLine | undefined): readonly Evidence[] {
  return told ? [{ label, unit: 'text', observed: wordsOf(told), ...at(told) }] : []
}

/** The first fault that the logs tell before this moment, as evidence. */
export function faultEvidence(
  view: Parameters<Need<unknown>['read']>[0],
  failedAt?: number,
): readonly Evidence[] {
  const fault = firstLoggedFault(view.facts, failedAt)
  // An exception that nobody knows may have nothing to do with it.
  if (!fault || fault.basis === 'unknown') return []
  return lineEvidence('first fault in the logs', fault.told)
}

/** Who said it, what, and the innermost exception below it. */
export function wordsOf({ pod, line: { message, stack = '' } }: ToldLine): string {
  const cause = stack
    .match(/^Caused by: .*$/gm)
    ?.at(-1)
    ?.slice('Caused by: '.length)
  const below = firstLine(cause ?? stack)
  return `${pod}: ${firstLine(message)}${below === '' ? '' : ` · ${below}`}`
}
