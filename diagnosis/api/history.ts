import type { EpisodePosition } from '../../core/api/public.ts'
import type { Episode } from '../../core/model/episode.ts'
import type { CheckpointEvent, FlinkEvent } from '../../core/model/events.ts'
import type { Finding } from '../../core/model/finding.ts'
import type { FollowUp } from '../../core/model/follow-up.ts'
import type { TaskMetric } from '../../core/model/metrics.ts'
import type { ProcessSample, TaskSample } from '../../core/model/samples.ts'
import type { ClusterUse } from '../../core/store/use.ts'
import type { ScoredRun } from '../gate/baseline.ts'
import type { ScoreSample } from '../gate/judge.ts'

/** A stretch of stored time, both ends included. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What the API reads beyond the newest round. Everything is ordered by time, oldest first. */
export interface History {
  scores(job: string, span: Span): Promise<readonly ScoreSample[]>
  /** Runs that were scored within the span, newest first. */
  runs(job: string, span: Span): Promise<readonly ScoredRun[]>
  /** Findings that were open at any moment of the span, each in its newest form. */
  findings(job: string, span: Span): Promise<readonly Finding[]>
  /** Samples of a vertex, with these metrics at least. */
  tasks(
    job: string,
    vertex: string,
    span: Span,
    metrics: readonly TaskMetric[],
  ): Promise<readonly TaskSample[]>
  processes(cluster: string, process: string, span: Span): Promise<readonly ProcessSample[]>
  /** Episodes of backpressure that touch the span. */
  episodes(job: string, span: Span): Promise<readonly Episode[]>
  /** The same summed up by position; of all jobs where none is named. Longest first. */
  positions(job: string | undefined, span: Span): Promise<readonly EpisodePosition[]>
  /** What became of advice for a job, newest first. */
  followUps(job: string, limit: number): Promise<readonly FollowUp[]>
  /** What the TaskManagers of clusters used; none of those of which nothing was measured. */
  use(clusters: readonly string[], span: Span): Promise<readonly ClusterUse[]>
  checkpoints(job: string, span: Span): Promise<readonly CheckpointEvent[]>
  /** Events of the job, and of TaskManagers and reachability of its cluster. */
  events(job: string, span: Span): Promise<readonly FlinkEvent[]>
}
