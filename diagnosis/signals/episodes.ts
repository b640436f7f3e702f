import { type Episode, type EpisodeRole, severityOf } from '../../core/model/episode.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { rootSteps, vertexSteps, victimSteps, type WaitingStep } from './steps.ts'

/** Calm steps that do not end an episode: a buffer that empties for a moment is not relief. */
const CALM_STEPS = 2

/** Fewer waiting steps than this are a burst that the buffers took. */
const LEAST_STEPS = 2

/** No sample for this long ends an episode where the samples ended: what came after is not known. */
const SILENT_MS = 60_000

/** What following the episodes of a job needs from one round to the next; plain JSON. */
export interface EpisodeMemory {
  /** End of the newest step that was counted, by vertex. */
  readonly countedTo: Readonly<Record<string, number>>
  readonly open: readonly OpenEpisode[]
  readonly totals: readonly EpisodeTotal[]
}

export interface OpenEpisode {
  readonly run: string
  readonly vertex: string
  readonly role: EpisodeRole
  readonly startAt: number
  readonly seenAt: number
  /** Steps that waited so far, and the calm ones since the last of them. */
  readonly steps: number
  readonly calm: number
  readonly waitedMs: number
  /** Integral of the share over the waiting time, in ms. */
  readonly shareMs: number
  readonly worst: number
}

/** All that was ever counted of a vertex since the job was first seen. */
export interface EpisodeTotal {
  readonly vertex: string
  readonly role: EpisodeRole
  readonly episodes: number
  readonly ms: number
}

export const NO_EPISODES: EpisodeMemory = { countedTo: {}, open: [], totals: [] }

export interface FollowedEpisodes {
  /** Those that last, and those that ended since the last round. */
  readonly episodes: readonly Episode[]
  readonly memory: EpisodeMemory
}

/**
 * Follows backpressure through the rounds: position (vertex and role), time and count. Each step of the
 * counters is counted once, however the windows of two rounds overlap. Pure; `memory` is what the round
 * before returned.
 */
export function followEpisodes(facts: JobFacts, memory: EpisodeMemory): FollowedEpisodes {
  const run = facts.runs.at(-1)?.run ?? ''
  const all = vertexSteps(facts)
  const countedTo: Record<string, number> = {}
  const followed: FollowedPlace[] = []
  for (const vertex of new Set([...all.keys(), ...memory.open.map((one) => one.vertex)])) {
    const steps = all.get(vertex) ?? []
    const counted = memory.countedTo[vertex] ?? Number.NEGATIVE_INFINITY
    const newest = Math.max(counted, steps.at(-1)?.toAt ?? counted)
    if (Number.isFinite(newest)) countedTo[vertex] = newest
    const waiting = { root: rootSteps(facts, vertex, all), victim: victimSteps(steps) }
    for (const role of ['root', 'victim'] as const) {
      const fresh = waiting[role].filter(({ toAt }) => toAt > counted)
      const before = memory.open.find((one) => one.vertex === vertex && one.role === role)
      followed.push(followPlace({ run, vertex, role }, before, fresh, facts.at))
    }
  }
  const open = followed.flatMap((place) => place.open ?? [])
  return {
    episodes: followed.flatMap(({ open, ended }) => [
      ...ended.filter(isEpisode).map((one) => toEpisode(facts, one, one.seenAt)),
      ...(open && isEpisode(open) ? [toEpisode(facts, open, undefined)] : []),
    ]),
    memory: { countedTo, open, totals: sumUp(memory.totals, memory.open, followed) },
  }
}

type Place = Pick<OpenEpisode, 'run' | 'vertex' | 'role'>

interface FollowedPlace {
  readonly open: OpenEpisode | undefined
  readonly ended: readonly OpenEpisode[]
}

/** Takes the new steps of one vertex in one role. */
function followPlace(
  place: Place,
  before: OpenEpisode | undefined,
  steps: readonly WaitingStep[],
  at: number,
): FollowedPlace {
  const ended: OpenEpisode[] = []
  let current = before
  const end = () => {
    if (current) ended.push(current)
    current = undefined
  }
  if (current && current.run !== place.run) end()
  for (const step of steps) {
    if (current && step.fromAt - current.seenAt > SILENT_MS) end()
    if (step.share > 0) current = grow(current, step, place)
    else if (current) current = { ...current, calm: current.calm + 1 }
    if (current && current.calm > CALM_STEPS) end()
  }
  if (current && at - current.seenAt > SILENT_MS) end()
  return { open: current, ended }
}

const isEpisode = ({ steps }: OpenEpisode) => steps >= LEAST_STEPS

/** Adds what this round added: an episode is counted when it has become one, with all its time. */
function sumUp(
  totals: readonly EpisodeTotal[],
  before: readonly OpenEpisode[],
  followed: readonly FollowedPlace[],
): readonly EpisodeTotal[] {
  const sums = new Map(totals.map((total) => [keyOf(total), total]))
  for (const episode of followed.flatMap(({ open, ended }) => [
    ...ended,
    ...(open ? [open] : []),
  ])) {
    if (!isEpisode(episode)) continue
    const key = keyOf(episode)
    const known = before.find((one) => keyOf(one) === key && one.startAt === episode.startAt)
    const counted = known && isEpisode(known) ? known : undefined
    const { vertex, role, waitedMs } = episode
    const sum = sums.get(key) ?? { vertex, role, episodes: 0, ms: 0 }
    sums.set(key, {
      ...sum,
      episodes: sum.episodes + (counted ? 0 : 1),
      ms: sum.ms + waitedMs - (counted?.waitedMs ?? 0),
    })
  }
  return [...sums.values()]
}

function grow(
  current: OpenEpisode | undefined,
  { fromAt, toAt, share }: WaitingStep,
  place: Place,
): OpenEpisode {
  const stepMs = toAt - fromAt
  const before = current ?? {
    ...{ ...place, startAt: fromAt, seenAt: fromAt },
    ...{ steps: 0, calm: 0, waitedMs: 0, shareMs: 0, worst: 0 },
  }
  return {
    ...before,
    seenAt: toAt,
    steps: before.steps + 1,
    calm: 0,
    waitedMs: before.waitedMs + stepMs,
    shareMs: before.shareMs + share * stepMs,
    worst: Math.max(before.worst, share),
  }
}

function toEpisode(facts: JobFacts, open: OpenEpisode, endAt: number | undefined): Episode {
  const mean = open.waitedMs > 0 ? open.shareMs / open.waitedMs : open.worst
  return {
    job: facts.job,
    run: open.run,
    vertex: open.vertex,
    name: facts.topology?.vertices.find(({ id }) => id === open.vertex)?.name ?? open.vertex,
    role: open.role,
    startAt: open.startAt,
    seenAt: open.seenAt,
    ...(endAt === undefined ? {} : { endAt }),
    worst: open.worst,
    mean,
    severity: severityOf(mean),
  }
}

const keyOf = ({ vertex, role }: Pick<OpenEpisode, 'vertex' | 'role'>) => `${role}/${vertex}`
