import type { GateAnswer } from '../../../core/api/gate.ts'
import type {
  FindingsPage,
  JobDetail,
  SeriesView,
  Timeline,
  TopologyView,
} from '../../../core/api/public.ts'
import type { SeriesRef } from '../../../core/model/finding.ts'
import { getJson } from '../api/fetch.ts'
import { type Poller, poller } from '../api/poller.ts'

/** Everything the page shows of a job, read at one moment. */
export interface JobLook {
  readonly detail: JobDetail
  readonly findings: FindingsPage
  readonly topology: TopologyView | undefined
  readonly timeline: Timeline
  /** What a platform would be answered now; undefined while it is not answered at all. */
  readonly gate: GateAnswer | undefined
}

/** How far back the timeline and the evidence reach at most, and at least. */
const LONGEST_MS = 15 * 60_000
const SHORTEST_MS = 3 * 60_000

/** From when on charts are drawn: a job that was first seen a minute ago has no quarter of an hour to show. */
export function chartsFrom(scores: Timeline['scores'], to: number): number {
  const first = scores.find(([, score]) => score !== null)?.[0] ?? to
  return Math.min(Math.max(to - LONGEST_MS, first - 15_000), to - SHORTEST_MS)
}

/** `job` is percent-encoded, as in the path. */
export function jobPoller(job: string): Poller<JobLook> {
  const path = `/api/v1/jobs/${job}`
  return poller(async (signal) => {
    const detail = await getJson<JobDetail>(path, signal)
    const to = detail.updatedAt
    const [findings, topology, timeline, gate] = await Promise.all([
      getJson<FindingsPage>(`${path}/findings?state=all`, signal),
      // A job whose graph was never read has no topology; the rest of the page stands without it.
      getJson<TopologyView>(`${path}/topology`, signal).catch(() => undefined),
      getJson<Timeline>(`${path}/timeline?from=${to - LONGEST_MS}&to=${to}`, signal),
      getJson<GateAnswer>(`${path}/gate?status=200`, signal).catch(() => undefined),
    ])
    const from = chartsFrom(timeline.scores, to)
    return { detail, findings, topology, gate, timeline: { ...timeline, from, to } }
  })
}

/** What the charts of the page show, epoch ms. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A series of the evidence, from the API's own grid. */
export function readSeries(
  job: string,
  ref: SeriesRef,
  { from, to }: Span,
  signal: AbortSignal,
): Promise<SeriesView> {
  const query = new URLSearchParams({
    signal: ref.signal,
    from: String(from),
    to: String(to),
    stepMs: '10000',
  })
  if (ref.vertex !== undefined) query.set('vertex', ref.vertex)
  if (ref.process !== undefined) query.set('process', ref.process)
  if (ref.over !== undefined) query.set('over', ref.over)
  return getJson<SeriesView>(`/api/v1/jobs/${job}/series?${query}`, signal)
}
