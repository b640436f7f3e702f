import type { Finding } from '../../core/model/finding.ts'
import type { SharedThing } from '../../core/model/platform.ts'
import type { Verdict } from '../engine/diagnosis.ts'
import { thingKey } from './shares.ts'
import { SHARED_BY } from './wide-rules.ts'

/** What is looked at of one job: its newest word, before anything was folded under a shared thing. */
export interface JobWord {
  readonly job: string
  readonly shares: readonly SharedThing[]
  readonly findings: readonly Finding[]
  readonly verdicts: readonly Verdict[]
}

/** One job's open cause. */
export interface Hit {
  readonly job: string
  readonly finding: Finding
}

/** A cause that many jobs have which share a thing. */
export interface Gathering {
  readonly thing: SharedThing
  readonly rule: string
  readonly hits: readonly Hit[]
  /** Jobs that share the thing and could have told, those that have it among them. */
  readonly sharing: number
  /** Other things that were looked at as the reason. */
  readonly rivals: readonly Rival[]
}

/** `hits` of the same jobs share it, of `sharing` that do and could have told. */
export interface Rival {
  readonly thing: SharedThing
  readonly hits: number
  readonly sharing: number
}

/**
 * From so many jobs on. A job begins to have some cause perhaps once a day, so within a given ten minutes with
 * a chance of p < 0.01, and a given cause of fifty with far less. Two jobs that share a thing meet by chance
 * with p²: with a thousand pairs and 144 such spans a day that would be several false troubles a day. Three
 * meet with p³, and all three of the same cause less than once in years.
 */
export const LEAST_JOBS = 3
/**
 * And at least half of those who share the thing and could have told. What breaks under all of them hits all
 * of them; among a thousand jobs three or thirty have the same cause at any time, each for itself.
 */
export const LEAST_SHARE = 0.5
/**
 * "At the same time". Most causes show within a minute; those of checkpoints only with the next one, and
 * intervals of ten minutes are common.
 */
export const ONSET_MS = 10 * 60_000
/** What is found already holds until fewer have it: hysteresis, so that one job that recovers changes nothing. */
export const HELD_JOBS = 2
export const HELD_SHARE = 0.8 * LEAST_SHARE

/**
 * Finds what is wrong with things that jobs share. Of several things that the same jobs share, the one that the
 * most of them share is named; among equals the one whose other users are hit most, then the likeliest for the cause.
 * `held` tells whether a thing is in trouble for that cause already. Pure.
 */
export function gather(
  words: Iterable<JobWord>,
  held: (rule: string, thing: SharedThing) => boolean,
): readonly Gathering[] {
  const all = [...words]
  const shares = new Map(all.map(({ job, shares: own }) => [job, own]))
  const gatherings: Gathering[] = []
  for (const [rule, hits] of hitsByRule(all)) {
    const kinds = SHARED_BY[rule] ?? []
    if (hits.length < HELD_JOBS || kinds.length === 0) continue
    const users = usersOf(all, rule, new Set(hits.map(({ job }) => job)))
    let left = hits
    for (;;) {
      const best = bestOf(rule, left, shares, users, held)
      if (!best) break
      gatherings.push(best)
      const taken = new Set(best.hits.map(({ job }) => job))
      left = left.filter(({ job }) => !taken.has(job))
    }
  }
  return gatherings
}

/** Open causes of stable rules; what a cause explains inside a job is not counted again. */
function hitsByRule(words: readonly JobWord[]): ReadonlyMap<string, readonly Hit[]> {
  const byRule = new Map<string, Map<string, Hit>>()
  for (const { job, findings } of words) {
    for (const finding of findings) {
      const { rule, state, cause, stage, since } = finding
      if (state !== 'open' || !cause || stage !== 'stable') continue
      const own = byRule.get(rule) ?? new Map<string, Hit>()
      byRule.set(rule, own)
      // Of several of one rule in a job the first began it.
      if (since < (own.get(job)?.finding.since ?? Number.POSITIVE_INFINITY))
        own.set(job, { job, finding })
    }
  }
  return new Map([...byRule].map(([rule, hits]) => [rule, [...hits.values()]]))
}

