import { z } from 'zod'
import type { ExceptionEvent } from '../../model/events.ts'

/**
 * `GET /jobs/:id/exceptions` (JobExceptionsHandler), newest first. 1.x adds `root-exception` and
 * others at the top level, deprecated and not read; the host's field changed names twice.
 */
export const Exceptions = z.object({
  exceptionHistory: z.object({
    entries: z.array(
      z.object({
        exceptionName: z.string(),
        stacktrace: z.string(),
        timestamp: z.number(),
        taskName: z.string().nullish(),
        taskManagerId: z.string().nullish(),
      }),
    ),
  }),
})
export type Exceptions = z.output<typeof Exceptions>

const STACK_LIMIT = 20_000
const TEXT_LIMIT = 2_000

/** The history as events, oldest first; `at` is when Flink says that it happened. */
export function exceptionEvents(
  { exceptionHistory }: Exceptions,
  about: { readonly job: string; readonly run: string },
): readonly ExceptionEvent[] {
  return [...exceptionHistory.entries].reverse().map((entry) => {
    const cause = innermost(entry.stacktrace)
    return {
      type: 'exception',
      at: entry.timestamp,
      ...about,
      name: entry.exceptionName.slice(0, TEXT_LIMIT),
      root: (cause.name || entry.exceptionName).slice(0, TEXT_LIMIT),
      message: cause.message.slice(0, TEXT_LIMIT),
      stack: entry.stacktrace.slice(0, STACK_LIMIT),
      ...(entry.taskName ? { task: entry.taskName } : {}),
      ...(entry.taskManagerId ? { taskmanager: entry.taskManagerId } : {}),
    }
  })
}

/** Class and message of the last `Caused by:` of a Java stack trace, else of its first line. */
export function innermost(stack: string): { readonly name: string; readonly message: string } {
  const last = [...stack.matchAll(/^Caused by: (.*)$/gm)].at(-1)?.[1]
  const line = last ?? stack.split('\n', 1)[0] ?? ''
  const match = /^([\w.$]+)(?:: (.*))?$/s.exec(line)
  return { name: match?.[1] ?? '', message: match?.[2] ?? (match ? '' : line) }
}
