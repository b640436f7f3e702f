import type { Finding } from '../../core/model/finding.ts'
import type { FollowUp } from '../../core/model/follow-up.ts'
import { loadOf } from '../signals/load.ts'
import type { JobView } from '../signals/view.ts'
import type { OpenPrediction } from './follow-up.ts'

/** What came of a prediction. */
type Judgement = Pick<FollowUp, 'outcome' | 'because' | 'predicted' | 'observed'>

const MINUTE_MS = 60_000
/** After so long a restart is over and its backlog mostly worked off; falsifiers name the same time. */
const SETTLED_MS = 10 * MINUTE_MS
/** A long backlog keeps a vertex full on purpose for longer. */
const WORKED_OFF_MS = 30 * MINUTE_MS
/** What could not be judged until then never will be. */
const GIVEN_UP_MS = 60 * MINUTE_MS

/** Undefined while it is too early to say. `size` is what is set now. */
export function judged(
  view: JobView,
  findings: readonly Finding[],
  prediction: OpenPrediction,
  size: number | undefined,
): Judgement | undefined {
  const { advice, applied } = prediction
  if (!applied) return undefined
  const ageMs = view.facts.at - applied.at
  if (size !== undefined && size !== applied.size)
    return unknown('it was changed again before it could be judged')
  if (ageMs < SETTLED_MS) return undefined
  const said =
    view.run?.state !== 'RUNNING'
      ? undefined
      : advice.kind === 'parallelism'
        ? judgedSize(view, prediction, applied.size, ageMs)
        : judgedMemory(findings, prediction, applied.at, ageMs)
  return said ?? (ageMs >= GIVEN_UP_MS ? unknown('it was not measured within an hour') : undefined)
}

const unknown = (because: string): Judgement => ({ outcome: 'unknown', because })

/** From here on a vertex has no time left. */
const FULL = 0.85
/** Half a minute is not ten: a measured share is about this much off its mean. */
const NOISE = 0.07
/** A load this far from the one that was foreseen says nothing about it. */
const COMPARABLE = 5

const percent = (share: number) => `${Math.round(100 * share)} %`

function judgedSize(
  view: JobView,
  { advice }: OpenPrediction,
  size: number,
  ageMs: number,
): Judgement | undefined {
  const { subject } = advice.target
  const { busy: promised, demandPerSecond: foreseen } = advice.expected ?? {}
  const load = subject.kind === 'vertex' ? loadOf(view.loads, subject.vertex) : undefined
  const { busy: observed, recordsPerSecond: taken } = load ?? {}
  if (!promised) return unknown('the advice promised no busy share')
  if (observed === undefined || taken === undefined || taken <= 0) return undefined
  const atSize = advice.to / size
  if (observed >= FULL && promised.to * atSize < FULL)
    return judgedFull({ observed, taken, foreseen, ageMs })
  const times = foreseen === undefined || foreseen <= 0 ? 1 : taken / foreseen
  if (times > COMPARABLE || times < 1 / COMPARABLE) return undefined
  const scaled = (share: number) => share * atSize * times
  const predicted = {
    value: scaled(promised.to),
    low: scaled(promised.low),
    high: Number.isFinite(promised.high) ? scaled(promised.high) : 1,
  }
  const held = observed >= predicted.low - NOISE && observed <= predicted.high + NOISE
  return {
    ...{ predicted, observed, outcome: held ? 'held' : 'missed' },
    because: `${percent(observed)} busy where ${percent(predicted.value)} were predicted for ${Math.round(taken)} records/s`,
  }
}

/** Still without a second left: a backlog that is worked off, more than was foreseen, or a size that does not do. */
function judgedFull({
  observed,
  taken,
  foreseen,
  ageMs,
}: {
  observed: number
  taken: number
  foreseen: number | undefined
  ageMs: number
}): Judgement | undefined {
  if (ageMs < WORKED_OFF_MS) return undefined
  if (foreseen !== undefined && taken > 1.2 * foreseen)
    return {
      ...unknown(`${Math.round(taken)} records/s came where ${Math.round(foreseen)} were foreseen`),
      observed,
    }
  return {
    ...{ observed, outcome: 'missed' },
    because: `still ${percent(observed)} busy after ${Math.round(ageMs / MINUTE_MS)} minutes`,
  }
}

/** Raised, the trouble has to be gone; lowered, none may have come. */
function judgedMemory(
  findings: readonly Finding[],
  { advice }: OpenPrediction,
  appliedAt: number,
  ageMs: number,
): Judgement | undefined {
  const open = findings.filter(({ state }) => state === 'open')
  if (advice.to > advice.from) {
    const rule = advice.cause.split('@')[0]
    const same = open.find((finding) => finding.rule === rule)
    if (!same) return { outcome: 'held', because: 'what it was to cure is gone' }
    return ageMs < WORKED_OFF_MS
      ? undefined
      : { outcome: 'missed', because: `it is still there: ${same.message.text}` }
  }
  const trouble = open.find(
    ({ category, severity, since }) =>
      category === 'memory' && severity !== 'info' && since >= appliedAt,
  )
  if (trouble) return { outcome: 'missed', because: `since then: ${trouble.message.text}` }
  return ageMs < GIVEN_UP_MS
    ? undefined
    : { outcome: 'held', because: 'an hour later nothing lacks memory' }
}
