import type { JobFacts } from '../../core/model/facts.ts'
import type { TaskSample, Via } from '../../core/model/samples.ts'
import { inner } from './inner.ts'
import { oncePer } from './once.ts'

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
export const WARM_UP_MS = 10_000

/** What several sources said of the newest attempt of one subtask. */
interface Told {
  attempt: number
  readonly byVia: Map<Via, TaskSample[]>
}

/**
 * Sorts samples into one list of distinct readings per subtask. REST bodies advance in jumps, so an
 * unchanged clock is no sample; two sources of one subtask are never mixed: the one with more
 * readings wins, because differences across sources would compare two delays.
 */
export const subtaskVectors = oncePer(
  (samples: readonly TaskSample[]): readonly SubtaskVectors[] => {
    const vectors: SubtaskVectors[] = []
    for (const [vertex, bySubtask] of toldBySubtask(samples)) {
      for (const [subtask, { attempt, byVia }] of bySubtask) {
        let best: SubtaskVectors | undefined
        for (const [via, list] of byVia) {
          const told = distinct(list)
          if (best && best.vectors.length >= told.length) continue
          best = { vertex, subtask, attempt, via, vectors: told }
        }
        if (best) vectors.push(best)
      }
    }
    return vectors.sort((a, b) =>
      a.vertex === b.vertex ? a.subtask - b.subtask : a.vertex < b.vertex ? -1 : 1,
    )
  },
)

/** The vectors of all subtasks of a job. */
export const vectorsOf = ({ tasks }: JobFacts) => subtaskVectors(tasks)

function toldBySubtask(
  samples: readonly TaskSample[],
): ReadonlyMap<string, ReadonlyMap<number, Told>> {
  const byVertex = new Map<string, Map<number, Told>>()
  for (const sample of samples) {
    const { vertex, subtask, attempt, via } = sample
    const bySubtask = inner(byVertex, vertex, () => new Map<number, Told>())
    const told = inner(bySubtask, subtask, (): Told => ({ attempt, byVia: new Map() }))
    if (attempt > told.attempt) {
      told.attempt = attempt
      for (const list of told.byVia.values()) list.length = 0
    }
    const list = inner(told.byVia, via, (): TaskSample[] => [])
    if (attempt === told.attempt) list.push(sample)
  }
  return byVertex
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

/** How far back a load looks on Flink's clock (what a late poll adds is in it), and how many readings it rests on. */
export const LOAD_WINDOW_MS = 32_000
export const LOAD_SAMPLES = 4
/** Three readings do where they lie this far apart: Flink refreshes REST every ten seconds. */
export const FEW_SAMPLES = 3
export const FEW_SPAN_MS = 15_000
export const LOAD_SPAN_LIMIT_MS = 75_000
/** Readings older than this say nothing about now. */
export const STALE_MS = 45_000

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
    if (span > LOAD_SPAN_LIMIT_MS || (enough && span > LOAD_WINDOW_MS)) break
    start--
  }
  const window = vectors.slice(start)
  const [first, ...rest] = window
  if (!first || window.length < FEW_SAMPLES) return undefined
  const spanMs = last.clockMs - first.clockMs
  return window.length >= LOAD_SAMPLES || spanMs >= FEW_SPAN_MS ? [first, ...rest] : undefined
}
