import { type EventKit, event } from '../../core/kit/events.ts'

const outcomes = ['delivered', 'failed', 'refused', 'expired'] as const

/** What can happen to alerts: one function each, which writes the line and moves the counter. */
export function alertEvents(kit: EventKit) {
  const attempt = (outcome: (typeof outcomes)[number], level: 'debug' | 'warn' | 'error') => ({
    metric: 'weir_alert_attempts_total',
    help: 'Attempts to deliver a message, by what came of them.',
    labels: ['kind', 'outcome'] as const,
    level,
    sentence: {
      delivered: 'A message was delivered.',
      failed: 'A message could not be delivered; it is kept and tried again.',
      refused: 'A message was refused for good; it lies among the dead letters.',
      expired: 'A message was given up after a day; it lies among the dead letters.',
    }[outcome],
    ...(outcome === 'failed' ? { logEveryMs: 30_000 } : {}),
  })
  return {
    delivered: event(kit, attempt('delivered', 'debug')),
    failed: event(kit, attempt('failed', 'warn')),
    refused: event(kit, attempt('refused', 'error')),
    expired: event(kit, attempt('expired', 'error')),
    decided: event(kit, {
      metric: 'weir_alert_messages_total',
      help: 'Messages that were decided on, by status.',
      labels: ['status'],
      known: [{ status: 'firing' }, { status: 'resolved' }],
      level: 'info',
      sentence: 'A message was decided on.',
    }),
    unkept: event(kit, {
      metric: 'weir_alert_decisions_unkept_total',
      help: 'Attempts to keep decisions that the store did not take; nobody is told before it does.',
      level: 'error',
      sentence: 'Decisions on alerts could not be kept; they are told once the store takes them.',
      logEveryMs: 30_000,
    }),
    unmarked: event(kit, {
      metric: 'weir_alert_attempts_unmarked_total',
      help: 'Attempts that could not be noted; after a restart such a message is sent again under its id.',
      level: 'warn',
      sentence: 'An attempt to deliver a message could not be noted.',
      logEveryMs: 30_000,
    }),
    unloaded: event(kit, {
      metric: 'weir_alert_loads_failed_total',
      help: 'Attempts to read what was told before; nothing is told until it is known.',
      level: 'error',
      sentence: 'What was told before could not be read; nothing is told until it is known.',
      logEveryMs: 30_000,
    }),
    unreadable: event(kit, {
      metric: 'weir_alert_settings_unreadable_total',
      help: 'Silences and targets that were kept in a form which this version does not know.',
      labels: ['kind'],
      level: 'warn',
      sentence: 'A setting that was kept cannot be read and is left out.',
    }),
    unalive: event(kit, {
      metric: 'weir_alertmanager_resends_failed_total',
      help: 'Attempts to tell an Alertmanager again what fires that it did not take.',
      level: 'warn',
      sentence:
        'An Alertmanager could not be told again what fires; in a while it takes it for over.',
      logEveryMs: 30_000,
    }),
    broken: event(kit, {
      metric: 'weir_alert_turns_failed_total',
      help: 'Turns of alerting that threw.',
      level: 'error',
      sentence: 'Alerting failed in one turn; the next one tries again.',
      logEveryMs: 30_000,
    }),
  }
}

export type AlertEvents = ReturnType<typeof alertEvents>
