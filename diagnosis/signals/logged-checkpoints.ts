import type { CheckpointEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import type { LogPlace, ToldLine } from '../../core/model/logs.ts'

/** A checkpoint that came to its end, as far as the history or the JobManager's log tells it. */
export interface EndedCheckpoint
  extends Pick<
    CheckpointEvent,
    'at' | 'run' | 'id' | 'state' | 'triggeredAt' | 'acknowledged' | 'subtasks' | 'tasks'
  > {
  /** How long it took; of one that failed logs do not tell it. */
  readonly endToEndMs?: number
  readonly failure?: string
  readonly line?: LogPlace
}

/** CheckpointCoordinator: `Completed checkpoint 7 for job 0123… (2048 bytes, checkpointDuration=12 ms, finalizationTime=1 ms).` */
const COMPLETED =
  /^Completed checkpoint (\d{1,20}) for job [0-9a-f]{32} \(\d{1,20} bytes, checkpointDuration=(\d{1,20}) ms/
/** CheckpointFailureManager, the reason in the exception below. */
const FAILED = /^Failed to trigger or complete checkpoint (\d{1,20}) for job [0-9a-f]{32}/

/**
 * The checkpoints that ended, oldest first: of the history, each that failed with the line that tells it; of the logs
 * alone where the history has none. Undefined when neither is there.
 */
export function endedCheckpoints(
  facts: JobFacts,
  isHistoryAsked: boolean,
): readonly EndedCheckpoint[] | undefined {
  const lines = facts.logs?.lines ?? []
  if (facts.checkpoints.length === 0) {
    if (facts.logs) return lines.flatMap((line) => endedOf(line) ?? [])
    return isHistoryAsked ? [] : undefined
  }
  const told = facts.checkpoints.filter(({ state }) => state !== 'in-progress')
  return told.map((checkpoint) => {
    if (checkpoint.state !== 'failed') return checkpoint
    const id = String(checkpoint.id)
    const line = lines.find(({ line: { message } }) => FAILED.exec(message)?.[1] === id)
    return line ? { ...checkpoint, line } : checkpoint
  })
}

function endedOf(told: ToldLine): EndedCheckpoint | undefined {
  const { at, line } = told
  const about = { at, run: '', acknowledged: 0, subtasks: 0, tasks: [] }
  const [, done, took] = COMPLETED.exec(line.message) ?? []
  if (done !== undefined) {
    const endToEndMs = Number(took)
    const moments = { triggeredAt: at - endToEndMs, endToEndMs }
    return { ...about, ...moments, id: Number(done), state: 'completed' }
  }
  const [, failed] = FAILED.exec(line.message) ?? []
  if (failed === undefined) return undefined
  const reasons = (line.stack ?? '').match(/^(?!\s+at ).{1,1000}/gm) ?? []
  const failure = reasons.join(' ').replace(/^[\w.$]{1,300}CheckpointException: /, '')
  return { ...about, triggeredAt: at, id: Number(failed), state: 'failed', failure, line: told }
}
