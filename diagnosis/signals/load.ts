/** What one subtask did in the window, from differences of its counters. */
export interface SubtaskLoad {
  readonly subtask: number
  readonly attempt: number
  readonly taskmanager: string | undefined
  /** Shares of Flink's own clock (busy + idle + backpressured), 0–1. */
  readonly busy: number
  readonly idle: number
  readonly backpressured: number
  /** Records a second over that same clock: in, or out where Flink counts no input (sources). */
  readonly recordsPerSecond: number
  readonly recordsInPerSecond: number
  readonly recordsOutPerSecond: number
  /** How many distinct samples the differences rest on, and the span of Flink's clock. */
  readonly samples: number
  readonly spanMs: number
  readonly mailsPerSecond: number | undefined
  readonly mailboxLatencyMs: number | undefined
  readonly inPoolUsage: number | undefined
  readonly outPoolUsage: number | undefined
}

/** What one vertex did in the window. Undefined numbers are unknown, never zero. */
export interface VertexLoad {
  readonly vertex: string
  readonly name: string
  readonly parallelism: number
  readonly subtasks: readonly SubtaskLoad[]
  /** Means and maxima over the subtasks that were measured. */
  readonly busy: number | undefined
  readonly maxBusy: number | undefined
  readonly backpressured: number | undefined
  readonly maxBackpressured: number | undefined
  readonly idle: number | undefined
  readonly recordsPerSecond: number | undefined
  /** Largest ÷ median subtask rate. */
  readonly skew: number | undefined
}
