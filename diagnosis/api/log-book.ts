import type { LogQuery } from '../../core/logs/query/query.ts'
import type { LogCount, LogFile, LogPattern, LogPlace, StoredLine } from '../../core/model/logs.ts'
import type { Span } from './history.ts'

/** Whose lines are asked for: a job's own, and those of processes that it shares with other jobs. */
export interface LogScope extends Span {
  readonly owner: string
  readonly shared?: { readonly owner: string; readonly files: readonly string[] }
}

/** What the API reads of stored logs. */
export interface LogBook {
  /** Newest first when older ones are asked for, else oldest first; from a place on that is not among them. */
  lines(
    scope: LogScope,
    question: {
      readonly query: LogQuery | undefined
      readonly limit: number
      readonly from?: Pick<LogPlace, 'at' | 'file' | 'offset'>
      readonly towards?: 'older' | 'newer'
    },
  ): Promise<readonly StoredLine[]>
  counts(
    scope: LogScope,
    question: { readonly query: LogQuery | undefined; readonly stepMs: number },
  ): Promise<readonly LogCount[]>
  patterns(
    scope: LogScope,
    question: {
      readonly query: LogQuery | undefined
      readonly steps: number
      readonly limit: number
    },
  ): Promise<readonly LogPattern[]>
  context(
    place: LogPlace,
    around: { readonly before: number; readonly after: number },
  ): Promise<{ readonly lines: readonly StoredLine[]; readonly found: boolean }>
  /** The files of these owners that have lines in the span. */
  files(owners: readonly string[], span: Span): Promise<readonly LogFile[]>
}
