import { slotsOf } from '../../core/model/topology.ts'
import type { AdvisedSize, JobFacts, OpenCause } from '../facts/job-facts.ts'
import { moreSlots } from '../facts/job-facts.ts'
import { changeText, isOpen, type Resize, touchedJob } from '../journal/application.ts'
import { seconds, time } from '../words.ts'
import { boundedSize } from './bounds.ts'
import { rateRefusal } from './rates.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { Situation } from './situation.ts'
import { covers } from './windows.ts'

/** What is decided about one advised size. */
export interface Answer {
  readonly vertex: string
  readonly name: string
  readonly from: number
  /** As advised; what would be done stands in the change. */
  readonly to: number
  readonly cause: string
  /** Absent where nothing speaks against it. */
  readonly refused?: Refusal
  readonly note?: string
}

export interface Decision {
  readonly answers: readonly Answer[]
  /** What would be done in one restart, where nothing speaks against it. */
  readonly change?: readonly Resize[]
}

/**
 * Whether the advised sizes of a job are carried out now. All that hold become one change, because each restart costs;
 * what speaks against the job speaks against each of them. Says nothing of modes: the caller does what the mode lets it.
 */
export function decide(facts: JobFacts, situation: Situation): Decision {
  const single = facts.advice.map((advice) => ({
    advice,
    ...sizeRefusal(advice, facts, situation),
  }))
  // A vertex below is raised because one above it is: alone it would only cost.
  const led = single.map((one) => {
    const leader = single.find(({ advice }) => leads(advice, one.advice))
    if (one.refused || !leader?.refused) return one
    const reason = `it is raised for what ${leader.advice.name} will send, and that is refused: ${leader.refused.reason}`
    return { ...one, refused: refuse('leader', reason) }
  })
  const resized = led.flatMap(({ advice, to, refused }) => {
    if (refused) return []
    const { vertex, name, from, cause, busy } = advice
    return [{ vertex, name, from, to, cause, ...(busy && { busy }) }]
  })
  const whole = resized.length === 0 ? undefined : jobRefusal(facts, resized, situation)
  return {
    answers: led.map(({ advice: { vertex, name, from, to, cause }, refused = whole, note }) => ({
      ...{ vertex, name, from, to, cause },
      ...(refused && { refused }),
      ...(note !== undefined && { note }),
    })),
    ...(resized.length > 0 && !whole && { change: resized }),
  }
}

/** `rule@vertex:job:id`: the vertex that the finding itself is about leads those below it. */
function leads(leader: AdvisedSize, follower: AdvisedSize): boolean {
  return (
    leader !== follower &&
    leader.cause === follower.cause &&
    leader.cause.endsWith(`:${leader.vertex}`) &&
    !follower.cause.endsWith(`:${follower.vertex}`)
  )
}

interface Sized {
  readonly to: number
  readonly refused?: Refusal
  readonly note?: string
}

/** What speaks against one size. */
function sizeRefusal(advice: AdvisedSize, facts: JobFacts, situation: Situation): Sized {
  const { policy, at } = situation
  const { vertex, name, from, to, confidence } = advice
  const no = (...refusal: Parameters<typeof refuse>): Sized => ({ to, refused: refuse(...refusal) })
  const now = facts.vertices.find(({ id }) => id === vertex)
  if (!now) return no('moved', `${name} is no vertex of the job as it runs now`)
  if (now.parallelism !== from) {
    return no('moved', `the advice is for ${from} subtasks, but ${now.parallelism} run now`)
  }
  const direction = to > from ? 'up' : 'down'
  if (!policy.directions.includes(direction)) {
    return no(
      'direction',
      `sizes of this job are only ${direction === 'up' ? 'lowered' : 'raised'}`,
    )
  }
  const bounded = boundedSize(advice, policy, now.maxParallelism)
  if ('code' in bounded) return { to, refused: bounded }
  if (confidence < policy.minConfidence) {
    return no('confidence', `it is ${confidence} sure, ${policy.minConfidence} is asked for`)
  }
  const before = takenBackBefore(facts.job, advice, situation)
  if (before) return { to, refused: before }
  const stoodMs = at - situation.advisedSince(vertex)
  if (stoodMs < policy.holdMs) {
    return no(
      'hold',
      `${to} subtasks have been advised for ${seconds(stoodMs)}; ${seconds(policy.holdMs)} are asked for`,
    )
  }
  return bounded
}

