import type { Evidence, ToldApart } from '../../core/model/finding.ts'
import type { Bottleneck } from '../signals/bottleneck.ts'
import type { CpuPerBusy } from '../signals/process.ts'
import type { Backlog } from './needs.ts'
import { percent, times } from './words.ts'

/** CPU per busy time: at or above it computes, at or below it waits, between nobody can say. */
export const COMPUTES_FROM = 0.6
export const WAITS_UP_TO = 0.3

/** Mails per record from which an operator is asynchronous. */
export const ASYNC_FROM = 0.5

/** Share of time in collections from which memory, not parallelism, is the trouble. */
export const GC_FROM = 0.15

/** Event time faster than the clock by this much is a backlog being worked off. */
const CATCHING_UP_FROM = 1.1
/** So is a backlog that lost this share within the window, and was worth more than a few seconds. */
const DRAINING_FROM = 0.1
const WORTH_SECONDS = 2

export interface LookAlikes {
  readonly mails: number | undefined
  readonly gc: number | undefined
  readonly backlog: Backlog | undefined
  /** What the vertex takes, records a second: what a backlog is measured against. */
  readonly taken: number | undefined
}

/**
 * The look-alikes of any saturated vertex that are neither of the flow causes: `undefined` when one
 * of them is the truth, so that the rule stays silent; otherwise what each was told apart by.
 */
export function toldFromCommonLookAlikes({
  mails,
  gc,
  backlog,
  taken,
}: LookAlikes): readonly ToldApart[] | undefined {
  if (mails !== undefined && mails >= ASYNC_FROM) return undefined
  if (gc !== undefined && gc >= GC_FROM) return undefined
  if (isCatchingUp(backlog, taken)) return undefined
  return [
    mails === undefined
      ? unknown(
          'async-capacity',
          'mailboxMailsPerSecond is not measured: add the Prometheus reporter',
        )
      : no(
          'async-capacity',
          `${mails.toFixed(2)} mails per record, an asynchronous operator has about 1`,
        ),
    gc === undefined
      ? unknown('gc-pressure', 'garbage collection time is not measured')
      : no('gc-pressure', `${percent(gc)} of the time in collections, needs ${percent(GC_FROM)}`),
    toldFromCatchingUp(backlog),
  ]
}

function isCatchingUp(backlog: Backlog | undefined, taken: number | undefined): boolean {
  if ((backlog?.eventTimeSpeed ?? 0) >= CATCHING_UP_FROM) return true
  const pending = backlog?.pending
  if (!pending || taken === undefined || pending.from < WORTH_SECONDS * taken) return false
  return pending.to <= pending.from * (1 - DRAINING_FROM)
}

function toldFromCatchingUp(backlog: Backlog | undefined): ToldApart {
  if (!backlog) {
    return unknown(
      'catching-up',
      'no watermarks and no pendingRecords: whether a backlog shrinks cannot be seen',
    )
  }
  const { eventTimeSpeed, pending } = backlog
  return no(
    'catching-up',
    eventTimeSpeed === undefined
      ? `pending records ${Math.round(pending?.from ?? 0)} → ${Math.round(pending?.to ?? 0)}, a backlog being worked off shrinks`
      : `event time advances at ${times(eventTimeSpeed)} the clock, needs ${times(CATCHING_UP_FROM)}`,
  )
}

export function toldFromSkew(bottleneck: Bottleneck): ToldApart {
  const { saturated, load } = bottleneck
  return no(
    'data-skew',
    `${saturated.length} of ${load.parallelism} subtasks are saturated, skew saturates few`,
  )
}

export function toldFromWaiting(cpu: CpuPerBusy | undefined): ToldApart {
  if (!cpu)
    return unknown(
      'blocking-call',
      'CPU per busy time is not measured: it cannot be told whether it waits',
    )
  const said = `CPU per busy time ${cpu.value.toFixed(2)}`
  return cpu.value >= COMPUTES_FROM
    ? no('blocking-call', `${said}, waiting needs ≤ ${WAITS_UP_TO}`)
    : unknown(
        'blocking-call',
        `${said} lies between ${WAITS_UP_TO} (waits) and ${COMPUTES_FROM} (computes)`,
      )
}

export const no = (rule: string, because: string): ToldApart => ({ rule, answer: 'no', because })
export const unknown = (rule: string, because: string): ToldApart => ({
  rule,
  answer: 'unknown',
  because,
})

/** What every flow finding shows: the vertex is busy, its upstream is held back. */
export function flowEvidence(bottleneck: Bottleneck): readonly [Evidence, ...Evidence[]] {
  const { load, heldBack } = bottleneck
  const [victim] = bottleneck.victims
  return [
    {
      label: `busy share of ${load.name}, busiest subtask`,
      unit: 'ratio',
      observed: load.maxBusy ?? 0,
      limit: 0.85,
      bad: 'above',
      series: { signal: 'busy', vertex: load.vertex, over: 'max' },
    },
    {
      label: 'backpressured share upstream',
      unit: 'ratio',
      observed: heldBack,
      limit: 0.1,
      bad: 'above',
      ...(victim === undefined
        ? {}
        : { series: { signal: 'backpressured' as const, vertex: victim, over: 'max' as const } }),
    },
  ]
}

/** Six readings are full evidence, fewer less; a saturation just reached less than a deep one. */
export function surenessOf(bottleneck: Bottleneck): number {
  const samples = Math.min(...bottleneck.saturated.map((subtask) => subtask.samples))
  return Math.min(1, 0.7 + 0.05 * samples) * Math.min(1, 0.8 + bottleneck.heldBack)
}
