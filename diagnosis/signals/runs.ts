import type { Category, Severity } from '../../core/model/finding.ts'
import {
  changesBetween,
  optionsOf,
  type RunSpec,
  type SpecChange,
} from '../../core/model/run-spec.ts'
import { loadOf } from './load.ts'
import { presentPods } from './pods.ts'
import { sourcesOf } from './sources.ts'
import type { JobView } from './view.ts'

/** One minute of a run: what it took in and how it was. Null: not known. */
export interface RunMinute {
  readonly at: number
  /** Records a second over all sources, at the end of the minute. */
  readonly recordsPerSecond: number | null
  /** The lowest score of the minute. */
  readonly score: number | null
  /** Rules of the causes that were open in it. */
  readonly rules: readonly string[]
}

/** A cause that was open when the run was looked at last. */
export interface OpenCause {
  readonly rule: string
  readonly title: string
  readonly subject: string
  readonly category: Category
  readonly severity: Severity
  readonly since: number
}

export interface RunProfile {
  readonly run: string
  readonly startedAt: number
  readonly spec: RunSpec
  /** Oldest first, those that were looked at. */
  readonly minutes: readonly RunMinute[]
  readonly causes: readonly OpenCause[]
}

/** A run of before and what has changed since it. */
export interface Replaced {
  readonly before: RunProfile
  /** When the first run began that is not as it was. */
  readonly changedAt: number
}

/** What is remembered of the newest run of a job and of the one that it can be compared with. */
export interface RunsMemory {
  readonly now: RunProfile
  readonly replaced?: Replaced
  /** What `replaced` was before this run, until it is known whether this run is another one at all. */
  readonly older?: Replaced
}

/** What a round has said of the run, beside its facts. */
export interface SaidOfRun {
  readonly score: number | null
  readonly causes: readonly OpenCause[]
}

/** Minutes that are kept: an hour of a job that is looked at each round, ten of one that is quiet (`screening.ts`). */
const KEPT_MINUTES = 60
const MINUTE_MS = 60_000
/** A run that was looked at for less than this is nothing to compare with: the one before it stays. */
const LEAST_MINUTES = 5
/** A run that is being stopped is not what the next one is compared with. */
const LAST_MINUTES = 1

/** Takes over what a round has seen. Pure; what it remembers is plain JSON. */
export function followRuns(
  view: JobView,
  said: SaidOfRun,
  memory: RunsMemory | undefined,
): RunsMemory | undefined {
  const { run, facts } = view
  if (!run) return memory
  const isSame = memory?.now.run === run.run && memory.now.startedAt === run.startedAt
  const { now, replaced, older } = isSame ? memory : begun(run, memory)
  const minute = minuteOf(view, said, now.minutes.at(-1))
  const after: RunProfile = {
    ...now,
    spec: specOf(view, now.spec),
    minutes: [...now.minutes.filter(({ at }) => at !== minute.at), minute].slice(-KEPT_MINUTES),
    causes: said.causes,
  }
  const isKnown = after.spec.vertices !== undefined && facts.at - run.startedAt > MINUTE_MS
  const isOther = replaced && changesBetween(replaced.before.spec, after.spec).length > 0
  // A restart of the same is no change: what it is compared with stays what it was.
  const compared = isKnown && older && !isOther ? older : replaced
  return {
    now: after,
    ...(compared && { replaced: compared }),
    ...(older && !isKnown && { older }),
  }
}

function begun(
  run: { readonly run: string; readonly startedAt: number },
  memory: RunsMemory | undefined,
): RunsMemory {
  const now: RunProfile = {
    ...{ run: run.run, startedAt: run.startedAt },
    ...{ spec: {}, minutes: [], causes: [] },
  }
  if (!memory) return { now }
  const { now: last, replaced, older } = memory
  const minutes = last.minutes.slice(0, -LAST_MINUTES)
  const known = minutes.filter(({ score }) => score !== null)
  if (known.length < LEAST_MINUTES)
    return { now, ...(replaced && { replaced }), ...(older && { older }) }
  return {
    now,
    replaced: { before: { ...last, minutes }, changedAt: run.startedAt },
    ...(replaced && { older: replaced }),
  }
}

function minuteOf(
  view: JobView,
  { score, causes }: SaidOfRun,
  last: RunMinute | undefined,
): RunMinute {
  const at = Math.floor(view.facts.at / MINUTE_MS) * MINUTE_MS
  const before = last?.at === at ? last : undefined
  const rules = causes.map(({ rule }) => rule)
  const scores = [before?.score ?? null, score].flatMap((one) => one ?? [])
  const taken = takenIn(view)
  return {
    at,
    // No more digits than a load has.
    recordsPerSecond:
      taken === undefined ? (before?.recordsPerSecond ?? null) : Number(taken.toPrecision(4)),
    score: scores.length === 0 ? null : Math.min(...scores),
    rules: [...new Set([...(before?.rules ?? []), ...rules])].sort(),
  }
}

/** Over all sources; a sum that misses one is not known. What does not run takes nothing. */
export function takenIn({ facts, run, loads }: JobView): number | undefined {
  if (run && run.state !== 'RUNNING') return 0
  const sources = sourcesOf(facts)
  if (sources.length === 0) return undefined
  let sum = 0
  for (const { id } of sources) {
    const rate = loadOf(loads, id)?.recordsPerSecond
    if (rate === undefined) return undefined
    sum += rate
  }
  return sum
}

/** As it was submitted: what is told first counts, as a rescale in place is not another specification. */
function specOf(view: JobView, known: RunSpec): RunSpec {
  const { facts, run } = view
  const { topology, config } = facts
  const images = (presentPods(facts) ?? []).flatMap(({ containers }) =>
    containers.flatMap(({ name, image }) => (name === 'flink-main-container' ? image : [])),
  )
  const version = known.flinkVersion ?? run?.flinkVersion
  const vertices =
    known.vertices ?? topology?.vertices.map(({ name, parallelism }) => ({ name, parallelism }))
  const options = known.options ?? (config && optionsOf(config))
  const own = known.images ?? (images.length > 0 ? [...new Set(images)].sort() : undefined)
  return {
    ...(version && { flinkVersion: version }),
    ...(vertices && { vertices }),
    ...(options && { options }),
    ...(own && { images: own }),
  }
}

/** What is different from the run that was replaced. */
export function changesOf({ now, replaced }: RunsMemory): readonly SpecChange[] {
  return replaced ? changesBetween(replaced.before.spec, now.spec) : []
}
