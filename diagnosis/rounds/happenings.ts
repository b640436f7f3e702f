import { type EventKit, event } from '../../core/kit/events.ts'

/** What can happen in rounds: one function each, which writes the line and moves the counter. */
export function roundEvents(kit: EventKit) {
  return {
    roundSlow: event(kit, {
      metric: 'weir_rounds_slow_total',
      help: 'Rounds of diagnosis that took longer than their interval.',
      level: 'warn',
      sentence: 'A round took longer than its interval; the next one was skipped.',
      logEveryMs: 60_000,
    }),
    roundFailed: event(kit, {
      metric: 'weir_rounds_failed_total',
      help: 'Rounds of diagnosis that could not read their facts.',
      labels: ['stage'],
      level: 'error',
      sentence: 'A round could not be held; scores grow old until the next one succeeds.',
      logEveryMs: 30_000,
    }),
    jobBroken: event(kit, {
      metric: 'weir_job_evaluations_failed_total',
      help: 'Evaluations of one job that threw; the other jobs were not touched.',
      level: 'error',
      sentence: 'A job could not be evaluated; its score becomes unknown.',
      logEveryMs: 30_000,
    }),
    lookoutFailed: event(kit, {
      metric: 'weir_lookouts_failed_total',
      help: 'Looks over all jobs for troubles of things that they share which threw.',
      level: 'error',
      sentence: 'What jobs share could not be looked over; its troubles stay as they were.',
      logEveryMs: 30_000,
    }),
    saveFailed: event(kit, {
      metric: 'weir_diagnoses_unsaved_total',
      help: 'Diagnoses that could not be saved: history has a gap there.',
      level: 'error',
      sentence: 'Diagnoses could not be saved; they are shown, but history has a gap.',
      logEveryMs: 30_000,
    }),
  }
}

export type RoundEvents = ReturnType<typeof roundEvents>
