import {
  PLATFORM_WIDE,
  type PlatformTrouble,
  type SharedThing,
  subjectOfThing,
} from '../../core/model/platform.ts'
import { findingKey } from '../engine/ask.ts'
import { type Gathering, gather, type JobWord } from './gather.ts'
import { aboutThing } from './say.ts'

/** What fewer have than hold it is over after this long: brokers that come back do so one by one. */
export const RESOLVES_AFTER_MS = 2 * 60_000

/** What is wrong with things that jobs share, after a look at the newest word on every job. */
export interface Looked {
  readonly open: readonly PlatformTrouble[]
  /** Those that ended with this look. */
  readonly ended: readonly PlatformTrouble[]
}

/**
 * Follows troubles of shared things from look to look: one opens as soon as enough jobs have the same cause,
 * holds while fewer do (`gather.ts`), and ends after two minutes of still fewer, or at once when another thing
 * turned out to be behind all of it. Several causes at one thing are one trouble. Pure: `before` is all that
 * is remembered, and what a restarted Weir finds in the store.
 */
export function followTroubles(
  before: readonly PlatformTrouble[],
  words: Iterable<JobWord>,
  at: number,
): Looked {
  const known = new Map(before.map((trouble) => [trouble.finding.key, trouble]))
  const isHeld = (rule: string, thing: SharedThing) =>
    known.get(troubleKey(thing))?.causes.includes(rule) === true
  const open = new Map<string, PlatformTrouble>()
  for (const [key, gatherings] of byThing(gather(words, isHeld)))
    open.set(key, troubleOf(key, gatherings, known.get(key), at))
  const explained = new Set([...open.values()].flatMap(({ jobs }) => jobs))
  const ended: PlatformTrouble[] = []
  for (const [key, old] of known) {
    if (open.has(key)) continue
    const isExplained = old.jobs.every((job) => explained.has(job))
    if (!isExplained && at - old.finding.seenAt < RESOLVES_AFTER_MS) open.set(key, old)
    else ended.push({ ...old, finding: { ...old.finding, state: 'resolved', resolvedAt: at } })
  }
  const isWorse = (a: PlatformTrouble, b: PlatformTrouble) => b.jobs.length - a.jobs.length
  return { open: [...open.values()].sort(isWorse), ended }
}

export const troubleKey = (thing: SharedThing): string =>
  findingKey(PLATFORM_WIDE, subjectOfThing(thing))

function byThing(gatherings: readonly Gathering[]): ReadonlyMap<string, readonly Gathering[]> {
  const things = new Map<string, Gathering[]>()
  for (const one of gatherings) {
    const key = troubleKey(one.thing)
    const own = things.get(key) ?? []
    things.set(key, own)
    own.push(one)
  }
  return things
}

function troubleOf(
  key: string,
  gatherings: readonly Gathering[],
  old: PlatformTrouble | undefined,
  at: number,
): PlatformTrouble {
  const hits = gatherings.flatMap((one) => one.hits)
  const jobs = [...new Set(hits.map(({ job }) => job))].sort()
  const [first] = gatherings
  const thing = first?.thing ?? { kind: 'cluster', name: '' }
  const since = old?.finding.since ?? Math.min(...hits.map(({ finding }) => finding.since))
  const sharing = Math.max(jobs.length, ...gatherings.map((one) => one.sharing))
  const said = { key, thing, gatherings, jobs, sharing, since, at }
  return {
    ...{ thing, jobs, sharing, finding: aboutThing(said) },
    causes: [...new Set(gatherings.map(({ rule }) => rule))].sort(),
  }
}
