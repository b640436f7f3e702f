import type { TaskSample, Via } from '../../core/model/samples.ts'

/** One reading of a subtask's counters; `clockMs` is Flink's own clock of the attempt. */
export interface TaskVector {
  readonly at: number
  readonly clockMs: number
  readonly busyMs: number
  readonly idleMs: number
  readonly backpressuredMs: number
  readonly recordsIn: number | undefined
  readonly recordsOut: number | undefined
  readonly sample: TaskSample
}

/** The distinct readings of the newest attempt of one subtask by one source, oldest first. */
export interface SubtaskVectors {
  readonly vertex: string
  readonly subtask: number
  readonly attempt: number
  readonly via: Via
  readonly vectors: readonly TaskVector[]
}

/**
 * Readings younger than this on Flink's clock are left out: the first interval of an attempt holds
 * its restore and initialisation (two samples at the usual 5 s scrape).
 */
const WARM_UP_MS = 10_000

/** Loads, episodes and sizes ask about the same samples in every round. */
const known = new WeakMap<readonly TaskSample[], readonly SubtaskVectors[]>()

/**
 * Sorts samples into one list of distinct readings per subtask. REST bodies advance in jumps, so an
 * unchanged clock is no sample; two sources of one subtask are never mixed: the one with more
 * readings wins, because differences across sources would compare two delays.
 */
export function subtaskVectors(samples: readonly TaskSample[]): readonly SubtaskVectors[] {
  const before = known.get(samples)
  if (before) return before
  const vectors = [...subtasksIn(samples)].flatMap(([vertex, subtasks]) =>
    [...subtasks].flatMap(([subtask, seen]) => bestOf(vertex, subtask, seen)),
  )
  vectors.sort((a, b) =>
    a.vertex === b.vertex ? a.subtask - b.subtask : a.vertex < b.vertex ? -1 : 1,
  )
  known.set(samples, vectors)
  return vectors
}

/** What all sources have seen of one subtask. */
interface Seen {
  newestAttempt: number
  readonly bySource: { readonly via: Via; readonly samples: TaskSample[] }[]
}

/** Maps in maps: a key of text for each of some ten thousand samples would be most of a round. */
function subtasksIn(
  samples: readonly TaskSample[],
): ReadonlyMap<string, ReadonlyMap<number, Seen>> {
  const vertices = new Map<string, Map<number, Seen>>()
  for (const sample of samples) {
    const { vertex, subtask, via, attempt } = sample
    const subtasks = vertices.get(vertex) ?? new Map<number, Seen>()
    if (subtasks.size === 0) vertices.set(vertex, subtasks)
    const seen = subtasks.get(subtask) ?? { newestAttempt: 0, bySource: [] }
    if (seen.bySource.length === 0) subtasks.set(subtask, seen)
    if (attempt > seen.newestAttempt) seen.newestAttempt = attempt
    const source = seen.bySource.find((one) => one.via === via)
    if (source) source.samples.push(sample)
    else seen.bySource.push({ via, samples: [sample] })
  }
  return vertices
}

function bestOf(
  vertex: string,
  subtask: number,
  { newestAttempt, bySource }: Seen,
): readonly SubtaskVectors[] {
  let best: SubtaskVectors | undefined
  for (const { via, samples } of bySource) {
    const vectors = distinct(samples.filter(({ attempt }) => attempt === newestAttempt))
    if (best && best.vectors.length >= vectors.length) continue
    best = { vertex, subtask, attempt: newestAttempt, via, vectors }
  }
  return best ? [best] : []
}

function distinct(samples: readonly TaskSample[]): readonly TaskVector[] {
  const vectors: TaskVector[] = []
  for (const sample of samples) {
    const { busyMs, idleMs, backpressuredMs, recordsIn, recordsOut } = sample.values
    if (busyMs === undefined || idleMs === undefined || backpressuredMs === undefined) continue
    const clockMs = busyMs + idleMs + backpressuredMs
    if (clockMs < WARM_UP_MS) continue
    const last = vectors.at(-1)
    // A clock that fell by more than a rounding is a new life under an old attempt number.
    if (last && clockMs < last.clockMs - 1000) vectors.length = 0
    else if (last && clockMs <= last.clockMs) continue
    vectors.push({
      at: sample.at,
      clockMs,
      busyMs,
      idleMs,
      backpressuredMs,
      recordsIn,
      recordsOut,
      sample,
    })
  }
  return vectors
}

/** How far back a load looks on Flink's clock, and at least how many readings it rests on. */
const LOAD_WINDOW_MS = 30_000
export const LOAD_SAMPLES = 4
/** Three readings do where they lie this far apart: Flink refreshes REST every ten seconds. */
const FEW_SAMPLES = 3
const FEW_SPAN_MS = 15_000
const LOAD_SPAN_LIMIT_MS = 75_000
/** Readings older than this say nothing about now. */
const STALE_MS = 45_000

/**
 * The readings of the newest window: at least LOAD_SAMPLES of them (three where they are far apart),
 * and LOAD_WINDOW_MS where sampling is denser. Undefined when there are too few or too old ones.
 */
export function loadWindow(
  vectors: readonly TaskVector[],
  at: number,
): readonly [TaskVector, ...TaskVector[]] | undefined {
  const last = vectors.at(-1)
  if (!last || at - last.at > STALE_MS) return undefined
  let start = vectors.length - 1
  while (start > 0) {
    const candidate = vectors[start - 1]
    if (!candidate) break
    const span = last.clockMs - candidate.clockMs
    const enough = vectors.length - start >= LOAD_SAMPLES
    if (span > LOAD_SPAN_LIMIT_MS || (enough && span > LOAD_WINDOW_MS + 2_000)) break
    start--
  }
  const window = vectors.slice(start)
  const [first, ...rest] = window
  if (!first || window.length < FEW_SAMPLES) return undefined
  const spanMs = last.clockMs - first.clockMs
  return window.length >= LOAD_SAMPLES || spanMs >= FEW_SPAN_MS ? [first, ...rest] : undefined
}
