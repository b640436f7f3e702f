import type { JobFacts, SizedVertex } from '../facts/job-facts.ts'
import type { Application, Resize, State } from '../journal/application.ts'
import type { JobPolicy } from '../policy/job-policy.ts'
import { counted, percent, seconds } from '../words.ts'

/** What a change is held against. */
export interface JudgeContext {
  readonly at: number
  /** Undefined when diagnosis does not answer, or knows the job no more. */
  readonly facts: JobFacts | undefined
  readonly policy: Pick<JobPolicy, 'effectWithinMs' | 'settleMs' | 'worseBy'>
}

/**
 * What becomes of a change that was carried out: the next state, or undefined while nothing new can be said. First the
 * new size has to be seen to run; then it settles; then the job is compared with what it was and with what was
 * foretold. Unknown is not worse and not better: after three times the settling time it is *unproven*.
 */
export function judge(application: Application, context: JudgeContext): State | undefined {
  const { state } = application
  if (state.kind === 'applied') return judgeEffect(application, state.at, context)
  if (state.kind === 'settling') return judgeOutcome(application, state.effectAt, context)
  return undefined
}

/** States that a job does not come back from. */
const ENDED: readonly string[] = ['FINISHED', 'CANCELED', 'SUSPENDED']
/** What cannot be told within so many times the time that was given is not waited for. */
const PATIENCE = 3

function judgeEffect(
  { resized }: Application,
  appliedAt: number,
  { at, facts, policy }: JudgeContext,
): State | undefined {
  const lateMs = at - appliedAt - policy.effectWithinMs
  if (!facts || facts.updatedAt <= appliedAt) {
    return lateMs < (PATIENCE - 1) * policy.effectWithinMs
      ? undefined
      : { kind: 'unproven', at, reason: 'nothing has been heard of the job since the change' }
  }
  if (ENDED.includes(facts.state)) return endedState(facts, at)
  if (facts.state === 'FAILED') {
    return { kind: 'taking-back', at, reason: 'the job failed after the change' }
  }
  const missing = resized.filter((one) => sizeOf(facts, one) !== one.to)
  if (missing.length === 0 && facts.state === 'RUNNING') {
    return { kind: 'settling', at, effectAt: facts.updatedAt }
  }
  if (lateMs < 0) return undefined
  const what =
    facts.state === 'RUNNING'
      ? missing.map(
          (one) => `${one.name} runs with ${sizeOf(facts, one) ?? 'no'} of ${one.to} subtasks`,
        )
      : [`the job is ${facts.state}`]
  return {
    kind: 'taking-back',
    at,
    reason: `${seconds(at - appliedAt)} after the change ${what.join(', ')}`,
  }
}

const endedState = ({ state }: JobFacts, at: number): State => ({
  ...{ kind: 'left', at, reason: `the job is ${state}` },
})

function sizeOf(facts: JobFacts, { vertex }: Pick<Resize, 'vertex'>): number | undefined {
  return facts.vertices.find(({ id }) => id === vertex)?.parallelism
}

/**
 * Causes while which no comparison is fair: what a restart leaves behind, and what comes from outside. The score may
 * be lower for them, whatever the size.
 */
const NOT_THE_SIZE: readonly string[] = [
  'catching-up',
  'taskmanager-lost',
  'heartbeat-timeout',
  'jobmanager-failover',
  'broker-unreachable',
  'broker-throttled',
  'checkpoint-storage',
  'platform-wide',
  'agent-gap',
]

function judgeOutcome(
  application: Application,
  effectAt: number,
  { at, facts, policy }: JudgeContext,
): State | undefined {
  const sinceMs = at - effectAt
  if (facts && ENDED.includes(facts.state)) return endedState(facts, at)
  if (facts?.state === 'FAILED') {
    return { kind: 'taking-back', at, reason: 'the job failed after the change' }
  }
  if (sinceMs < policy.settleMs) return undefined
  const isLast = sinceMs >= PATIENCE * policy.settleMs
  const unknown = facts ? notComparable(application, facts) : 'diagnosis does not answer'
  if (unknown !== undefined) {
    return isLast ? { kind: 'unproven', at, reason: unknown } : undefined
  }
  if (!facts) return undefined
  const stalled = stalledCheckpoints(application, facts, effectAt, at, policy)
  if (stalled === 'wait') return undefined
  const worse = stalled ?? worseBecause(application, facts, policy.worseBy)
  if (worse !== undefined) return { kind: 'taking-back', at, reason: worse }
  return { kind: 'verified', at, sentence: sentenceOf(application, facts, effectAt) }
}

