import type { Finding } from '../../core/model/finding.ts'
import type { SharedKind, SharedThing } from '../../core/model/platform.ts'
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
  return [...hitsByRule(all)].flatMap(([rule, hits]) => {
    const kinds = SHARED_BY[rule] ?? []
    if (hits.length < HELD_JOBS || kinds.length === 0) return []
    const users = usersOf(all, rule, new Set(hits.map(({ job }) => job)))
    return blame({ rule, kinds, shares, users, held }, hits)
  })
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

interface Question {
  readonly rule: string
  readonly kinds: readonly SharedKind[]
  readonly shares: ReadonlyMap<string, readonly SharedThing[]>
  readonly users: ReadonlyMap<string, number>
  readonly held: (rule: string, thing: SharedThing) => boolean
}

interface Candidate {
  readonly key: string
  readonly thing: SharedThing
  readonly hits: readonly Hit[]
  readonly sharing: number
  readonly isHeld: boolean
}

/** Blames the best thing for its jobs, then the best of the others for those that are left, and so on. */
function blame(question: Question, hits: readonly Hit[]): readonly Gathering[] {
  const { rule, kinds, users, held } = question
  const things = thingsOf(question, hits)
  const taken = new Set<string>()
  const candidateOf = (key: string): readonly Candidate[] => {
    const own = things.get(key)
    if (!own) return []
    const left = own.hits.filter(({ job }) => !taken.has(job))
    const isHeld = held(rule, own.thing)
    const meant = isHeld ? left : together(left)
    const one = { key, thing: own.thing, hits: meant, sharing: users.get(key) ?? 0, isHeld }
    return isWide(one) ? [one] : []
  }
  const compare = order(kinds)
  const queue = [...things.keys()].flatMap(candidateOf).sort(compare)
  const gatherings: Gathering[] = []
  for (let best = queue.shift(); best; best = queue.shift()) {
    const [now] = candidateOf(best.key)
    if (!now) continue
    const next = queue[0]
    // Others have been blamed for some of its jobs, so that it may not be the best of what is left.
    if (next && compare(now, next) > 0) {
      queue.splice(placeOf(queue, now, compare), 0, now)
      continue
    }
    for (const { job } of now.hits) taken.add(job)
    const { thing, hits: meant, sharing } = now
    gatherings.push({ rule, thing, hits: meant, sharing, rivals: rivalsOf(now, question) })
  }
  return gatherings
}

/** Most jobs first; then what is held, whose other users are hit most, and the likeliest for the cause. */
function order(kinds: readonly SharedKind[]): (a: Candidate, b: Candidate) => number {
  const shareOf = ({ hits, sharing }: Candidate) => hits.length / sharing
  return (a, b) =>
    b.hits.length - a.hits.length ||
    Number(b.isHeld) - Number(a.isHeld) ||
    shareOf(b) - shareOf(a) ||
    kinds.indexOf(a.thing.kind) - kinds.indexOf(b.thing.kind) ||
    (a.key < b.key ? -1 : Number(a.key > b.key))
}

function placeOf(
  queue: readonly Candidate[],
  one: Candidate,
  compare: (a: Candidate, b: Candidate) => number,
): number {
  let [low, high] = [0, queue.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const other = queue[middle]
    if (other && compare(other, one) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The things that are shared by jobs which have the cause, with those jobs. */
function thingsOf({ kinds, shares }: Pick<Question, 'kinds' | 'shares'>, hits: readonly Hit[]) {
  const things = new Map<string, { readonly thing: SharedThing; readonly hits: Hit[] }>()
  for (const hit of hits) {
    for (const thing of shares.get(hit.job) ?? []) {
      if (!kinds.includes(thing.kind)) continue
      const key = thingKey(thing)
      const own = things.get(key)
      if (own) own.hits.push(hit)
      else things.set(key, { thing, hits: [hit] })
    }
  }
  return things
}

/** Other things that some of the same jobs share, those with most of them first. */
function rivalsOf({ key, hits }: Candidate, question: Question): readonly Rival[] {
  return [...thingsOf(question, hits)]
    .flatMap(([other, { thing, hits: own }]): Rival[] => {
      if (other === key || own.length < HELD_JOBS) return []
      return [{ thing, hits: own.length, sharing: question.users.get(other) ?? 0 }]
    })
    .sort((a, b) => b.hits - a.hits)
    .slice(0, MOST_RIVALS)
}

/** A broker of 10,000 jobs stands beside thousands of nodes; nobody reads why each of them is not to blame. */
const MOST_RIVALS = 5

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
