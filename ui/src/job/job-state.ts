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
}

/** How far back the timeline and the evidence reach. */
export const SPAN_MS = 15 * 60_000

/** `job` is percent-encoded, as in the path. */
export function jobPoller(job: string): Poller<JobLook> {
  const path = `/api/v1/jobs/${job}`
  return poller(async (signal) => {
    const detail = await getJson<JobDetail>(path, signal)
    const to = detail.updatedAt
    const [findings, topology, timeline] = await Promise.all([
      getJson<FindingsPage>(`${path}/findings?state=all`, signal),
      // A job whose graph was never read has no topology; the rest of the page stands without it.
      getJson<TopologyView>(`${path}/topology`, signal).catch(() => undefined),
      getJson<Timeline>(`${path}/timeline?from=${to - SPAN_MS}&to=${to}`, signal),
    ])
    return { detail, findings, topology, timeline }
  })
}

/** A series of the evidence, from the API's own grid. */
export function readSeries(
  job: string,
  ref: SeriesRef,
  to: number,
  signal: AbortSignal,
): Promise<SeriesView> {
  const query = new URLSearchParams({
    signal: ref.signal,
    from: String(to - SPAN_MS),
    to: String(to),
    stepMs: '10000',
  })
  if (ref.vertex !== undefined) query.set('vertex', ref.vertex)
  if (ref.process !== undefined) query.set('process', ref.process)
  return getJson<SeriesView>(`/api/v1/jobs/${job}/series?${query}`, signal)
}
