import { type Event, type EventKit, event } from '../core/kit/events.ts'

/** What happens at the door and behind it: one function each, which counts and tells. */
export interface GatewayEvents {
  readonly batchAccepted: Event<'kind'>
  readonly batchRefused: Event<'status'>
  readonly samplesRefused: Event<'reason'>
  readonly batchStored: Event<'kind'>
  readonly batchRepeated: Event<'kind'>
  readonly recordParked: Event<'topic'>
  readonly windowsRolledUp: Event<never>
  readonly rollupFailed: Event<never>
}

const kinds = [{ kind: 'samples' }, { kind: 'series' }, { kind: 'events' }] as const
const floodMs = 10_000

export function gatewayEvents(kit: EventKit): GatewayEvents {
  return {
    batchAccepted: event(kit, {
      metric: 'weir_intake_batches_total',
      help: 'Batches that were acknowledged to their senders.',
      labels: ['kind'],
      known: kinds,
      level: 'debug',
      sentence: 'A batch was taken.',
    }),
    batchRefused: event(kit, {
      metric: 'weir_intake_refused_total',
      help: 'Requests that were refused, by the status their senders saw.',
      labels: ['status'],
      known: ['400', '401', '403', '413', '415', '429', '503'].map((status) => ({ status })),
      level: 'warn',
      sentence: 'A batch was refused.',
      logEveryMs: floodMs,
    }),
    samplesRefused: event(kit, {
      metric: 'weir_intake_samples_refused_total',
      help: 'Samples that were left out of what was otherwise taken, by reason.',
      labels: ['reason'],
      known: ['cardinality', 'labels', 'time'].map((reason) => ({ reason })),
      level: 'warn',
      sentence: 'Samples were left out.',
      logEveryMs: floodMs,
    }),
    batchStored: event(kit, {
      metric: 'weir_writer_stored_total',
      help: 'Batches that were written into the store.',
      labels: ['kind'],
      known: kinds,
      level: 'debug',
      sentence: 'A batch was stored.',
    }),
    batchRepeated: event(kit, {
      metric: 'weir_writer_repeated_total',
      help: 'Batches that came again and were skipped.',
      labels: ['kind'],
      known: kinds,
      level: 'info',
      sentence: 'A batch came again and was skipped.',
      logEveryMs: floodMs,
    }),
    windowsRolledUp: event(kit, {
      metric: 'weir_rollup_windows_total',
      help: 'Windows of five minutes whose rollups were computed.',
      level: 'debug',
      sentence: 'Rollups were computed.',
    }),
    rollupFailed: event(kit, {
      metric: 'weir_rollup_failures_total',
      help: 'Times that rollups could not be computed.',
      level: 'warn',
      sentence: 'Rollups could not be computed; they are tried again in a minute.',
      logEveryMs: floodMs,
    }),
    recordParked: event(kit, {
      metric: 'weir_writer_parked_total',
      help: 'Records that can never be written and were put aside.',
      labels: ['topic'],
      known: [{ topic: 'weir.samples' }, { topic: 'weir.events' }],
      level: 'error',
      sentence: 'A record cannot be written and was put aside in the table "parked".',
    }),
  }
}
