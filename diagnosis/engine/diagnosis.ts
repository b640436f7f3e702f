import type { Episode } from '../../core/model/episode.ts'
import type { RunEvent } from '../../core/model/events.ts'
import type { Abstention, Advice, Finding, Score } from '../../core/model/finding.ts'
import type { FollowUp } from '../../core/model/follow-up.ts'
import type { EpisodeMemory } from '../signals/episodes.ts'
import type { VertexLoad } from '../signals/load.ts'
import type { FollowMemory } from '../tuning/follow-up.ts'

/** What one rule said about one job's subjects in one round. */
export type Verdict =
  | { readonly rule: string; readonly subject: string; readonly outcome: 'healthy' }
  | { readonly rule: string; readonly subject: string; readonly outcome: 'found' }
  | {
      readonly rule: string
      readonly subject: string
      readonly outcome: 'unknown'
      readonly missing: string
    }
  | {
      readonly rule: string
      readonly subject: string
      readonly outcome: 'broken'
      readonly error: string
    }

/** Everything one round says about one job. Plain JSON throughout. */
export interface Diagnosis {
  readonly job: string
  readonly at: number
  readonly run: RunEvent | undefined
  readonly score: Score
  /** Open findings, worst first, and those resolved in this very round. */
  readonly findings: readonly Finding[]
  readonly verdicts: readonly Verdict[]
  readonly advice: readonly Advice[]
  readonly abstained: readonly Abstention[]
  /** What became of earlier advice, judged in this very round. */
  readonly followUps: readonly FollowUp[]
  readonly loads: readonly VertexLoad[]
  /** Backpressure that lasts, and what ended since the last round. */
  readonly episodes: readonly Episode[]
  /** What the next round needs to follow findings through time; kept by whoever runs rounds. */
  readonly memory: TrackerMemory
}

/** State of the tracker for one job; plain JSON, so that it survives a restart in the store. */
export interface TrackerMemory {
  readonly tracked: readonly TrackedFinding[]
  /** Absent before the first round that followed them. */
  readonly episodes?: EpisodeMemory
  /** Absent before the first round that followed advice. */
  readonly predictions?: FollowMemory
}

export interface TrackedFinding {
  readonly key: string
  readonly since: number
  readonly seenAt: number
  readonly rounds: number
  readonly healthyRounds: number
  readonly finding: Finding
}
