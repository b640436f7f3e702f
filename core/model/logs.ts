/** Level of a line as log4j and logback name it; absent where the line does not say. */
export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL'

export const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const

/** Which of a container's outputs a line came from; `file` for a log file that is no output of a container. */
export type LogStream = 'stdout' | 'stderr' | 'file'

/**
 * Where lines were written: one file in one life of one container or process. Two lives of one pod name
 * never mix, as the uid (or the attempt) tells them apart.
 */
export interface LogOrigin {
  readonly cluster: string
  readonly namespace: string
  /** Node whose disk holds the file. */
  readonly node: string
  /** Name of the pod; outside Kubernetes the name of the directory or process. */
  readonly pod: string
  readonly podUid?: string
  readonly container?: string
  /** Restarts of the container before this life; 0 is the first. */
  readonly attempt: number
  /** Formatted JobRef, where layout or labels tell it; a session cluster's process belongs to many jobs. */
  readonly job?: string
  /** ResourceID of the TaskManager, where it is known. */
  readonly taskmanager?: string
  /** Path below the root, as a person would look for it. */
  readonly path: string
  /** Identity of the file for good: survives renames, differs when an inode is used again. */
  readonly file: string
}

/** One event of a log: a line with what belongs to it. (origin.file, offset) names it for good. */
export interface LogLine {
  readonly stream: LogStream
  /** Byte in the (uncompressed) file at which it begins. */
  readonly offset: number
  /** Bytes it takes there, line ends, prefixes and folded lines included. */
  readonly bytes: number
  /** When it was written, epoch ms: as the line says, else the line before it, else when it was read. */
  readonly at: number
  /** Where `at` comes from. */
  readonly timed: 'line' | 'runtime' | 'before' | 'read'
  readonly level?: LogLevel
  readonly logger?: string
  readonly thread?: string
  /** Without prefix and stack; secrets redacted. */
  readonly message: string
  /** Stack trace or traceback that was folded under the line, causes included; secrets redacted. */
  readonly stack?: string
  /** Class of the exception, of its innermost cause, and the first frame outside JDK and framework. */
  readonly exception?: string
  readonly rootCause?: string
  readonly frame?: string
  /** Id of its template: the same text with other numbers has the same id, in every process. */
  readonly template: string
  /** Id of the known signature it carries. */
  readonly signature?: string
  /** Bytes that were cut off because the line is too long. */
  readonly cutBytes?: number
  /** Secrets that were taken out of it. */
  readonly redacted?: number
}

/** A place in a log for good: what a permalink names. */
export interface LogPlace {
  readonly owner: string
  readonly at: number
  readonly file: string
  readonly offset: number
}

/** A line that was read back, with where it is. */
export interface StoredLine extends LogPlace {
  readonly pod: string
  readonly attempt: number
  readonly line: LogLine
}

/** A line that tells of a fault or a moment of a job's life, and whose it is as far as its process says. */
export interface ToldLine extends StoredLine {
  /** ResourceID of the TaskManager that wrote it, where it is known. */
  readonly taskmanager?: string
}

/** How many lines of each level there are in each step. */
export interface LogCount {
  readonly at: number
  readonly level: LogLevel | ''
  readonly lines: number
}

/** A template of a scope's lines, how often it came, and its course in equal steps. */
export interface LogPattern {
  readonly template: string
  readonly example: string
  readonly level: LogLevel | ''
  readonly logger: string
  readonly signature: string
  /** Of all that is remembered, not only of the span. */
  readonly firstAt: number
  readonly lines: number
  readonly course: readonly number[]
}

/** A file that lines came from, and from when to when. */
export interface LogFile {
  readonly origin: LogOrigin
  readonly firstAt: number
  readonly lastAt: number
}