/** What was taken back is not tried again for a while, nor is more of the same. */
function takenBackBefore(
  job: string,
  { vertex, from, to }: AdvisedSize,
  { applications, at, policy }: Situation,
): Refusal | undefined {
  const before = applications.findLast(
    ({ job: of, state, resized }) =>
      of === job &&
      state.kind === 'taken-back' &&
      at - state.at < policy.notAgainMs &&
      resized.some((one) => one.vertex === vertex && one.to > one.from === to > from),
  )
  if (before?.state.kind !== 'taken-back') return undefined
  const { reason, at: takenAt } = before.state
  return refuse(
    'taken-back-before',
    `${changeText(before.resized)} was taken back (${reason}); not tried again before ${time(takenAt + policy.notAgainMs)}`,
  )
}

/** What speaks against changing the job at all now. */
function jobRefusal(
  facts: JobFacts,
  resized: readonly Resize[],
  situation: Situation,
): Refusal | undefined {
  const { at, policy, applications } = situation
  if (policy.mode === 'off') return refuse('off', 'the mode of this job is off')
  if (facts.recording) return refuse('recording', 'this is a recording: there is nothing to change')
  const staleMs = at - facts.updatedAt
  if (staleMs > STALE_MS) {
    return refuse('stale', `diagnosis last looked ${seconds(staleMs)} ago`)
  }
  if (facts.state !== 'RUNNING') {
    return refuse('not-running', `the job is ${facts.state}, not RUNNING`)
  }
  if (facts.score === null) {
    return refuse(
      'unknown-health',
      `its health is not known: ${facts.unknownBecause ?? 'no score'}`,
    )
  }
  const other = otherIncident(facts.causes, resized)
  if (other) {
    return refuse('incident', `not while something else is wrong: ${other.title} (${other.name})`)
  }
  if (policy.windows.length > 0 && !covers(policy.windows, at)) {
    return refuse('window', 'outside of its windows')
  }
  if (covers(policy.notDuring, at)) return refuse('excluded', 'within an excluded period')
  const slots = slotsAfter(facts, resized)
  if (slots > policy.maxSlots) {
    return refuse('slots', `it would occupy ${slots} slots, ${policy.maxSlots} are allowed`)
  }
  const open = applications.find((one) => one.job === facts.job && isOpen(one))
  if (open) return refuse('under-way', `${changeText(open.resized)} is not settled yet`)
  const failed = lastFailure(facts.job, situation)
  if (failed) return failed
  // A change in place may be quicker than anybody looks: then the state never was another.
  const changedAt = applications.findLast((one) => one.job === facts.job && touchedJob(one))?.at
  const ranMs = at - Math.max(facts.stateSince, changedAt ?? 0)
  if (ranMs < policy.cooldownMs) {
    return refuse(
      'cooldown',
      `it has run for ${seconds(ranMs)} since its last restart; ${seconds(policy.cooldownMs)} are asked for`,
    )
  }
  return rateRefusal(facts.job, situation)
}

/** What was just refused where it was to be written would be refused again, and fill the journal. */
const RETRY_FAILED_MS = 300_000

function lastFailure(job: string, { at, applications }: Situation): Refusal | undefined {
  const state = applications.findLast((one) => one.job === job)?.state
  if (state?.kind !== 'failed' || at - state.at >= RETRY_FAILED_MS) return undefined
  return refuse(
    'failed-before',
    `the last attempt failed (${state.reason}); tried again after ${time(state.at + RETRY_FAILED_MS)}`,
  )
}

/** Facts older than this say nothing about now. */
const STALE_MS = 120_000

/** An open cause, severe enough to page somebody, that the change does not answer. */
function otherIncident(
  causes: readonly OpenCause[],
  resized: readonly Resize[],
): OpenCause | undefined {
  return causes.find(
    ({ key, severity }) =>
      (severity === 'crit' || severity === 'major') && !resized.some(({ cause }) => cause === key),
  )
}

function slotsAfter({ vertices }: JobFacts, resized: readonly Resize[]): number {
  const sizes = Object.fromEntries(resized.map(({ vertex, to }) => [vertex, to]))
  return slotsOf(vertices) + moreSlots(vertices, sizes)
}
