import type { ComparedMeasure, ComparedUnit, RunComparison } from '../../core/api/compare.ts'
import { changesBetween, type RunSpec } from '../../core/model/run-spec.ts'
import type { Points } from '../api/series.ts'
import { counted } from '../api/words.ts'
import { median } from '../signals/statistics.ts'
import { differ, estimate } from './estimate.ts'
import { LEAST_PAIRS, type Matched, matchLoads, SAME_LOAD } from './match.ts'
import type { RunRead } from './read.ts'

/**
 * Compares two runs of a job in minutes in which they took in the same. Pure. Where they never did, nothing
 * is said of what depends on the load, which is all but the specification.
 */
export function compareReads(job: string, run: RunRead, other: RunRead): RunComparison {
  const matched = matchLoads(run.load, other.load)
  const reason = whyIncomparable(run, other, matched)
  return {
    ...{ schemaVersion: 1, job, run: headOf(run), with: headOf(other) },
    changes: [...changesBetween(other.spec, run.spec)],
    unknownChanges: missingOf(run.spec, other.spec),
    load: {
      comparable: reason === undefined,
      ...{ run: medianLoad(run), with: medianLoad(other), minutes: matched.pairs },
      reason:
        reason ??
        `Both took in the same, within ${SAME_LOAD * 100} %, for ${counted(matched.pairs, 'minute')}.`,
    },
    measures: seriesOf(run, other).map((pair) => measureOf(pair, matched, reason)),
  }
}

/** One thing that was measured of both runs; undefined: not known of it. */
interface Pair {
  readonly name: string
  readonly vertex: string | null
  readonly unit: ComparedUnit
  readonly run: Points | undefined
  readonly with: Points | undefined
}

function seriesOf(run: RunRead, other: RunRead): readonly Pair[] {
  const pair = (
    name: string,
    unit: ComparedUnit,
    of: (read: RunRead) => Points | undefined,
    vertex: string | null = null,
  ): Pair => ({ name, vertex, unit, run: of(run), with: of(other) })
  const names = [...new Set([...run.vertices, ...other.vertices].map(({ name }) => name))]
  const vertexOf = (read: RunRead, name: string) => read.vertices.find((one) => one.name === name)
  return [
    pair('score', 'points', ({ scores }) => scores.map(({ at, value }) => [at, value] as const)),
    pair('records taken in', 'perSecond', ({ load }) => load),
    pair('CPU of the TaskManagers', 'cores', ({ cores }) => cores),
    pair('heap per record a second', 'bytes', heapPerRecord),
    pair('duration of checkpoints', 'ms', (read) => ofCheckpoints(read, 'endToEndMs')),
    pair('state in a checkpoint', 'bytes', (read) => ofCheckpoints(read, 'stateBytes')),
    ...names.flatMap((name) => [
      pair('busy share', 'ratio', (read) => vertexOf(read, name)?.busy, name),
      pair('records', 'perSecond', (read) => vertexOf(read, name)?.recordsPerSecond, name),
    ]),
  ]
}

function ofCheckpoints(read: RunRead, of: 'endToEndMs' | 'stateBytes'): Points {
  return read.checkpoints.map((one) => [one.triggeredAt, one[of]] as const)
}

function heapPerRecord({ heapBytes, load }: RunRead): Points | undefined {
  const loads = new Map(load)
  return heapBytes?.map(([at, bytes]) => {
    const rate = loads.get(at) ?? null
    return [at, bytes === null || rate === null || rate <= 0 ? null : bytes / rate] as const
  })
}

const MINUTE_MS = 60_000

function measureOf(
  { run, with: other, ...about }: Pair,
  matched: Matched,
  incomparable: string | undefined,
): ComparedMeasure {
  const unknown = (because: string): ComparedMeasure => {
    return { ...about, run: null, with: null, answer: 'unknown', because }
  }
  if (incomparable !== undefined) return unknown(incomparable)
  if (!run && !other) return unknown('it is not measured for this job alone')
  if (!run || !other) return unknown(`only ${run ? 'this' : 'the other'} run has it`)
  const [a, b] = [within(run, matched.run), within(other, matched.with)]
  const estimates = { run: estimate(a), with: estimate(b) }
  const answer = differ(a, b)
  if (answer === undefined) {
    const few = `${a.length} and ${b.length} values in the minutes under the same load are too few`
    return { ...about, ...estimates, answer: 'unknown', because: few }
  }
  const because =
    answer === 'same'
      ? 'the difference is within noise, or below 5 %'
      : 'the difference is beyond noise (99 %) and 5 %'
  return { ...about, ...estimates, answer, because }
}

/** Values of moments in the minutes that count, oldest first. */
function within(points: Points, minutes: ReadonlySet<number>): readonly number[] {
  return points.flatMap(([at, value]) =>
    value !== null && minutes.has(Math.floor(at / MINUTE_MS) * MINUTE_MS) ? value : [],
  )
}

function whyIncomparable(run: RunRead, other: RunRead, { pairs }: Matched): string | undefined {
  const [a, b] = [medianLoad(run), medianLoad(other)]
  if (a === null) return 'What the sources of this run take in is not known.'
  if (b === null) return 'What the sources of the other run took in is not known.'
  if (pairs >= LEAST_PAIRS) return undefined
  return `They took in ${perSecond(a)} and ${perSecond(b)}: the same, within ${SAME_LOAD * 100} %, for ${counted(pairs, 'minute')} only; ${LEAST_PAIRS} are needed.`
}

function medianLoad({ load }: RunRead): number | null {
  return median(load.flatMap(([, value]) => value ?? [])) ?? null
}

const perSecond = (rate: number) => `${rate >= 10 ? Math.round(rate) : rate.toFixed(1)} records/s`

function headOf({ run, span, flinkVersion }: RunRead): RunComparison['run'] {
  return { run, ...span, flinkVersion }
}

function missingOf(run: RunSpec, other: RunSpec): string[] {
  const parts = { options: 'options', vertices: 'graph', flinkVersion: 'Flink version' } as const
  return Object.entries(parts).flatMap(([key, name]) =>
    // The keys are those of the line above.
    [run, other].every((spec) => spec[key as keyof typeof parts] !== undefined) ? [] : name,
  )
}
