/** `GET /api/v1/pipeline`: how Weir itself fares. Unknown numbers are null, never 0. */
export interface PipelinePage {
  readonly at: number
  /** What losses and increases are counted over, epoch ms. */
  readonly from: number
  /** The worst first, such as "agent node-7 has been silent for 4 min". */
  readonly sentence: string
  readonly parts: readonly PartHealth[]
  /** What did not arrive or was refused within the span, most first; empty where nothing was. */
  readonly losses: readonly Loss[]
  /** Jobs and clusters of which new series were refused, most first. */
  readonly crowded: readonly { readonly owner: string; readonly samples: number }[]
  /** Records that can never be stored, newest first. */
  readonly parked: readonly {
    readonly at: number
    readonly topic: string
    readonly agent: string
    readonly reason: string
  }[]
  readonly store: {
    readonly tables: readonly {
      readonly table: string
      readonly rows: number
      readonly bytes: number
    }[]
    /** When the newest stored sample of any job was measured. */
    readonly newestSampleAt: number | null
  }
}

/** One running part of Weir, by what it last told of itself. */
export interface PartHealth {
  readonly part: string
  readonly instance: string
  readonly state: 'up' | 'silent'
  readonly heardAt: number
  readonly rssBytes: number | null
  /** Share of one core over the span. */
  readonly cpuShare: number | null
  /** Batches that wait to be taken by a gateway, and their size. */
  readonly waitingBatches: number | null
  readonly waitingBytes: number | null
  /** Batches that it handed on (agent), took (gateway) or stored (gateway) a second, over the span. */
  readonly batchesPerSecond: number | null
}

/** One way in which something was refused, left out or lost. */
export interface Loss {
  readonly part: string
  readonly instance: string
  readonly metric: string
  readonly reason: string | null
  readonly count: number
  readonly message: { readonly id: string; readonly text: string }
}
