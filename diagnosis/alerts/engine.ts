import type { Clock } from '../../core/kit/clock.ts'
import { every } from '../../core/kit/clock.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { Rounds } from '../rounds/rounds.ts'
import type { AlertRules } from './alert.ts'
import { type OpenBook, openBook } from './book.ts'
import type { Courier } from './courier.ts'
import { type Decided, type Decision, decide, type Plan, type World } from './decide.ts'
import type { AlertEvents } from './happenings.ts'
import type { AlertRecords } from './records.ts'
import type { Silence } from './routing.ts'
import { createWatch, type Watch } from './watch.ts'

export interface EngineDeps {
  readonly rounds: Pick<Rounds, 'latestDiagnoses' | 'onRound'>
  readonly records: Pick<AlertRecords, 'keep' | 'load'>
  readonly courier: Courier
  readonly plan: () => Plan
  /** What must be known before anything is decided. */
  readonly prepare: () => Promise<void>
  readonly rules: AlertRules
  readonly silences: () => readonly Silence[]
  readonly isRecording: (cluster: string) => boolean
  readonly clock: Clock
  readonly events: AlertEvents
}

/** Follows the rounds, decides, keeps what was decided, and only then hands it on. */
export interface Engine {
  readonly watch: Watch
  /** Undefined until it is known what was told before. */
  book(): OpenBook | undefined
  standings(): Decided['standings']
  /** Looks now instead of at the next beat; resolves when that is done. */
  turn(): Promise<void>
}

/** Waits, repeats and mutes end between rounds as well. */
const BEAT_MS = 1_000
/** What nobody took for longer than this was given up. */
const LOOK_BACK_MS = 25 * 3_600_000

export function startEngine(deps: EngineDeps, scope: Scope): Engine {
  const { rounds, records, courier, clock, events } = deps
  const { signal } = scope
  const watch = createWatch(deps.rules)
  let book: OpenBook | undefined
  /** Decided, but perhaps not kept: nothing else is decided before it is. */
  let unkept: { readonly decisions: readonly Decision[]; readonly at: number } | undefined
  let standings: Decided['standings'] = []
  let turning: Promise<void> = Promise.resolve()

  const load = async (at: number) => {
    await deps.prepare()
    const { unsent, ...kept } = await records.load(at - LOOK_BACK_MS, at)
    book = openBook(kept)
    courier.add(unsent)
    return book
  }

  const keep = async (open: OpenBook, decisions: readonly Decision[], at: number) => {
    unkept = { decisions, at }
    await records.keep(decisions, at)
    unkept = undefined
    open.apply(decisions, at)
    for (const { notices } of decisions) {
      for (const { status, route, group } of notices) events.decided({ status, route, group })
    }
    const notices = decisions.flatMap((one) => one.notices)
    courier.add(notices.map((notice) => ({ notice, attempts: 0 })))
  }

  const turnNow = async () => {
    const at = clock.now()
    try {
      watch.look(rounds.latestDiagnoses(), at)
      const open = book ?? (await load(at).catch((error: unknown) => events.unloaded({ error })))
      if (!open) return
      if (unkept) await keep(open, unkept.decisions, unkept.at)
      const decided = decide(deps.plan(), worldAt(at), open)
      standings = decided.standings
      if (decided.decisions.length > 0) await keep(open, decided.decisions, at)
    } catch (error) {
      if (unkept) events.unkept({ error, decisions: unkept.decisions.length })
      else events.broken({ error })
    }
  }

  const worldAt = (at: number): World => ({
    ...{ at, alerts: watch.alerts(), folded: new Set(watch.folded().keys()), about: watch.about },
    silences: deps.silences(),
    isRecording: deps.isRecording,
  })

  const turn = (): Promise<void> => {
    turning = turning.then(() => (signal.aborted ? undefined : turnNow()))
    return turning
  }

  const stopListening = rounds.onRound(() => void turn())
  const beats = async () => {
    for await (const _ of every(BEAT_MS, clock, signal)) await turn()
  }
  const beating = beats()
  scope.add('alerts', async () => {
    stopListening()
    await Promise.all([beating, turning])
  })
  return { watch, book: () => book, standings: () => standings, turn }
}
