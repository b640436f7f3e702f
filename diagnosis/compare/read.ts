import type { CheckpointEvent, FlinkEvent } from '../../core/model/events.ts'
import { optionsOf, type RunSpec } from '../../core/model/run-spec.ts'
import { processKey } from '../../core/model/samples.ts'
import { isSource, type Topology } from '../../core/model/topology.ts'
import type { History, Span } from '../api/history.ts'
import { gridOf, type Points, shareSeries, sumSeries } from '../api/series.ts'
import { longestStretchMs, metricsOf, processStretches, taskStretches } from '../api/stretches.ts'
import type { LoadPoint, ScoredRun } from '../gate/baseline.ts'
import type { ScoreSample } from '../gate/judge.ts'

/** How much of the end of a run is looked at, without its start and its last moments. */
const LOOKED_AT_MS = 2 * 3_600_000
const WARM_UP_MS = 2 * 60_000
const LAST_MOMENTS_MS = 60_000
const MINUTE_MS = 60_000
/** A graph and a configuration are told before the first score. */
const TOLD_BEFORE_MS = 15 * 60_000

/** Everything of a run that is compared, minute by minute. */
export interface RunRead {
  readonly run: string
  readonly span: Span
  readonly flinkVersion: string | null
  readonly spec: RunSpec
  readonly load: readonly LoadPoint[]
  readonly vertices: readonly VertexMinutes[]
  /** Cores and bytes of heap of the TaskManagers together; undefined: not known whose they are. */
  readonly cores: Points | undefined
  readonly heapBytes: Points | undefined
  readonly checkpoints: readonly CheckpointEvent[]
  readonly scores: readonly ScoreSample[]
}

export interface VertexMinutes {
  readonly name: string
  readonly busy: Points
  readonly recordsPerSecond: Points
}

export interface ReadDeps {
  readonly job: string
  readonly cluster: string
  readonly history: History
  /** Whether the TaskManagers of the cluster work for this job alone. */
  readonly isAlone: boolean
}

/** The part of a run that is compared. */
export function spanOf({ from, to }: ScoredRun, isOver: boolean): Span {
  const end = isOver ? to - LAST_MOMENTS_MS : to
  return { from: Math.max(from + WARM_UP_MS, end - LOOKED_AT_MS), to: end }
}

export async function readRun(run: ScoredRun, isOver: boolean, deps: ReadDeps): Promise<RunRead> {
  const { job, history } = deps
  const span = spanOf(run, isOver)
  const events = await history.events(job, { from: run.from - TOLD_BEFORE_MS, to: span.to })
  const own = events.filter((event) => 'run' in event && event.run === run.run)
  const topology = last(own, 'topology')?.topology
  const told = { run: run.run, span, flinkVersion: last(own, 'run')?.flinkVersion ?? null }
  const spec = { ...specOf(own, topology), ...imagesOf(events, run) }
  const base = { ...told, spec, checkpoints: completedIn(own, span) }
  const scores = (await history.scores(job, span)).filter((one) => one.run === run.run)
  if (span.from >= span.to) {
    return { ...base, load: [], vertices: [], cores: undefined, heapBytes: undefined, scores }
  }
  const vertices = await Promise.all(
    (topology?.vertices ?? []).map(({ id, name }) => vertexMinutes(id, name, topology, told, deps)),
  )
  const sources = vertices.filter(({ isSource: is }) => is)
  const load = summed(sources.map(({ recordsPerSecond }) => recordsPerSecond))
  return { ...base, load, vertices, ...(await ofProcesses(own, span, deps)), scores }
}

