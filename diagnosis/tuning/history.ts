/** What longer memory than one window knows of a job. Everything may be unknown; nothing is guessed from it. */
export interface TuningHistory {
  /** Demand of sources at the daily peak (p95 of the same hours), records a second by vertex; known once a day was seen. */
  readonly peakDemand?: Readonly<Record<string, number>>
  /** How much of it was watched, at most a day while hours of the day are missing: what is taken away has to have been seen through a whole day. */
  readonly observedMs?: number
  /** Largest live heap of a TaskManager in that time. */
  readonly peakLiveHeapBytes?: number
  /** Sizes a vertex has had and what it could take then: for growth that is not linear. */
  readonly sizes?: Readonly<Record<string, readonly MeasuredSize[]>>
  /** Of a job that ends: records that each of its sources read in the last run that finished. */
  readonly inputRecords?: Readonly<Record<string, number>>
  /** How long a restart usually took, in the weeks before. */
  readonly usualRestartMs?: number
}

/** A capacity that was measured at a parallelism, records a second of the whole vertex. */
export interface MeasuredSize {
  readonly parallelism: number
  readonly perSecond: number
}

/** What is taken away has to have been seen through a whole day, its peak included. */
export const DAY_MS = 24 * 60 * 60_000

export const WEEK_MS = 7 * DAY_MS

export const NO_HISTORY: TuningHistory = {}

/** How much of a day was seen, for a reason: nothing where no longer memory was asked yet. */
export function seenText({ observedMs }: TuningHistory): string {
  return observedMs === undefined
    ? 'nothing from before this window is known here'
    : `${Math.round(observedMs / 3_600_000)} h were`
}

/** What a size is aimed at. Shares 0–1. */
export interface TuningPolicy {
  /** Busy share to aim at: the rest is room for peaks, restarts and catching up (autoscaler default). */
  readonly targetBusy: number
  /** What a measured busy share may lie above the target before one subtask more is asked for. */
  readonly busyTolerance: number
  /** In how long the backlog of a restart has to be worked off. */
  readonly catchUpMs: number
  readonly minParallelism: number
  readonly maxParallelism: number
  /** Money a core costs in an hour; without it costs are said in cores. */
  readonly pricePerCoreHour?: number
}

export const DEFAULT_POLICY: TuningPolicy = {
  targetBusy: 0.7,
  busyTolerance: 0.03,
  catchUpMs: 30 * 60_000,
  minParallelism: 1,
  maxParallelism: Number.POSITIVE_INFINITY,
}
