import type { Advice, Finding } from '../../core/model/finding.ts'
import type { FollowUp, TrackRecord } from '../../core/model/follow-up.ts'
import type { JobView } from '../signals/view.ts'
import { presentCores } from './cpu.ts'
import { WEEK_MS } from './history.ts'
import { judged } from './judge-prediction.ts'
import { presentPoolBytes } from './memory/advise.ts'

/** A prediction that waits: for its advice to be followed, and then for its time to be judged. */
export interface OpenPrediction {
  readonly advice: Pick<
    Advice,
    'kind' | 'target' | 'cause' | 'from' | 'to' | 'low' | 'high' | 'expected'
  >
  readonly advisedAt: number
  /** What was really set, and when it was first seen. */
  readonly applied?: { readonly at: number; readonly size: number }
}

/** What following the advice of a job needs from one round to the next; plain JSON. */
export interface FollowMemory {
  readonly open: readonly OpenPrediction[]
  readonly record: TrackRecord
}

export const NO_PREDICTIONS: FollowMemory = { open: [], record: { held: 0, missed: 0 } }

export interface FollowedAdvice {
  /** Predictions that were judged in this round. */
  readonly followUps: readonly FollowUp[]
  readonly memory: FollowMemory
}

/** A job has a handful of vertices that want another size; more would be a fault of ours. */
const MOST_OPEN = 100

/**
 * Follows advice through the rounds: remembers what each promised while it is shown, notices that its size was set
 * (a new run or a rescale), and compares promise and outcome later. Pure; `memory` is what the round before returned.
 */
export function followAdvice(
  view: JobView,
  findings: readonly Finding[],
  advice: readonly Advice[],
  memory: FollowMemory,
): FollowedAdvice {
  const { at, job } = view.facts
  const followUps: FollowUp[] = []
  const open: OpenPrediction[] = []
  for (const prediction of memory.open) {
    const next = noticed(view, prediction)
    if (!next) continue
    const verdict = judged(view, findings, next, sizeNow(view, next.advice))
    if (!verdict) {
      open.push(next)
      continue
    }
    const { applied = { at, size: next.advice.to }, advisedAt } = next
    const { kind, target, cause, from, to } = next.advice
    followUps.push({
      ...{ job, run: view.run?.run ?? '', at, advisedAt, appliedAt: applied.at },
      ...{ kind, target, cause, from, to, applied: applied.size, ...verdict },
    })
  }
  const fresh = advice.filter((one) => sizeNow(view, one) !== undefined).map(predictionOf(at))
  const waiting = open.filter(
    (old) => old.applied || !fresh.some((one) => keyOf(one.advice) === keyOf(old.advice)),
  )
  const count = (outcome: FollowUp['outcome']) =>
    followUps.filter((one) => one.outcome === outcome).length
  return {
    followUps,
    memory: {
      open: [...waiting, ...firstOfKind(fresh)].slice(-MOST_OPEN),
      record: {
        held: memory.record.held + count('held'),
        missed: memory.record.missed + count('missed'),
      },
    },
  }
}

/** Sizes of memory are one setting for all TaskManagers, whichever of them asked for it. */
function keyOf({ kind, target: { subject } }: OpenPrediction['advice']): string {
  return subject.kind === 'vertex' ? `${kind}@${subject.vertex}` : kind
}

const predictionOf =
  (at: number) =>
  ({ kind, target, cause, from, to, low, high, expected }: Advice): OpenPrediction => ({
    advice: { kind, target, cause, from, to, low, high, ...(expected ? { expected } : {}) },
    advisedAt: at,
  })

function firstOfKind(predictions: readonly OpenPrediction[]): readonly OpenPrediction[] {
  const byKey = new Map<string, OpenPrediction>()
  for (const one of predictions) {
    const key = keyOf(one.advice)
    if (!byKey.has(key)) byKey.set(key, one)
  }
  return [...byKey.values()]
}

/** The prediction with what was set; undefined when another size was chosen, or nobody wanted it for a week. */
function noticed(view: JobView, prediction: OpenPrediction): OpenPrediction | undefined {
  if (prediction.applied) return prediction
  const { advice, advisedAt } = prediction
  const { at } = view.facts
  const size = sizeNow(view, advice)
  if (size === undefined || size === advice.from)
    return at - advisedAt > WEEK_MS ? undefined : prediction
  return isFollowed(advice, size) ? { ...prediction, applied: { at, size } } : undefined
}

/** Within the interval of the advice; of memory, at least half of the step into its direction. */
function isFollowed(
  { kind, from, to, low, high }: OpenPrediction['advice'],
  size: number,
): boolean {
  if (kind === 'parallelism') return size >= Math.min(low, to) && size <= Math.max(high, to)
  return (size - from) / (to - from) >= 0.5
}

/** What is set now; undefined while it is not known. */
function sizeNow(
  view: JobView,
  { kind, target: { subject } }: OpenPrediction['advice'],
): number | undefined {
  if (kind === 'cpu') return presentCores(view)
  if (kind !== 'parallelism') return presentPoolBytes(view, kind)
  const { topology } = view.facts
  return subject.kind === 'vertex'
    ? topology?.vertices.find(({ id }) => id === subject.vertex)?.parallelism
    : undefined
}
