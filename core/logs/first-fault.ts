import type { LogLevel } from '../model/logs.ts'
import { signatureOf } from './signatures/known.ts'
import type { Role } from './signatures/signature.ts'

/** What is needed of a line to tell which fault came first; LogLine has it all. */
export interface FaultLine {
  /** Epoch ms. */
  readonly at: number
  readonly level?: LogLevel
  readonly signature?: string
  readonly exception?: string
  readonly message: string
}

/**
 * What a line is in the course of a failure: the fault that came first, an echo of it, or noise. `fault` is
 * one that came later, or one of which nobody knows whether it matters.
 */
export type FaultRole = 'first' | 'fault' | 'echo' | 'noise'

export interface FirstFault<Line extends FaultLine> {
  readonly line: Line
  /** How sure it is: a known cause, a known echo whose cause left no line, or an exception that is not known. */
  readonly basis: Role | 'unknown'
  /** When the last checkpoint before it completed, epoch ms; undefined where no line says so. */
  readonly checkpointAt: number | undefined
}

/** Clocks of the processes of one job differ; a checkpoint's end may carry a later time than what followed. */
const clockSkewMs = 2_000

/** How long before a failure its cause may have been seen. */
const causeWithinMs = 120_000

/**
 * The first fault after the last checkpoint that completed before the failure: the earliest known cause in
 * the lines of all processes, else the earliest echo of one, else the earliest exception. The failure is the
 * last switch of the job to FAILING, RESTARTING or FAILED, or `failedAt`; without either the lines' end.
 */
export function firstFault<Line extends FaultLine>(
  lines: readonly Line[],
  failedAt = lastFailureAt(lines),
): FirstFault<Line> | undefined {
  const ordered = [...lines].sort((a, b) => a.at - b.at)
  const checkpointAt = lastCheckpointAt(ordered, failedAt)
  const from = Math.max(checkpointAt ?? Number.NEGATIVE_INFINITY, failedAt - causeWithinMs)
  const window = ordered.filter(({ at }) => at >= from && at <= failedAt + clockSkewMs)
  for (const basis of ['cause', 'echo', 'unknown'] as const) {
    const line = window.find((candidate) => basisOf(candidate) === basis)
    if (line !== undefined) return { line, basis, checkpointAt }
  }
  return undefined
}

/** The role of each line, in the order of `lines`, once it is known which fault came first. */
export function rolesOf<Line extends FaultLine>(
  lines: readonly Line[],
  first = firstFault(lines)?.line,
): readonly FaultRole[] {
  return lines.map((line) => {
    if (line === first) return 'first'
    const basis = basisOf(line)
    if (basis === undefined || basis === 'noise') return 'noise'
    if (basis === 'echo') return 'echo'
    // The same again, or what follows from it: the first fault speaks for it.
    const sameAgain =
      first !== undefined && line.signature === first.signature && line.at >= first.at
    return basis === 'unknown' || sameAgain ? 'echo' : 'fault'
  })
}

function basisOf({ signature, exception, level }: FaultLine): Role | 'unknown' | undefined {
  const known = signature === undefined ? undefined : signatureOf(signature)
  if (known !== undefined) return known.role
  const grave = level === undefined || level === 'WARN' || level === 'ERROR' || level === 'FATAL'
  return exception !== undefined && grave ? 'unknown' : undefined
}

function lastFailureAt(lines: readonly FaultLine[]): number {
  const failures = lines.filter(
    ({ signature, message }) => signature === 'job-state' && isFailure(message),
  )
  const at = (failures.length > 0 ? failures : lines).map((line) => line.at)
  return at.reduce((latest, each) => Math.max(latest, each), Number.NEGATIVE_INFINITY)
}

function isFailure(message: string): boolean {
  return /switched from state RUNNING to (?:FAILING|RESTARTING|FAILED)\b/.test(message)
}

function lastCheckpointAt(lines: readonly FaultLine[], before: number): number | undefined {
  return lines.findLast(({ at, signature }) => signature === 'cp-completed' && at <= before)?.at
}
