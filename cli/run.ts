import process from 'node:process'
import { messageOf, UsageError, WeirError } from '../core/kit/errors.ts'
import { createScope, type Scope } from '../core/kit/scope.ts'
import type { Io } from './io.ts'

/** 0 done or pass, 1 failed, 2 usage or configuration, 3 unknown. */
export type ExitCode = 0 | 1 | 2 | 3

const CLOSE_WITHIN_MS = 10_000

/**
 * Runs a command in a scope: the first SIGINT or SIGTERM closes it, a second one kills. Errors become
 * one sentence on standard error. Sets the exit code and lets the process end by itself.
 */
export async function runCommand(
  io: Io,
  command: (scope: Scope) => Promise<ExitCode>,
): Promise<void> {
  const scope = createScope()
  const stop = () => {
    process.once('SIGINT', kill).once('SIGTERM', kill)
    void close()
  }
  const kill = () => process.exit(130)
  const close = async () => {
    const stragglers = await scope.close(CLOSE_WITHIN_MS)
    if (stragglers.length === 0) return
    io.err(`These did not stop in time: ${stragglers.join(', ')}.\n`)
    process.exit(1)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  let code: ExitCode
  try {
    code = await command(scope)
  } catch (error) {
    code = scope.signal.aborted ? 0 : exitCodeOf(error)
    if (!scope.signal.aborted) io.err(`${sentenceOf(error)}\n`)
  }
  await close()
  process.exitCode = code
  // A native query or a socket of somebody else must not keep a finished command alive.
  setTimeout(() => process.exit(code), 500).unref()
}

/** For commands that serve: resolves when the scope begins to close. */
export function untilClosed({ signal }: Scope): Promise<ExitCode> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(0)
    signal.addEventListener('abort', () => resolve(0), { once: true })
  })
}

function exitCodeOf(error: unknown): ExitCode {
  return error instanceof UsageError ||
    (error instanceof WeirError && error.code.startsWith('config'))
    ? 2
    : 1
}

/** Ours speak for themselves; a bug shows where it is. */
function sentenceOf(error: unknown): string {
  if (error instanceof WeirError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
}
