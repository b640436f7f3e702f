import type { LogFile, LogLevel, LogPattern, StoredLine } from '../model/logs.ts'

/** `GET …/logs?q=&from=&to=&limit=&cursor=`: lines, newest first; `next` is the cursor of the older ones. */
export interface LogPage {
  readonly items: readonly StoredLine[]
  readonly next: string | null
  /** How long the store took, ms. */
  readonly tookMs: number
}

/** `GET …/logs/histogram?q=&from=&to=`: lines by level in equal steps; a step without lines is not there. */
export interface LogHistogram {
  readonly from: number
  readonly to: number
  readonly stepMs: number
  readonly lines: number
  readonly steps: readonly {
    readonly at: number
    readonly levels: Readonly<Partial<Record<LogLevel | 'other', number>>>
  }[]
}

/** `GET …/logs/patterns?q=&from=&to=`: what lines look like, the most frequent first. */
export interface LogPatternsPage {
  readonly from: number
  readonly to: number
  readonly items: readonly LogPattern[]
}

/** `GET …/logs/context?owner=&at=&file=&offset=`: the lines around one, oldest first. */
export interface LogContext {
  readonly items: readonly StoredLine[]
  /** Whether the line itself is still kept. */
  readonly found: boolean
}

/** `GET …/logs/lives?from=&to=`: lives of pods and processes that wrote lines, the newest end first. */
export interface LogLivesPage {
  readonly items: readonly LogLife[]
}

/** One life of a pod's container, or of a process: from its first line to its last. */
export interface LogLife {
  readonly pod: string
  readonly podUid?: string
  readonly attempt: number
  readonly node: string
  readonly taskmanager?: string
  readonly firstAt: number
  readonly lastAt: number
  readonly files: readonly LogFile[]
  /** How it ended, where that is known. */
  readonly end?: LifeEnd
}

export interface LifeEnd {
  readonly at: number
  /** As Kubernetes or Flink says it: OOMKilled, Evicted, gone. */
  readonly reason: string
  readonly exitCode?: number
  /** What the exit code means, in a sentence. */
  readonly meaning?: string
}

/** `GET …/logs/last?pod=&attempt=`: what one reads first of a life that ended. */
export interface LastLines {
  readonly life: LogLife
  /** The first line that names what went wrong; absent when none does. */
  readonly firstFault?: StoredLine
  /** The newest ones, oldest first. */
  readonly items: readonly StoredLine[]
}