async function vertexMinutes(
  vertex: string,
  name: string,
  topology: Topology | undefined,
  { run, span }: Pick<RunRead, 'run' | 'span'>,
  { job, history }: ReadDeps,
): Promise<VertexMinutes & { readonly isSource: boolean }> {
  const grid = gridOf(span.from, span.to, MINUTE_MS)
  const source = topology !== undefined && isSource(topology, vertex)
  const records = source ? 'recordsOut' : 'recordsIn'
  const metrics = [...new Set([...metricsOf('busy'), ...metricsOf(records)])]
  const samples = (await history.tasks(job, vertex, span, metrics)).filter((s) => s.run === run)
  const longestMs = longestStretchMs(span)
  return {
    name,
    isSource: source,
    busy: shareSeries(taskStretches(samples, 'busy', longestMs), grid),
    recordsPerSecond: sumSeries(taskStretches(samples, records, longestMs), grid),
  }
}

/** Per minute; a sum that misses one is not known. */
function summed(all: readonly Points[]): readonly LoadPoint[] {
  const [first, ...rest] = all
  return (first ?? []).map(([at, value], index): LoadPoint => {
    const others = rest.map((points) => points[index]?.[1] ?? null)
    const known = [value, ...others].flatMap((one) => one ?? [])
    return [at, known.length === all.length ? known.reduce((a, b) => a + b, 0) : null]
  })
}

/** What the TaskManagers that hosted the run have used together. */
async function ofProcesses(
  events: readonly FlinkEvent[],
  span: Span,
  { cluster, history, isAlone }: ReadDeps,
): Promise<Pick<RunRead, 'cores' | 'heapBytes'>> {
  const hosts = new Set(
    events.flatMap((event) =>
      event.type === 'placement'
        ? event.tasks.flatMap(({ taskmanager }) => (taskmanager ? processKey(taskmanager) : []))
        : [],
    ),
  )
  if (!isAlone || hosts.size === 0) return { cores: undefined, heapBytes: undefined }
  const all = await Promise.all(
    [...hosts].sort().map((host) => history.processes(cluster, host, span)),
  )
  const samples = all.flat()
  if (samples.length === 0) return { cores: undefined, heapBytes: undefined }
  const grid = gridOf(span.from, span.to, MINUTE_MS)
  const longestMs = longestStretchMs(span)
  const cores = sumSeries(processStretches(samples, 'cpu', longestMs), grid)
  // Used bytes weighed with time, over time: the share's whole is replaced by the time it holds for.
  const heaps = processStretches(samples, 'heap', longestMs).map((sources) =>
    sources.map((stretches) => stretches.map((one) => ({ ...one, whole: one.toAt - one.fromAt }))),
  )
  return { cores, heapBytes: sumSeries(heaps, grid) }
}

function completedIn(events: readonly FlinkEvent[], { from, to }: Span): CheckpointEvent[] {
  const newest = new Map<number, CheckpointEvent>()
  for (const event of events) {
    if (event.type !== 'checkpoint' || event.state !== 'completed' || event.savepoint) continue
    if (event.triggeredAt >= from && event.triggeredAt <= to) newest.set(event.id, event)
  }
  return [...newest.values()]
}

function specOf(events: readonly FlinkEvent[], topology: Topology | undefined): RunSpec {
  const version = last(events, 'run')?.flinkVersion
  const config = last(events, 'config')?.values
  return {
    ...(version && { flinkVersion: version }),
    ...(config && { options: optionsOf(config) }),
    ...(topology && {
      vertices: topology.vertices.map(({ name, parallelism }) => ({ name, parallelism })),
    }),
  }
}

/** Of the pods that the cluster had while the run was there. */
function imagesOf(events: readonly FlinkEvent[], { from, to }: ScoredRun): RunSpec {
  const images = events.flatMap((event) =>
    event.type === 'pod' && event.phase === 'Running' && event.at >= from && event.at <= to
      ? event.containers.flatMap(({ name, image }) =>
          name === 'flink-main-container' ? image : [],
        )
      : [],
  )
  return images.length === 0 ? {} : { images: [...new Set(images)].sort() }
}

function last<T extends FlinkEvent['type']>(
  events: readonly FlinkEvent[],
  type: T,
): Extract<FlinkEvent, { type: T }> | undefined {
  return events.findLast((event): event is Extract<FlinkEvent, { type: T }> => event.type === type)
}
