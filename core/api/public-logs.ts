import type { LogFile, LogLevel, LogPattern, StoredLine } from '../model/logs.ts'
import type { NodeLife } from './node-logs.ts'

/** Where lines were read: in the store, or in the archives of nodes. */
export type LogSource = 'store' | 'nodes'

/** What became of asking one node's log service; `partly`: a limit of its own ended its search. */
export interface NodeWord {
  /** Its address. */
  readonly node: string
  readonly state: 'answered' | 'partly' | 'away'
  readonly detail?: string
}

/**
 * `GET …/logs?q=&from=&to=&limit=&cursor=&source=`: lines, newest first; `next` is the cursor of the older ones. Without
 * `source` the nodes are asked when the store is away.
 */
export interface LogPage {
  readonly items: readonly StoredLine[]
  readonly next: string | null
  /** How long they took to read, ms. */
  readonly tookMs: number
  readonly source: LogSource
  /** What each node said, where nodes were asked. */
  readonly nodes?: readonly NodeWord[]
  /** Why nodes were asked though nobody meant them. */
  readonly because?: string
}

/** `GET …/logs/nodes?from=&to=`: what the archives of nodes have of a job, and what of it the store lacks. */
export interface LogNodesPage {
  readonly nodes: readonly NodeWord[]
  readonly lives: readonly NodeLife[]
  readonly store: 'answers' | 'away'
  /** The newest first; all that the nodes have while the store is away. */
  readonly lacking: readonly LackingLines[]
}

/** A stretch of one life's lines that a node has and the store lacks. */
export interface LackingLines {
  readonly node: string
  readonly pod: string
  readonly attempt: number
  readonly from: number
  readonly to: number
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
  readonly source: LogSource
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
