import type { Episode, EpisodeRole } from '../model/episode.ts'
import type { CheckpointEvent, ExceptionEvent } from '../model/events.ts'
import type { Abstention, Advice, Finding, Score, SeriesRef } from '../model/finding.ts'
import type { FollowUp, TrackRecord } from '../model/follow-up.ts'
import type { Topology } from '../model/topology.ts'
import type { JobSummary } from './fleet.ts'

export type {
  ClusterSummary,
  Fleet,
  JobSummary,
  JobsPage,
  ProblemBody,
  TopCause,
} from './fleet.ts'

/**
 * The public API, `/api/v1`. `job` is always the formatted JobRef and is also the path:
 * `/api/v1/jobs/{cluster}/{namespace}/{name}`. Errors are problem+json (RFC 9457).
 */

/** `GET /api/v1/jobs/{c}/{ns}/{name}` */
export interface JobDetail extends JobSummary {
  readonly startedAt: number
  readonly stateSince: number
  readonly bounded: boolean
  readonly scoreDetail: Score
  readonly advice: readonly Advice[]
  readonly abstained: readonly Abstention[]
  readonly exceptions: readonly ExceptionEvent[]
  readonly checkpoints: readonly CheckpointEvent[]
  readonly taskmanagers: readonly string[]
}

/** `GET …/findings?state=open|resolved|all` and `GET …/advice` */
export interface FindingsPage {
  readonly items: readonly Finding[]
  /** Rules whose verdict is unknown, and what they miss. */
  readonly unknown: readonly { readonly rule: string; readonly missing: string }[]
  readonly healthy: readonly string[]
}
export interface AdvicePage {
  readonly items: readonly Advice[]
  readonly abstained: readonly Abstention[]
  /** What became of the newest advice that was followed, newest first, and how often it kept its promise. */
  readonly followUps: readonly FollowUp[]
  readonly record: TrackRecord
}

/** `GET …/topology`: the graph with what flows through it now. Unknown numbers are null, never 0. */
export interface TopologyView {
  readonly at: number
  readonly topology: Topology
  readonly loads: readonly VertexLoadView[]
  /** Channel between two vertices; `fill` is the input pool usage behind it (0–1). */
  readonly channels: readonly {
    readonly from: string
    readonly to: string
    readonly fill: number | null
    readonly recordsPerSecond: number | null
  }[]
}

export interface VertexLoadView {
  readonly vertex: string
  readonly busy: number | null
  readonly backpressured: number | null
  readonly idle: number | null
  readonly recordsPerSecond: number | null
  /** Largest ÷ median subtask rate. */
  readonly skew: number | null
  /** Busy and backpressured share per subtask, for the bars. */
  readonly subtasks: readonly {
    readonly subtask: number
    readonly busy: number | null
    readonly backpressured: number | null
    readonly taskmanager: string | null
  }[]
  readonly role: 'root' | 'victim' | 'far' | 'calm'
}

/** `GET …/series?signal=busy&vertex=…&from=&to=&stepMs=`: a gap is a null, never a zero. */
export interface SeriesView extends SeriesRef {
  readonly unit: 'ratio' | 'perSecond' | 'ms' | 'bytes'
  readonly from: number
  readonly to: number
  readonly stepMs: number
  readonly points: readonly (readonly [at: number, value: number | null])[]
}

/** `GET …/timeline`: scores and marks for the job page. */
export interface Timeline {
  readonly from: number
  readonly to: number
  readonly scores: readonly (readonly [at: number, score: number | null])[]
  readonly findings: readonly {
    readonly key: string
    readonly rule: string
    readonly severity: Finding['severity']
    readonly cause: boolean
    readonly from: number
    readonly to: number | null
  }[]
  readonly checkpoints: readonly {
    readonly at: number
    readonly ok: boolean
    readonly ms: number
  }[]
  readonly marks: readonly { readonly at: number; readonly text: string }[]
}

/** `GET …/checkpoints?from=&to=`, newest first. */
export interface CheckpointsPage {
  readonly items: readonly CheckpointEvent[]
}

/** `GET …/episodes?from=&to=`: stretches of backpressure that touch the range, newest first. */
export interface EpisodesPage {
  readonly from: number
  readonly to: number
  readonly items: readonly Episode[]
  readonly positions: readonly EpisodePosition[]
}

/** `GET /api/v1/episodes?from=&to=`: where backpressure was, over all jobs, longest first. */
export interface PositionsPage {
  readonly from: number
  readonly to: number
  readonly items: readonly EpisodePosition[]
}

/** Position × time × count: one vertex in one role over a range. */
export interface EpisodePosition {
  readonly job: string
  readonly vertex: string
  readonly name: string
  readonly role: EpisodeRole
  /** Episodes that touch the range, and how long they lasted within it. */
  readonly episodes: number
  readonly ms: number
  /** Worst share of any of them, and the mean over their time. */
  readonly worst: number
  readonly mean: number
}

/** `GET …/events?from=&to=`: what happened to the job, newest first. */
export interface EventsPage {
  readonly items: readonly Mark[]
}

/** One happening in a sentence. */
export interface Mark {
  readonly at: number
  readonly kind: 'run' | 'state' | 'exception' | 'taskmanager' | 'cluster' | 'rescale' | 'config'
  readonly text: string
}

/** `GET /api/v1/rules`: the catalogue, in the order in which the rules are asked. */
export interface RulesPage {
  readonly items: readonly RuleSummary[]
}

export interface RuleSummary {
  readonly id: string
  readonly title: string
  readonly category: Finding['category']
  readonly stage: Finding['stage']
  readonly scope: string
  /** Signals without which the answer is unknown, and those that tell look-alikes apart. */
  readonly needs: { readonly required: readonly string[]; readonly toldApartBy: readonly string[] }
  readonly explains: readonly string[]
}

/**
 * One message of `GET /api/v1/stream` (server-sent events, event `round`): a round is done and these
 * jobs changed; after a reconnection `jobs` is null, which means: look at everything again.
 */
export interface RoundMessage {
  readonly at: number
  readonly jobs: readonly string[] | null
}
