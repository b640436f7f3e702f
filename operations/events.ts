import { Gauge, type Registry } from 'prom-client'
import { type Event, type EventKit, event } from '../core/kit/events.ts'
import type { StateKind } from './journal/application.ts'
import { refusalCodes } from './policy/refusal.ts'

export interface OperationsEvents {
  /** A change went on to a state that is as it should be. */
  readonly wentOn: Event<'state'>
  /** A change ended, or goes on, in a way that somebody should know. */
  readonly wentWrong: Event<'state'>
  /** Nothing is done about an advice, for another reason than before. */
  readonly refused: Event<'code'>
  readonly suggested: Event<never>
  /** A round, or a part of one, was not held. */
  readonly failed: Event<'what'>
}

const GOOD: readonly StateKind[] = ['intended', 'applied', 'settling', 'verified']
const BAD: readonly StateKind[] = ['taking-back', 'taken-back', 'unproven', 'left', 'failed']

export const isGood = (state: StateKind): boolean => GOOD.includes(state)

export function operationsEvents(kit: EventKit): OperationsEvents {
  const changes = {
    metric: 'weir_operations_changes_total',
    help: 'States that changes of sizes have reached.',
    labels: ['state'] as const,
  }
  return {
    wentOn: event(kit, {
      ...changes,
      known: GOOD.map((state) => ({ state })),
      ...{ level: 'info', sentence: 'A change of sizes went on.' },
    }),
    wentWrong: event(kit, {
      ...changes,
      known: BAD.map((state) => ({ state })),
      ...{ level: 'warn', sentence: 'A change of sizes did not go as it should.' },
    }),
    refused: event(kit, {
      metric: 'weir_operations_refusals_total',
      help: 'Advice that was not carried out, counted when its reason changes.',
      labels: ['code'] as const,
      known: refusalCodes.map((code) => ({ code })),
      ...{ level: 'info', sentence: 'An advice is not carried out.' },
    }),
    suggested: event(kit, {
      metric: 'weir_operations_suggestions_total',
      help: 'Changes that were shown and left to people.',
      ...{ level: 'info', sentence: 'A change of sizes is suggested.' },
    }),
    failed: event(kit, {
      metric: 'weir_operations_failures_total',
      help: 'Rounds and parts of rounds that could not be held.',
      labels: ['what'] as const,
      known: [{ what: 'diagnosis' }, { what: 'job' }, { what: 'way' }, { what: 'journal' }],
      ...{ level: 'error', sentence: 'Operations could not do its work.' },
      logEveryMs: 60_000,
    }),
  }
}

/** What is asked at the moment at which somebody looks. */
export function operationsGauges(
  registry: Registry,
  now: { readonly open: () => number; readonly lastRoundAt: () => number | undefined },
): void {
  new Gauge({
    name: 'weir_operations_open_changes',
    help: 'Changes of sizes that are not settled yet.',
    registers: [registry],
    collect() {
      this.set(now.open())
    },
  })
  new Gauge({
    name: 'weir_operations_last_round_timestamp_seconds',
    help: 'When the last round was held in full; 0 before the first.',
    registers: [registry],
    collect() {
      this.set((now.lastRoundAt() ?? 0) / 1000)
    },
  })
}
