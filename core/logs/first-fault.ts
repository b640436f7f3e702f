import type { LogLevel } from '../model/logs.ts'
import { signatureOf } from './signatures/known.ts'

/** What is needed of a line to tell which fault came first; LogLine has it all. */
export interface FaultLine {
  /** Epoch ms. */
  readonly at: number
  readonly level?: LogLevel
  readonly signature?: string
  readonly exception?: string
  /** First frame of the job's own code. */
  readonly frame?: string
  readonly message: string
}

/**
 * What a line is in the course of a failure: the fault that came first, an echo of it, or noise. `fault` is
 * one that came later, or one of which nobody knows whether it matters.
 */
export type FaultRole = 'first' | 'fault' | 'echo' | 'noise'

/**
 * What makes a line a fault: a known cause, an exception of the job's own code, a known echo whose cause left
 * no line (a process that was killed writes nothing), or an exception that nobody knows.
 */
export type FaultBasis = 'cause' | 'job-code' | 'echo' | 'unknown'

export interface FirstFault<Line extends FaultLine> {
  readonly line: Line
  readonly basis: FaultBasis
  /** When the last checkpoint before it completed, epoch ms; undefined where no line says so. */
  readonly checkpointAt: number | undefined
}

/** Clocks of the processes of one job differ; a checkpoint's end may carry a later time than what followed. */
const clockSkewMs = 2_000

/** How long before a failure its cause may have been seen. */
const causeWithinMs = 120_000

/** What says more comes first; of one rank the earliest counts. */
const ranks: readonly (readonly FaultBasis[])[] = [['cause', 'job-code'], ['echo'], ['unknown']]

/**
 * The first fault after the last checkpoint that completed before the failure: the earliest known cause or
 * exception of the job's code in the lines of all processes, else the earliest echo, else the earliest
 * exception. The failure is the
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
  for (const rank of ranks) {
    for (const line of window) {
      const basis = basisOf(line)
      if (basis !== 'noise' && rank.includes(basis)) return { line, basis, checkpointAt }
    }
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
    if (basis === 'noise' || basis === 'echo') return basis
    // The same again, or what follows from it: the first fault speaks for it.
    const again =
      first !== undefined &&
      line.at >= first.at &&
      line.signature === first.signature &&
      line.exception === first.exception
    return basis === 'unknown' || again ? 'echo' : 'fault'
  })
}

function basisOf({ signature, exception, frame, level }: FaultLine): FaultBasis | 'noise' {
  const role = signature === undefined ? undefined : signatureOf(signature)?.role
  if (role === 'cause') return 'cause'
  // Flink tells failures of tasks with WARN; what it only passes on, with INFO.
  const grave = level === undefined || level === 'WARN' || level === 'ERROR' || level === 'FATAL'
  if (exception !== undefined && frame !== undefined && grave) return 'job-code'
  if (role !== undefined) return role
  return exception !== undefined && grave ? 'unknown' : 'noise'
}

function lastFailureAt(lines: readonly FaultLine[]): number {
  // Its signature may be that of the exception below it.
  const failures = lines.filter(({ message }) => isFailure(message))
  const at = (failures.length > 0 ? failures : lines).map((line) => line.at)
  return at.reduce((latest, each) => Math.max(latest, each), Number.NEGATIVE_INFINITY)
}

function isFailure(message: string): boolean {
  return /^Job .{1,500} switched from state RUNNING to (?:FAILING|RESTARTING|FAILED)\b/.test(
    message,
  )
}

function lastCheckpointAt(lines: readonly FaultLine[], before: number): number | undefined {
  return lines.findLast(({ at, signature }) => signature === 'cp-completed' && at <= before)?.at
}
