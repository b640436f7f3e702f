import type { RunEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'

/** What a restart of this job has cost, as measured. */
export interface MeasuredRestarts {
  readonly count: number
  /** The longest time between leaving RUNNING and being RUNNING again. */
  readonly longestMs: number
}

/** Restarts of the newest run that came back; undefined where none was seen. */
export function measuredRestarts(facts: JobFacts): MeasuredRestarts | undefined {
  const run = facts.runs.at(-1)?.run
  const gaps = restartGaps(facts.runs.filter((event) => event.run === run))
  return gaps.length === 0 ? undefined : { count: gaps.length, longestMs: Math.max(...gaps) }
}

/** How long one run was away each time that it came back, ms. */
export function restartGaps(words: readonly RunEvent[]): readonly number[] {
  const gaps: number[] = []
  let leftAt: number | undefined
  for (const { since, state } of words) {
    if (state === 'RUNNING') {
      if (leftAt !== undefined && since > leftAt) gaps.push(since - leftAt)
      leftAt = undefined
    } else if (state === 'RESTARTING' || state === 'FAILING') leftAt ??= since
    else leftAt = undefined
  }
  return gaps
}

/** How long the backlog of a stop is worked off afterwards; undefined when capacity does not pass demand. */
export function drainMs(
  stopMs: number,
  lagRecords: number,
  demandPerSecond: number,
  capacityPerSecond: number,
): number | undefined {
  const spare = capacityPerSecond - demandPerSecond
  if (spare <= 0) return undefined
  return ((lagRecords + (demandPerSecond * stopMs) / 1000) / spare) * 1000
}

/** Ages of the newest attempt of a vertex: since when it runs, and whether it had run before. */
export function attemptOf(
  facts: JobFacts,
  vertex: string,
): { readonly startedAt: number; readonly restarted: boolean } | undefined {
  const tasks = facts.placements.findLast((placement) => placement.vertex === vertex)?.tasks ?? []
  if (tasks.length === 0) return undefined
  return {
    startedAt: Math.max(...tasks.map(({ startedAt }) => startedAt)),
    restarted: tasks.some(({ attempt }) => attempt > 0),
  }
}
