import { z } from 'zod'
import type { Clock } from '../../core/kit/clock.ts'
import type { Setting } from '../../core/store/settings.ts'
import type { AlertEvents } from './happenings.ts'
import { type Match, matchConfig } from './match.ts'
import type { AlertRecords } from './records.ts'
import type { Silence } from './routing.ts'

/** A webhook that somebody made on the page, with what it is told. Its address must not be a secret. */
export interface PageTarget {
  readonly name: string
  readonly url: string
  readonly match: Match
  readonly by: string
}

/** What people set while Weir runs, at hand; each change is kept before it counts. */
export interface Settings {
  /** Resolves when what was set before is known. Rejects when it cannot be read now. */
  load(): Promise<void>
  silences(): readonly Silence[]
  targets(): readonly PageTarget[]
  setSilence(silence: Silence): Promise<void>
  setTarget(target: PageTarget): Promise<void>
  removeTarget(name: string): Promise<void>
}

const SilenceBody = z.object({
  id: z.string(),
  match: matchConfig,
  startsAt: z.number(),
  endsAt: z.number(),
  by: z.string(),
  comment: z.string(),
})
const TargetBody = z.object({
  name: z.string(),
  url: z.url(),
  match: matchConfig,
  by: z.string(),
})

/** Silences are listed for a day after their end. */
const ENDED_LISTED_MS = 86_400_000

export function createSettings(
  records: Pick<AlertRecords, 'settings' | 'set'>,
  { clock, events }: { readonly clock: Clock; readonly events: AlertEvents },
): Settings {
  const silences = new Map<string, Silence>()
  const targets = new Map<string, PageTarget>()
  let loaded = false

  const take = ({ kind, id, body }: Setting) => {
    const silence = kind === 'silence' ? SilenceBody.safeParse(body).data : undefined
    const target = kind === 'target' ? TargetBody.safeParse(body).data : undefined
    if (silence) silences.set(id, silence)
    else if (target) targets.set(id, target)
    else events.unreadable({ kind, id })
  }
  const forget = () => {
    const now = clock.now()
    for (const [id, { endsAt }] of silences) {
      if (endsAt < now - ENDED_LISTED_MS) silences.delete(id)
    }
  }

  return {
    async load() {
      if (loaded) return
      for (const setting of await records.settings()) take(setting)
      forget()
      loaded = true
    },
    silences: () => [...silences.values()],
    targets: () => [...targets.values()],
    async setSilence(silence) {
      await records.set({ kind: 'silence', id: silence.id, at: clock.now(), body: silence })
      silences.set(silence.id, silence)
      forget()
    },
    async setTarget(target) {
      await records.set({ kind: 'target', id: target.name, at: clock.now(), body: target })
      targets.set(target.name, target)
    },
    async removeTarget(name) {
      await records.set({ kind: 'target', id: name, at: clock.now(), body: undefined })
      targets.delete(name)
    },
  }
}
