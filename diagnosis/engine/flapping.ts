import type { Finding } from '../../core/model/finding.ts'

/** A time for which a finding was open, until it ended. */
export interface Spell {
  readonly from: number
  readonly to: number
}

/** The spells of each finding of a run that ended lately, oldest first, by key. */
export interface Spells {
  readonly run: string | undefined
  readonly of: Readonly<Record<string, readonly Spell[]>>
}

/** What has come and gone this often within this time comes again: the fault is one, and so is the finding. */
export const FLAPS = 3
export const FLAPPING_SPAN_MS = 30 * 60_000
/** However fast it came and went, it is believed to be over only after this long. */
export const LEAST_CALM_MS = 5 * 60_000
/** It must stay away for longer than it ever did between two ends, by this factor. */
const CALM_FACTOR = 2

export function recentSpells(spells: readonly Spell[], at: number): readonly Spell[] {
  return spells.filter(({ to }) => at - to < FLAPPING_SPAN_MS)
}

/** Whether a finding that would end now is held open, since it has ended too often to be believed. */
export function isDamped(
  spells: readonly Spell[] = [],
  { seenAt }: { readonly seenAt: number },
  at: number,
): boolean {
  if (spells.length < FLAPS) return false
  const pauses = spells.slice(1).map(({ to }, index) => to - (spells[index]?.to ?? to))
  return at - seenAt < Math.max(LEAST_CALM_MS, CALM_FACTOR * Math.max(...pauses))
}

/** Names it: in the words of the finding, so that a page, an alert and a log say the same. */
export function named(finding: Finding, spells: readonly Spell[]): Finding {
  const [first] = spells
  const last = spells.at(-1)
  if (spells.length < FLAPS || !first || !last) return finding
  const minutes = Math.max(1, Math.round((last.to - first.from) / 60_000))
  const flapping = { times: spells.length, since: first.from }
  const text = `${finding.message.text} It flaps: it came and went ${spells.length} times in ${minutes} min.`
  return { ...finding, flapping, message: { ...finding.message, text } }
}
