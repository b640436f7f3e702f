import type { Clock } from '../../core/kit/clock.ts'
import { messageOf } from '../../core/kit/errors.ts'
import { redactText } from '../../core/kit/redact.ts'
import { backoffMs } from '../../core/kit/retry.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { DeliveryAttempt, DeliveryOutcome } from '../../core/store/outbox.ts'
import type { AlertEvents } from './happenings.ts'
import type { Notice } from './notice.ts'
import type { Outcome, Target } from './send/outcome.ts'

export interface CourierDeps {
  /** Asked at each attempt, so that targets may come and go. */
  readonly targetOf: (name: string) => Target | undefined
  readonly mark: (attempt: DeliveryAttempt) => Promise<void>
  readonly clock: Clock
  readonly events: AlertEvents
  readonly random?: () => number
}

/** A message that is kept, and how often it was tried. */
export interface Parcel {
  readonly notice: Notice
  readonly attempts: number
}

/**
 * Delivers what is kept: again and again under the same id until it is taken, refused for good or a day old.
 * Messages of one group to one target go in order; groups and targets do not wait for each other.
 */
export interface Courier {
  add(parcels: readonly Parcel[]): void
  /** Messages whose delivery has not come to an end. */
  waiting(): number
}

/** Later nobody wants to be told. */
const EXPIRES_AFTER_MS = 24 * 3_600_000
const MIN_BACKOFF_MS = 1_000
const MAX_BACKOFF_MS = 300_000
/** How far a receiver's own wish is honoured. */
const LONGEST_WISH_MS = 600_000

interface Item {
  readonly notice: Notice
  attempts: number
  dueAt: number
}

interface Lane {
  readonly items: Item[]
  running: boolean
  pausedUntil: number
  wake: AbortController
}

export function startCourier(deps: CourierDeps, scope: Scope): Courier {
  const { clock, events, random } = deps
  const { signal } = scope
  const lanes = new Map<string, Lane>()
  const under = new Set<Promise<void>>()

  const laneOf = (target: string): Lane => {
    const lane = lanes.get(target) ?? {
      ...{ items: [], running: false, pausedUntil: 0, wake: new AbortController() },
    }
    lanes.set(target, lane)
    return lane
  }

  const run = async (target: string, lane: Lane) => {
    while (!signal.aborted && lane.items.length > 0) {
      const { item, dueAt } = nextOf(lane)
      const waitMs = dueAt - clock.now()
      if (waitMs > 0) {
        lane.wake = new AbortController()
        const either = AbortSignal.any([signal, lane.wake.signal])
        await clock.sleep(waitMs, either).catch(() => {})
        continue
      }
      await deliver(target, lane, item)
    }
    lane.running = false
  }

  const deliver = async (name: string, lane: Lane, item: Item) => {
    const startedAt = clock.now()
    const target = deps.targetOf(name)
    const outcome = await attempt(target, item, startedAt)
    // Nobody knows whether it arrived: it is tried again at the next start.
    if (outcome === undefined) return
    item.attempts++
    const kind = target?.kind ?? 'none'
    const isOld = startedAt - item.notice.at >= EXPIRES_AFTER_MS
    const word: Exclude<DeliveryOutcome, 'again'> =
      outcome.kind === 'failed' && isOld ? 'expired' : outcome.kind
    const { id } = item.notice
    const tookMs = clock.now() - startedAt
    const { detail } = outcome
    events[word]({ kind, outcome: word, target: name, id, attempt: item.attempts, detail })
    if (word === 'failed') {
      const wishMs = outcome.kind === 'failed' ? outcome.afterMs : undefined
      if (wishMs !== undefined) {
        lane.pausedUntil = clock.now() + Math.min(wishMs, LONGEST_WISH_MS)
      }
      const plan = { minMs: MIN_BACKOFF_MS, maxMs: MAX_BACKOFF_MS, ...(random ? { random } : {}) }
      item.dueAt = clock.now() + backoffMs(item.attempts, plan)
    }
    const at = clock.now()
    const note = { id, at, attempt: item.attempts, target: name, outcome: word, tookMs, detail }
    await deps.mark(note).catch((error: unknown) => events.unmarked({ id, error }))
    if (word !== 'failed') lane.items.splice(lane.items.indexOf(item), 1)
  }

  /** Undefined when the program ends before the answer is there. */
  const attempt = async (
    target: Target | undefined,
    { notice }: Item,
    at: number,
  ): Promise<Outcome | undefined> => {
    if (!target) return { kind: 'refused', detail: 'There is no such target any more.' }
    try {
      return await target.send(notice, at, signal)
    } catch (error) {
      if (signal.aborted) return undefined
      return { kind: 'failed', detail: redactText(messageOf(error)) }
    }
  }

  scope.add('courier', async () => {
    await Promise.all(under)
  })

  return {
    add(parcels) {
      if (signal.aborted) return
      for (const { notice, attempts } of parcels) {
        const lane = laneOf(notice.target)
        lane.items.push({ notice, attempts, dueAt: 0 })
        lane.wake.abort()
        if (lane.running) continue
        lane.running = true
        const running = run(notice.target, lane).finally(() => under.delete(running))
        under.add(running)
      }
    },
    waiting: () => [...lanes.values()].reduce((sum, { items }) => sum + items.length, 0),
  }
}

/** The first that may go soonest, no group's later message before its earlier one. */
function nextOf({ items, pausedUntil }: Lane): { readonly item: Item; readonly dueAt: number } {
  const heads = new Map<string, Item>()
  for (const item of items) {
    const group = JSON.stringify([item.notice.route, item.notice.group])
    if (!heads.has(group)) heads.set(group, item)
  }
  const [item] = [...heads.values()].sort((a, b) => a.dueAt - b.dueAt)
  // Only called for lanes with items.
  if (!item) throw new RangeError('A lane without messages has no next one.')
  return { item, dueAt: Math.max(item.dueAt, pausedUntil) }
}
