import type { TaskMetric } from '../../core/model/metrics.ts'
import type { ProcessSample, TaskSample } from '../../core/model/samples.ts'
import { resolutionMs } from '../../core/store/rollups.ts'
import type { Span } from './history.ts'

/**
 * A stretch of time that was measured: `part` of `whole`. Busy is busy ms of clock ms, a rate is
 * records of clock seconds, heap is used bytes of the limit, each weighed with the time it covers.
 */
export interface Stretch {
  readonly fromAt: number
  readonly toAt: number
  readonly part: number
  readonly whole: number
}

/** All stretches that one source measured of one thing (a subtask, a process), oldest first. */
export type Measured = readonly Stretch[]

/**
 * Readings further apart than this leave a gap: an average over minutes hides what happened in them. Where a
 * long span is read from rollups, one that is missing is a gap.
 */
export function longestStretchMs(span: Span): number {
  const stepMs = resolutionMs(span)
  return stepMs === 0 ? 90_000 : 1.5 * stepMs + 30_000
}

export type TaskSignal = 'busy' | 'backpressured' | 'idle' | 'recordsIn' | 'recordsOut'
export type ProcessSignal = 'gc' | 'heap' | 'cpu'

/**
 * Differences of the counters of one vertex's subtasks: one list per subtask, in it one list per
 * source. Differences never cross an attempt or a source, time is Flink's own clock, and a reading
 * whose clock stands still (REST bodies advance in jumps) is no reading.
 */
export function taskStretches(
  samples: readonly TaskSample[],
  signal: TaskSignal,
  longestMs: number,
): readonly (readonly Measured[])[] {
  return perSource(
    samples,
    longestMs,
    (sample) => String(sample.subtask),
    (sample) => sample.attempt,
    (from, to) => taskStretch(from, to, signal),
  )
}

/** What a signal is made of: Flink's own clock, and records where they are counted. */
export function metricsOf(signal: TaskSignal): readonly TaskMetric[] {
  const isRecords = signal === 'recordsIn' || signal === 'recordsOut'
  return ['busyMs', 'idleMs', 'backpressuredMs', ...(isRecords ? [signal] : [])]
}

function taskStretch(from: TaskSample, to: TaskSample, signal: TaskSignal): Step {
  const wholeMs = difference(clockOf(from), clockOf(to))
  if (wholeMs === undefined || wholeMs < 0) return 'restart'
  if (wholeMs === 0) return 'unchanged'
  const spent = (metric: 'busyMs' | 'idleMs' | 'backpressuredMs' | 'recordsIn' | 'recordsOut') =>
    difference(from.values[metric], to.values[metric])
  switch (signal) {
    case 'busy':
      return step(spent('busyMs'), wholeMs)
    case 'idle':
      return step(spent('idleMs'), wholeMs)
    case 'backpressured':
      return step(spent('backpressuredMs'), wholeMs)
    case 'recordsIn':
    case 'recordsOut':
      return step(spent(signal), wholeMs / 1000)
  }
}

/** The same for a process. `gc` and `cpu` are counters over wall time; `heap` holds since the last scrape. */
export function processStretches(
  samples: readonly ProcessSample[],
  signal: ProcessSignal,
  longestMs: number,
): readonly (readonly Measured[])[] {
  return perSource(
    samples,
    longestMs,
    (sample) => sample.process,
    () => 0,
    (from, to) => processStretch(from, to, signal),
  )
}

function processStretch(from: ProcessSample, to: ProcessSample, signal: ProcessSignal): Step {
  const wallMs = to.at - from.at
  if (wallMs <= 0) return 'unchanged'
  if (signal === 'heap') {
    const { heapUsedBytes, heapMaxBytes } = to.values
    if (heapUsedBytes === undefined || heapMaxBytes === undefined) return 'restart'
    return step(heapUsedBytes * wallMs, heapMaxBytes * wallMs)
  }
  const metric = signal === 'gc' ? 'gcMs' : 'cpuMs'
  return step(difference(from.values[metric], to.values[metric]), wallMs)
}

/** `restart`: the two readings have nothing in common; `unchanged`: the second one is the first again. */
type Step = 'restart' | 'unchanged' | { readonly part: number; readonly whole: number }

function step(part: number | undefined, whole: number): Step {
  // A counter that fell began again from zero, in a new attempt or a new process.
  return part === undefined || part < 0 || whole <= 0 ? 'restart' : { part, whole }
}

function perSource<S extends { readonly via: string; readonly at: number }>(
  samples: readonly S[],
  longestMs: number,
  subjectOf: (sample: S) => string,
  lifeOf: (sample: S) => number,
  compare: (from: S, to: S) => Step,
): readonly (readonly Measured[])[] {
  const subjects = new Map<string, Map<string, { stretches: Stretch[]; last: S }>>()
  for (const sample of samples) {
    const sources = entryOf(subjects, subjectOf(sample), () => new Map())
    const series = sources.get(sample.via)
    if (series === undefined) {
      sources.set(sample.via, { stretches: [], last: sample })
      continue
    }
    const { last } = series
    const sameLife = lifeOf(last) === lifeOf(sample)
    const compared = sameLife ? compare(last, sample) : 'restart'
    if (compared === 'unchanged') continue
    series.last = sample
    if (compared === 'restart' || sample.at - last.at > longestMs) continue
    series.stretches.push({ fromAt: last.at, toAt: sample.at, ...compared })
  }
  // The source with more readings comes first: it is believed where both have measured.
  return [...subjects.values()].map((sources) =>
    [...sources.values()].map((series) => series.stretches).sort((a, b) => b.length - a.length),
  )
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** Flink's own clock of an attempt: the sum of the three times. */
function clockOf({ values }: TaskSample): number | undefined {
  const { busyMs, idleMs, backpressuredMs } = values
  if (busyMs === undefined || idleMs === undefined || backpressuredMs === undefined)
    return undefined
  return busyMs + idleMs + backpressuredMs
}

function difference(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from
}
