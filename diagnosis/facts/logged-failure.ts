import { innermost } from '../../core/flink/rest/exceptions.ts'
import type { LoggedFailure } from '../../core/model/facts.ts'
import type { ToldLine } from '../../core/model/logs.ts'

/**
 * A failed task, as its TaskManager (`Task.transitionState`: `Check (1/2)#3 (…) switched from RUNNING to FAILED with
 * failure cause:`) and the JobManager (`Execution.transitionState`: `… to FAILED on tm-1 @ host (dataPort=1).`) tell it. The
 * parentheses hold execution graph, vertex, subtask and attempt (ExecutionAttemptID, since 1.15).
 */
export const FAILED_TASK =
  /^(?<task>.{1,500} \(\d{1,6}\/\d{1,6}\))(?:#\d{1,9})? \([0-9a-f]{32}_(?<vertex>[0-9a-f]{32})_\d{1,9}_(?<attempt>\d{1,9})\) switched from \w{1,20} to FAILED\b(?: on (?<host>\S{1,200}) @ )?/

/** The failure that a line tells, in the words of the exception history; undefined when it tells none, or not why. */
export function failureOf(
  told: ToldLine,
  about: { readonly job: string; readonly run: string },
): LoggedFailure | undefined {
  const { at, owner, file, offset, line } = told
  const { exception, stack = '' } = line
  const groups = exception === undefined ? undefined : FAILED_TASK.exec(line.message)?.groups
  if (!groups || exception === undefined) return undefined
  const cause = innermost(stack)
  const taskmanager = groups.host ?? told.taskmanager
  return {
    ...{ type: 'exception', at, ...about, name: exception },
    ...{ root: cause.name || exception, message: cause.message, stack },
    task: `${groups.task} - execution #${groups.attempt}`,
    ...(taskmanager !== undefined && { taskmanager }),
    line: { owner, at, file, offset },
  }
}
