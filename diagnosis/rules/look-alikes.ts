import type { Evidence, ToldApart } from '../../core/model/finding.ts'
import type { Bottleneck } from '../signals/bottleneck.ts'
import type { CpuPerBusy } from '../signals/process.ts'
import { percent, times } from './words.ts'

/** CPU per busy time: at or above it computes, at or below it waits, between nobody can say. */
export const COMPUTES_FROM = 0.6
export const WAITS_UP_TO = 0.3

/** Mails per record from which an operator is asynchronous. */
export const ASYNC_FROM = 0.5

/** Share of time in collections from which memory, not parallelism, is the trouble. */
export const GC_FROM = 0.15

/** Event time faster than the clock by this much is a backlog being worked off. */
export const CATCHING_UP_FROM = 1.1

export interface LookAlikes {
  readonly mails: number | undefined
  readonly gc: number | undefined
  readonly speed: number | undefined
}

/**
 * The look-alikes of any saturated vertex that are neither of the flow causes: `undefined` when one
 * of them is the truth, so that the rule stays silent; otherwise what each was told apart by.
 */
export function toldFromCommonLookAlikes({
  mails,
  gc,
  speed,
}: LookAlikes): readonly ToldApart[] | undefined {
  if (mails !== undefined && mails >= ASYNC_FROM) return undefined
  if (gc !== undefined && gc >= GC_FROM) return undefined
  if (speed !== undefined && speed >= CATCHING_UP_FROM) return undefined
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
    speed === undefined
      ? unknown('catching-up', 'no watermarks: whether a backlog shrinks cannot be seen')
      : no(
          'catching-up',
          `event time advances at ${times(speed)} the clock, needs ${times(CATCHING_UP_FROM)}`,
        ),
  ]
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
      series: { signal: 'busy', vertex: load.vertex },
    },
    {
      label: 'backpressured share upstream',
      unit: 'ratio',
      observed: heldBack,
      limit: 0.1,
      bad: 'above',
      ...(victim === undefined
        ? {}
        : { series: { signal: 'backpressured' as const, vertex: victim } }),
    },
  ]
}

/** Six readings are full evidence, fewer less; a saturation just reached less than a deep one. */
export function surenessOf(bottleneck: Bottleneck): number {
  const samples = Math.min(...bottleneck.saturated.map((subtask) => subtask.samples))
  return Math.min(1, 0.7 + 0.05 * samples) * Math.min(1, 0.8 + bottleneck.heldBack)
}
