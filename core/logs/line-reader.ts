import type { LogLine } from '../model/logs.ts'

/** How bytes of a file become lines. `cri` has the runtime's prefix, and the program's format behind it. */
export interface LineFormat {
  readonly container: 'cri' | 'none'
  /** Pattern of log4j or logback; Flink's defaults, JSON and GC logs are recognised without. */
  readonly pattern?: string
  /** IANA zone of times that do not say their own; UTC unless given. */
  readonly zone?: string
}

/**
 * Bytes of one file in, events of its log out. Holds back what may not be complete: half a line, a
 * partial of the container runtime, a line whose stack trace may still come.
 */
export interface LineReader {
  /** Takes the bytes that follow those taken before; returns the events that they completed, in order. */
  push(bytes: Uint8Array): readonly LogLine[]
  /**
   * Returns what was held back as complete: at the file's end (the default) half a line too; where the file
   * is only silent, a line without its end still waits for the rest, and so does the event before it.
   */
  flush(why?: 'silent' | 'end'): readonly LogLine[]
  /** First byte that no returned event covers: reading may begin again here without losing anything. */
  position(): number
  readonly counts: LineCounts
}

export interface LineCounts {
  readonly lines: number
  readonly events: number
  readonly cutLines: number
  readonly cutBytes: number
  readonly redactions: number
  /** Lines with bytes that are no UTF-8; they are shown with replacement characters. */
  readonly undecodable: number
}
