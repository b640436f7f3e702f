import type { ExceptionEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'

/**
 * What kind of fault an exception is. `task`: thrown by the job's own code or its connectors.
 * `lost`: a TaskManager went away. `slots`: nothing to run on. `echo`: the consequence of another
 * failure (partitions not found, cancellation, the coordinator's word that recovery is suppressed).
 */
export type FaultKind = 'task' | 'lost' | 'slots' | 'checkpoints' | 'echo'

const KINDS: readonly (readonly [FaultKind, RegExp])[] = [
  [
    'slots',
    /NoResourceAvailableException|Slot request bulk is not fulfillable|Could not acquire the minimum required resources/,
  ],
  [
    'lost',
    /Connection unexpectedly closed by remote task manager|Connecting to remote task manager .* has failed|RecipientUnreachableException|TaskManager with id .* is no longer reachable|heartbeat of TaskManager .* timed out|TaskExecutor .* (was lost|has disconnected)|The TaskExecutor is shutting down|Association with remote system|RemoteTransportException/i,
  ],
  ['checkpoints', /Exceeded checkpoint tolerable failure threshold|CheckpointException/],
  [
    'echo',
    /PartitionNotFoundException|CancelTaskException|TaskCancelledException|LocalTransportException|Disconnect from JobManager|The job master leader/,
  ],
]

/** The coordinator's last word repeats the failure that exhausted the restart strategy. */
const SUPPRESSED = /Recovery is suppressed by/

export function faultKind(
  exception: Pick<ExceptionEvent, 'name' | 'root' | 'message' | 'stack'>,
): FaultKind {
  if (SUPPRESSED.test(exception.stack.slice(0, 500)) || SUPPRESSED.test(exception.message))
    return 'echo'
  const text = `${exception.name}\n${exception.root}\n${exception.message}\n${exception.stack.slice(0, 20_000)}`
  return KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'task'
}

/** `Check refund (1/2)#3` or `Check refund (1/2) - execution #3` → `Check refund`. */
export function vertexNameOfTask(task: string): string {
  return task.replace(/ \(\d+\/\d+\).*$/s, '')
}

/** The vertex an exception names, when the graph knows it. */
export function vertexOfException(facts: JobFacts, exception: ExceptionEvent): string | undefined {
  if (exception.task === undefined) return undefined
  const name = vertexNameOfTask(exception.task)
  return facts.topology?.vertices.find((vertex) => vertex.name === name)?.id
}

/**
 * The first fault: in a restart loop the newest exceptions are effects of the loop; the useful one
 * is the first of the job's own failures after the last completed checkpoint.
 */
export function firstFault<F extends ExceptionEvent>(
  failures: readonly F[],
  facts: JobFacts,
  kind: FaultKind = 'task',
): F | undefined {
  const lastCompleted = lastCompletedAt(facts)
  const own = failures.filter((exception) => faultKind(exception) === kind)
  return own.find((exception) => exception.at >= lastCompleted) ?? own.at(-1)
}

/** When the last completed checkpoint was triggered; where nobody asks for the history, when logs say that it ended. */
function lastCompletedAt({ checkpoints, logs }: JobFacts): number {
  const completed = checkpoints.filter(({ state }) => state === 'completed')
  if (completed.length > 0) return Math.max(...completed.map(({ triggeredAt }) => triggeredAt))
  return logs?.lines.findLast(({ line }) => line.signature === 'cp-completed')?.at ?? 0
}
