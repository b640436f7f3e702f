/**
 * What a window of samples comes down to when the only question is whether it says anything new: extremes of
 * every step, never a mean over one, so that what holds for them holds for any shorter window inside. Computed
 * by the engine, which reads a hundred times what it returns.
 */
export interface Pulse {
  readonly job: string
  readonly vertices: readonly VertexPulse[]
  readonly runs: readonly RunPulse[]
  readonly checkpoints: readonly CheckpointPulse[]
  readonly processes: readonly ProcessPulse[]
  /** Changes with any word on the job or its cluster within the last hour, but for checkpoints. */
  readonly words: string
}

/** The subtasks of one vertex as one source saw them. */
export interface VertexPulse {
  readonly run: string
  readonly vertex: string
  readonly via: string
  readonly series: number
  /** Changes with any subtask, attempt, partition count, or set of metrics. */
  readonly shape: number
  /** Series in which something fell, was told only now and then, was doubled, or counted a loss. */
  readonly flaws: number
  /** Series that tell no load now, although they tell busy, idle and backpressured time. */
  readonly unmeasured: number
  /** Series that do tell a load. */
  readonly loads: number
  /** When the last series began and the first one ended, and the longest pause within one. */
  readonly firstAt: number
  readonly lastAt: number
  readonly gapMs: number
  /** Largest shares of one step of Flink's clock. */
  readonly backpressured: number
  readonly busy: number
  /** Busy shares over the window of loads: all subtasks added up, and the busiest. */
  readonly busySum: number
  readonly busiest: number
  /** For how long the counters of the liveliest subtask have stood; undefined where none tells. */
  readonly inStoodMs: number | undefined
  readonly outStoodMs: number | undefined
  /** Records a second that were sent in the slowest step of each subtask, added up. */
  readonly outPerSecond: number
  /** Most that ever waited before each subtask, added up; 0 where nobody tells. */
  readonly pending: number
  readonly lag: number
  /** Series whose watermark is a time, and those in which it was never set. */
  readonly clocks: number
  readonly clockless: number
  /** For how long the liveliest watermark has stood, and how far the last one is behind. */
  readonly watermarkStoodMs: number
  readonly behindMs: number
  /** Fewest connections to brokers of the best connected subtask; -1 where nobody tells. */
  readonly connections: number
}

/** One JVM as one source saw it. */
export interface ProcessPulse {
  readonly process: string
  readonly via: string
  readonly shape: number
  readonly flaws: number
  readonly unmeasured: number
  readonly firstAt: number
  readonly lastAt: number
  readonly gapMs: number
  /** Largest share of one step in collections, and the share of periods in which the container was throttled. */
  readonly gc: number
  readonly throttled: number
  /** The most live threads of the window less the fewest. */
  readonly threadsApart: number
  /** Heap in use right after a collection: how often that was seen, and the most of it. */
  readonly lows: number
  readonly highestLow: number
  /** The lowest of the newest three, of the three before, and of the three before those. */
  readonly newestLows: readonly [first: number, middle: number, last: number]
  /** Heap limit, and the share of time in collections over the window of loads; undefined where nobody tells. */
  readonly heapMaxBytes: number | undefined
  readonly gcShare: number | undefined
}

/** What a run told of itself in samples. */
export interface RunPulse {
  readonly run: string
  readonly shape: number
  readonly lastAt: number
  readonly fewestRunning: number
  readonly mostTotal: number
  /** Restarts, rescales and failed checkpoints that were counted in the window. */
  readonly troubles: number
}

/** The checkpoints of a run that were told of in the window. */
export interface CheckpointPulse {
  readonly run: string
  readonly failed: number
  readonly savepoints: number
  readonly completed: number
  /** When the last completed one ended; 0 where none did. */
  readonly endedAt: number
  readonly longestMs: number
  readonly longestSyncMs: number
  readonly longestAsyncMs: number
  /** Of each completed one, oldest first: when it was triggered, and its size. */
  readonly sizes: readonly (readonly [at: number, bytes: number])[]
  readonly mostInFlightBytes: number
  /** Between two triggers; infinite where there was one. */
  readonly shortestSpaceMs: number
}
