import { restartSecondsOf } from './capacity.ts'
import type { PendingScaleDown } from './delay.ts'
import { evaluate, evaluateGlobal, type Reading, type ScaledVertex } from './evaluate.ts'
import type { ScalingRecord } from './history.ts'
import { decideJob, type JobContext, type JobDecision } from './job.ts'
import type { AutoscalerOptions, Release } from './options.ts'

/** What the autoscaler remembers of a job between its rounds. */
export interface AutoscalerState {
  readonly readings: readonly Reading[]
  readonly pending: Readonly<Record<string, PendingScaleDown>>
  readonly history: Readonly<Record<string, readonly ScalingRecord[]>>
  readonly trackedRestartSeconds: readonly number[]
}

export const NOTHING_SEEN: AutoscalerState = {
  readings: [],
  pending: {},
  history: {},
  trackedRestartSeconds: [],
}

/** One moment of the control loop. */
export interface Round {
  readonly reading: Reading
  readonly vertices: readonly ScaledVertex[]
  /** Since when the job runs; a later start than the first reading wipes the history. */
  readonly runningSince: number
  readonly taskManager: JobContext['taskManager']
}

/**
 * Readings that are kept, and whether the window is full: it is when the first one after stabilisation is as old as
 * the window; then older ones go (ScalingMetricCollector.collect).
 */
export function collect(
  kept: readonly Reading[],
  reading: Reading,
  runningSince: number,
  options: Pick<AutoscalerOptions, 'stabilizationMs' | 'metricsWindowMs'>,
): { readonly readings: readonly Reading[]; readonly full: boolean } {
  const first = kept[0]
  const restarted = first !== undefined && runningSince > first.at
  const earlier = restarted ? [] : kept
  const stableAt = runningSince + options.stabilizationMs
  const firstStable = earlier.find(({ at }) => at >= stableAt)
  const readings = [...earlier, reading]
  const full = firstStable !== undefined && reading.at >= firstStable.at + options.metricsWindowMs
  if (!full) return { readings, full }
  const from = reading.at - options.metricsWindowMs
  return { readings: readings.filter(({ at }) => at >= from), full }
}

/** One round: a reading comes in, a decision goes out, or none while the window is not full. */
export function autoscalerRound(
  state: AutoscalerState,
  round: Round,
  options: AutoscalerOptions,
  release: Release,
): { readonly state: AutoscalerState; readonly decision: JobDecision | undefined } {
  const { readings, full } = collect(state.readings, round.reading, round.runningSince, options)
  if (!full || readings.length < 2) return { state: { ...state, readings }, decision: undefined }
  const restartSeconds = restartSecondsOf(options, state.trackedRestartSeconds)
  const { vertices, taskManager } = round
  const evaluated = evaluate({ vertices, readings }, options, release, restartSeconds)
  const decision = decideJob(evaluated, {
    ...{ options, release, restartSeconds, vertices, taskManager },
    at: round.reading.at,
    history: state.history,
    pending: state.pending,
    global: evaluateGlobal(readings),
  })
  const carriedOut = decision.blocked === undefined
  return {
    state: {
      ...state,
      readings,
      pending: decision.pending,
      history: carriedOut ? noted(state.history, decision) : state.history,
    },
    decision,
  }
}

/** Changes that are kept for later judgement (`history.max.count` 3 of each vertex). */
const KEPT_CHANGES = 3

function noted(history: AutoscalerState['history'], decision: JobDecision) {
  const added = Object.entries(decision.changes).map(([id, change]) => [
    id,
    [
      ...(history[id] ?? []),
      {
        parallelism: change.from,
        newParallelism: change.to,
        trueProcessingRate: change.trueProcessingRate,
        expectedProcessingRate: change.expectedRate,
      },
    ].slice(-KEPT_CHANGES),
  ])
  return { ...history, ...Object.fromEntries(added) }
}
