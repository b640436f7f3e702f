/**
 * A maximal stretch of backpressure at one vertex. At a `victim` the vertex itself waits for room
 * downstream; at a `root` it is what others wait for: saturated, with a backpressured vertex before it.
 */
export interface Episode {
  readonly job: string
  readonly run: string
  readonly vertex: string
  /** Name of the vertex as people read it. */
  readonly name: string
  readonly role: EpisodeRole
  /** Epoch ms of the sample before the first backpressured stretch of time. */
  readonly startAt: number
  /** Epoch ms of the newest sample that still showed it. */
  readonly seenAt: number
  /** Absent while it lasts. */
  readonly endAt?: number
  /** Backpressured share of the most backpressured subtask (for a root: upstream), at its worst, 0–1. */
  readonly worst: number
  /** The same share, averaged over the time of the episode. */
  readonly mean: number
  readonly severity: EpisodeSeverity
}

export type EpisodeRole = 'root' | 'victim'

/** Levels of Flink's web UI by the mean share: LOW up to 0.5, HIGH above (JobVertexBackPressureInfo). */
export type EpisodeSeverity = 'low' | 'high'

export const severityOf = (mean: number): EpisodeSeverity => (mean > 0.5 ? 'high' : 'low')