/** Why what is seen says nothing about the size; undefined when it does. */
function notComparable({ resized }: Application, facts: JobFacts): string | undefined {
  if (facts.state !== 'RUNNING') return `the job is ${facts.state}`
  const other = resized.find((one) => sizeOf(facts, one) !== one.to)
  if (other)
    return `${other.name} runs with ${sizeOf(facts, other) ?? 'no'} of ${other.to} subtasks`
  if (facts.score === null) return `its health is not known: ${facts.unknownBecause ?? 'no score'}`
  const outside = facts.causes.find(({ rule }) => NOT_THE_SIZE.includes(rule))
  return outside && `${outside.title} (${outside.name}) is no matter of its size`
}

/** A job that completed checkpoints has to complete one again; how long that takes it has shown before. */
function stalledCheckpoints(
  { before: { checkpointEveryMs } }: Application,
  { checkpointsAt }: JobFacts,
  effectAt: number,
  at: number,
  { settleMs }: JudgeContext['policy'],
): 'wait' | string | undefined {
  if (checkpointEveryMs === null || checkpointsAt.some((doneAt) => doneAt > effectAt)) {
    return undefined
  }
  const dueAt = effectAt + Math.max(settleMs, 3 * checkpointEveryMs)
  return at < dueAt ? 'wait' : `no checkpoint has completed in the ${seconds(at - effectAt)} since`
}

/** More through than this share above what it was counts as an effect. */
const MORE_THROUGH = 1.05

function worseBecause(
  { before, resized }: Application,
  facts: JobFacts,
  worseBy: number,
): string | undefined {
  const { score, recordsPerSecond, causes } = facts
  if (score !== null && before.score !== null && score < before.score - worseBy) {
    const [top] = causes
    const why = top ? `: ${top.title} (${top.name})` : ''
    return `score ${score.toFixed(1)} instead of ${before.score.toFixed(1)}${why}`
  }
  const raised = resized.filter(({ from, to }) => to > from)
  const stillWrong = raised.find(({ cause }) => causes.some(({ key }) => key === cause))
  if (!stillWrong || before.recordsPerSecond === null || recordsPerSecond === null) return undefined
  if (recordsPerSecond > MORE_THROUGH * before.recordsPerSecond) return undefined
  return `${stillWrong.name} is held back as before, and no more comes through: ${Math.round(recordsPerSecond)} records/s, ${Math.round(before.recordsPerSecond)} before`
}

function sentenceOf({ before, resized }: Application, facts: JobFacts, effectAt: number): string {
  const sizes = resized.map((one) => sizeSentence(one, facts.vertices))
  const score =
    facts.score === null || before.score === null
      ? []
      : [`score ${facts.score.toFixed(1)}, ${before.score.toFixed(1)} before`]
  const done = facts.checkpointsAt.filter((at) => at > effectAt).length
  const checkpoints =
    before.checkpointEveryMs === null ? [] : [`${counted(done, 'checkpoint')} completed since`]
  return [...sizes, ...score, ...checkpoints].join('; ')
}

function sizeSentence({ vertex, name, to, busy }: Resize, now: readonly SizedVertex[]): string {
  const share = now.find(({ id }) => id === vertex)?.busy ?? undefined
  const runs = `${name} runs with ${counted(to, 'subtask')}`
  if (share === undefined) return runs
  if (!busy) return `${runs}, ${percent(share)} busy`
  const { low, high } = busy
  const interval =
    high === null ? `at least ${percent(low)}` : `${percent(low)} to ${percent(high)}`
  return `${runs}, ${percent(share)} busy (${interval} foretold)`
}
