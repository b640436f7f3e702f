import type { JobFacts } from '../../core/model/facts.ts'
import { oncePerFacts } from './once.ts'
import { median } from './statistics.ts'
import { vectorsOf } from './vectors.ts'

/** What a vertex did between two completed checkpoints: without a pause from the first on, and then. */
export interface CommitCycle {
  readonly completedAt: number
  /** How long its busiest subtask had no moment left after the checkpoint. */
  readonly burstMs: number
  readonly cycleMs: number
  /** Share of the time after the burst in which it was busy. */
  readonly restBusy: number
}

/** A step of a subtask this busy belongs to a burst; the first one holds what came before the checkpoint. */
const FULL = 0.85
/** After it a cycle must be looked at for as long to know that it is calm. */
const LEAST_REST_MS = 5_000
/** A checkpoint is told of, and the commit begins, within this. */
const BEGINS_WITHIN_MS = 8_000

interface Step {
  readonly from: number
  readonly to: number
  readonly busy: number
}

/** Shorter cycles lie in one window of loads, whose mean says what they come to. */
const SHORT_MS = 20_000
/** Samples that a cycle needs, so that some lie in the burst and some after it. */
const STEPS = 4

/**
 * The cycles of the vertex that the window of samples holds, oldest first, as its busiest subtask has them: none
 * where they are short; undefined where samples are too far apart to look into one, or nothing was measured.
 */
export const commitCyclesOf = oncePerFacts((facts, vertex): readonly CommitCycle[] | undefined => {
  const perSubtask = vectorsOf(facts)
    .filter((one) => one.vertex === vertex)
    .map(({ vectors }) => stepsOf(vectors))
    .filter((steps) => steps.length > 1)
  const ends = completions(facts)
  const intervalMs = median(ends.slice(1).map((end, index) => end - (ends[index] ?? end)))
  const stepMs = median(perSubtask.flat().map(({ from, to }) => to - from))
  if (intervalMs === undefined || stepMs === undefined) return undefined
  if (intervalMs < SHORT_MS) return []
  if (intervalMs < STEPS * stepMs) return undefined
  const cycles = perSubtask.map((steps) => cyclesOf(steps, ends))
  return ends.flatMap((end) => {
    const own = cycles.flatMap((list) => list.find(({ completedAt }) => completedAt === end) ?? [])
    const [first, ...rest] = own
    return first
      ? rest.reduce((worst, one) => (one.burstMs > worst.burstMs ? one : worst), first)
      : []
  })
})

function completions({ checkpoints }: JobFacts): readonly number[] {
  return checkpoints
    .filter(({ state, savepoint }) => state === 'completed' && !savepoint)
    .map(({ triggeredAt, endToEndMs }) => triggeredAt + endToEndMs)
    .sort((a, b) => a - b)
}

function stepsOf(
  vectors: readonly { readonly at: number; readonly busyMs: number; readonly clockMs: number }[],
): readonly Step[] {
  return vectors.slice(1).flatMap((to, index) => {
    const from = vectors[index]
    if (!from || to.clockMs <= from.clockMs) return []
    return [
      { from: from.at, to: to.at, busy: (to.busyMs - from.busyMs) / (to.clockMs - from.clockMs) },
    ]
  })
}

function cyclesOf(steps: readonly Step[], ends: readonly number[]): readonly CommitCycle[] {
  const begin = steps[0]?.from ?? Number.POSITIVE_INFINITY
  const newest = steps.at(-1)?.to ?? 0
  return ends.flatMap((completedAt, index) => {
    const until = Math.min(ends[index + 1] ?? newest, newest)
    if (completedAt < begin || until - completedAt < LEAST_REST_MS) return []
    const own = steps.filter(({ from, to }) => to > completedAt && from < until)
    return cycleOf(own, completedAt, until) ?? []
  })
}

/** Undefined while the burst goes on: nobody knows yet what comes after it. */
function cycleOf(
  steps: readonly Step[],
  completedAt: number,
  until: number,
): CommitCycle | undefined {
  const first = steps.findIndex(({ busy }) => busy >= FULL)
  const start = steps[first]
  const isPrompt = start !== undefined && start.from - completedAt <= BEGINS_WITHIN_MS
  const cycleMs = until - completedAt
  if (!isPrompt) return { completedAt, burstMs: 0, cycleMs, restBusy: meanBusy(steps) }
  const after = steps.slice(first).findIndex(({ busy }) => busy < FULL)
  if (after < 0) return undefined
  const last = steps[first + after - 1] ?? start
  // The step in which it ended is half of each.
  const rest = steps.slice(first + after + 1)
  if (rest.length === 0) return undefined
  return { completedAt, burstMs: last.to - completedAt, cycleMs, restBusy: meanBusy(rest) }
}

function meanBusy(steps: readonly Step[]): number {
  const ms = steps.reduce((sum, { from, to }) => sum + to - from, 0)
  return ms === 0 ? 0 : steps.reduce((sum, { from, to, busy }) => sum + busy * (to - from), 0) / ms
}
