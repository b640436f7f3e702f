import { type EventKit, event } from '../../../core/kit/events.ts'

type Facts = { readonly kind: string; readonly reason: string }

/** What can go wrong with a watch, each with its log line and its counter. */
export interface Happenings {
  broke(
    facts: Facts & { readonly because: 'unreachable' | 'refused' | 'forgotten' | 'unreadable' },
  ): void
  off(facts: Facts & { readonly because: 'forbidden' | 'missing' }): void
  backOn(kind: string): void
  unreadable(facts: Facts): void
}

export function createHappenings(kit: EventKit): Happenings {
  return {
    broke: event<'kind' | 'because'>(kit, {
      metric: 'weir_agent_kubernetes_watches_broken_total',
      help: 'Watches of Kubernetes that broke and were taken up again.',
      labels: ['kind', 'because'],
      level: 'warn',
      sentence: 'A watch of Kubernetes broke and is taken up again.',
      logEveryMs: 60_000,
    }),
    off: event<'kind' | 'because'>(kit, {
      metric: 'weir_agent_kubernetes_kinds_off_total',
      help: 'Attempts to look at a kind of object that the API server does not show us.',
      labels: ['kind', 'because'],
      level: 'warn',
      sentence:
        'A kind of object cannot be seen and is left out for ten minutes; all others are looked at. If it is forbidden, grant list and watch on it to this agent; if it is missing, install its CRD or leave it out of agent.kubernetes.kinds.',
      logEveryMs: 6 * 3_600_000,
    }),
    backOn: (kind) => kit.log.info('A kind of object can be seen again.', { kind }),
    unreadable: event<'kind'>(kit, {
      metric: 'weir_agent_kubernetes_objects_unreadable_total',
      help: 'Objects whose shape is not the one that Kubernetes documents.',
      labels: ['kind'],
      level: 'warn',
      sentence: 'An object of Kubernetes has an unknown shape and was left out.',
      logEveryMs: 60_000,
    }),
  }
}