/** Of each thing of the right kind, how many jobs share it and were told about by the rule. */
function usersOf(
  words: readonly JobWord[],
  rule: string,
  hit: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const kinds = SHARED_BY[rule] ?? []
  const users = new Map<string, number>()
  for (const { job, shares, verdicts } of words) {
    const own = shares.filter(({ kind }) => kinds.includes(kind))
    if (own.length === 0 || !(hit.has(job) || couldTell(verdicts, rule))) continue
    for (const thing of own) users.set(thingKey(thing), (users.get(thingKey(thing)) ?? 0) + 1)
  }
  return users
}

function couldTell(verdicts: readonly Verdict[], rule: string): boolean {
  return verdicts.some(
    (verdict) =>
      verdict.rule === rule && (verdict.outcome === 'healthy' || verdict.outcome === 'found'),
  )
}

interface Candidate {
  readonly thing: SharedThing
  readonly hits: readonly Hit[]
  readonly sharing: number
  readonly isHeld: boolean
}

function bestOf(
  rule: string,
  hits: readonly Hit[],
  shares: ReadonlyMap<string, readonly SharedThing[]>,
  users: ReadonlyMap<string, number>,
  held: (rule: string, thing: SharedThing) => boolean,
): Gathering | undefined {
  const kinds = SHARED_BY[rule] ?? []
  const things = new Map<string, { readonly thing: SharedThing; readonly hits: Hit[] }>()
  for (const hit of hits) {
    for (const thing of shares.get(hit.job) ?? []) {
      if (!kinds.includes(thing.kind)) continue
      const own = things.get(thingKey(thing)) ?? { thing, hits: [] }
      things.set(thingKey(thing), own)
      own.hits.push(hit)
    }
  }
  const candidates = [...things.values()].map((own): Candidate => {
    const isHeld = held(rule, own.thing)
    const meant = isHeld ? own.hits : together(own.hits)
    return { ...own, hits: meant, sharing: users.get(thingKey(own.thing)) ?? 0, isHeld }
  })
  const shareOf = (one: Candidate) => one.hits.length / one.sharing
  const [best] = candidates
    .filter(isWide)
    .sort(
      (a, b) =>
        b.hits.length - a.hits.length ||
        Number(b.isHeld) - Number(a.isHeld) ||
        shareOf(b) - shareOf(a) ||
        kinds.indexOf(a.thing.kind) - kinds.indexOf(b.thing.kind) ||
        thingKey(a.thing).localeCompare(thingKey(b.thing)),
    )
  if (!best) return undefined
  const jobs = new Set(best.hits.map(({ job }) => job))
  const rivals = candidates.flatMap(({ thing, sharing }): Rival[] => {
    if (thing === best.thing) return []
    const own = things.get(thingKey(thing))?.hits.filter(({ job }) => jobs.has(job)) ?? []
    return own.length < HELD_JOBS ? [] : [{ thing, hits: own.length, sharing }]
  })
  const { thing, hits: meant, sharing } = best
  return { thing, rule, hits: meant, sharing, rivals }
}

function isWide({ hits, sharing, isHeld }: Candidate): boolean {
  const [jobs, share] = isHeld ? [HELD_JOBS, HELD_SHARE] : [LEAST_JOBS, LEAST_SHARE]
  return hits.length >= jobs && hits.length >= share * sharing
}

/** The most hits that began within `ONSET_MS` of each other; of equally many the newest. */
function together(hits: readonly Hit[]): readonly Hit[] {
  const sorted = [...hits].sort((a, b) => a.finding.since - b.finding.since)
  let best: readonly Hit[] = []
  let from = 0
  for (let to = 0; to < sorted.length; to++) {
    const end = sorted[to]?.finding.since ?? 0
    while ((sorted[from]?.finding.since ?? end) < end - ONSET_MS) from++
    if (to - from + 1 >= best.length) best = sorted.slice(from, to + 1)
  }
  return best
}
