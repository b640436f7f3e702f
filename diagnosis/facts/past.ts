import { readEventsOf } from '../../core/store/events.ts'
import type { Store } from '../../core/store/open.ts'
import {
  type HourOfDay,
  type PastSize,
  readHours,
  readPeakLiveHeap,
  readSent,
  readSizes,
} from '../../core/store/past.ts'
import { median } from '../signals/statistics.ts'
import { DAY_MS, type MeasuredSize, type TuningHistory, WEEK_MS } from '../tuning/history.ts'
import { restartGaps } from '../tuning/restarts.ts'

/** Whose past: the newest graph of a job says which vertices are meant. */
export interface PastQuestion {
  readonly job: string
  readonly cluster: string
  readonly sources: readonly string[]
  /** Of all vertices together: says how far back their sizes can be read at a bounded cost. */
  readonly subtasks: number
  readonly at: number
}

/** Where the longer memory of a job comes from. */
export type PastSource = (question: PastQuestion) => Promise<TuningHistory>

const WINDOW_MS = 300_000
/** Sizes change rarely; a month holds some. */
const SIZES_SPAN_MS = 30 * DAY_MS
/** Rows of rollups that one look at sizes may read. */
const MOST_ROWS = 1_000_000
/** Words of one type that one look may read. */
const MOST_WORDS = 500

/** The past from the store's rollups and words. */
export function storedPast(store: Store): PastSource {
  return async ({ job, cluster, sources, subtasks, at }) => {
    const week = { from: at - WEEK_MS, to: at }
    const month = { from: at - SIZES_SPAN_MS, to: at, most: MOST_WORDS }
    const [hours, peakLiveHeapBytes, runs, graphs] = await Promise.all([
      readHours(store, { job, vertices: sources, ...week }),
      readPeakLiveHeap(store, { cluster, ...week }),
      readEventsOf(store, { job, type: 'run', ...month }),
      readEventsOf(store, { job, type: 'topology', ...month }),
    ])
    const vertices = resized(graphs.flatMap(({ topology }) => topology.vertices))
    const affordableMs = (MOST_ROWS / Math.max(1, subtasks)) * WINDOW_MS
    const sizes =
      vertices.length === 0
        ? []
        : await readSizes(store, {
            ...{ job, vertices, sources, to: at },
            from: at - Math.max(DAY_MS, Math.min(SIZES_SPAN_MS, affordableMs)),
          })
    const ofRun = (run: string) => restartGaps(runs.filter((word) => word.run === run))
    const usualRestartMs = median([...new Set(runs.map(({ run }) => run))].flatMap(ofRun))
    const finished = runs.findLast(({ bounded, state }) => bounded && state === 'FINISHED')
    const sent = finished && (await readSent(store, { job, run: finished.run, vertices: sources }))
    return {
      ...(sent && sent.size > 0 ? { inputRecords: Object.fromEntries(sent) } : {}),
      ...seenOf(hours, sources),
      sizes: bySize(sizes),
      ...(peakLiveHeapBytes === undefined ? {} : { peakLiveHeapBytes }),
      ...(usualRestartMs === undefined ? {} : { usualRestartMs }),
    }
  }
}

/** Growth that is not linear shows at three sizes; vertices that have not had them are not read. */
const TELLING_SIZES = 3

function resized(
  vertices: readonly { readonly id: string; readonly parallelism: number }[],
): readonly string[] {
  const sizes = new Map<string, Set<number>>()
  for (const { id, parallelism } of vertices)
    sizes.set(id, (sizes.get(id) ?? new Set()).add(parallelism))
  return [...sizes].flatMap(([id, had]) => (had.size >= TELLING_SIZES ? [id] : []))
}

const bySize = (sizes: readonly PastSize[]): Readonly<Record<string, readonly MeasuredSize[]>> =>
  Object.fromEntries(
    sizes.map(({ vertex }) => [vertex, sizes.filter((size) => size.vertex === vertex)]),
  )

/** An hour of the day was seen when three quarters of it were, on one day at least. */
const WINDOWS_OF_AN_HOUR = 9

/** Peaks, and how much was seen: hours of the day until all of them were, then all that was measured. */
export function seenOf(
  hours: readonly HourOfDay[],
  sources: readonly string[],
): Pick<TuningHistory, 'observedMs' | 'peakDemand'> {
  const perSource = sources.map((source) => {
    const own = hours.filter(({ vertex }) => vertex === source)
    const seen = own.filter(({ windows }) => windows >= WINDOWS_OF_AN_HOUR).length
    const watchedMs = own.reduce((sum, { windows }) => sum + windows, 0) * WINDOW_MS
    return {
      source,
      observedMs: seen < 24 ? seen * 3_600_000 : Math.max(DAY_MS, watchedMs),
      peak: Math.max(...own.map(({ perSecond }) => perSecond)),
    }
  })
  // The least known source says how much was seen of the job.
  const observedMs = sources.length === 0 ? 0 : Math.min(...perSource.map((one) => one.observedMs))
  if (observedMs < DAY_MS) return { observedMs }
  return {
    observedMs,
    peakDemand: Object.fromEntries(perSource.map(({ source, peak }) => [source, peak])),
  }
}
