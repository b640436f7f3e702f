import type { LogLevel } from '../../model/logs.ts'

/** What a person asks of lines. The archive on a node and the store both answer it, and mean the same by it. */
export type LogQuery =
  | { readonly kind: 'all'; readonly of: readonly LogQuery[] }
  | { readonly kind: 'any'; readonly of: readonly LogQuery[] }
  | { readonly kind: 'not'; readonly of: LogQuery }
  /** The text stands in the message or the stack, and its words are whole words there. */
  | { readonly kind: 'text'; readonly text: string }
  /** A word begins so. */
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'level'; readonly compare: Comparison; readonly level: LogLevel }
  | { readonly kind: 'attempt'; readonly attempt: number }
  | {
      readonly kind: 'field'
      readonly field: LogField
      readonly value: string
      /** The value is only how it begins. */
      readonly prefix: boolean
    }

export type Comparison = '=' | '>=' | '<=' | '>' | '<'

/** Fields that hold a name. Of a logger or an exception the last part of its name is enough. */
export const logFields = [
  'pod',
  'logger',
  'thread',
  'exception',
  'template',
  'signature',
  'stream',
  'file',
] as const
export type LogField = (typeof logFields)[number]

/** What is wrong with a query, and from which character on. */
export interface QueryProblem {
  readonly at: number
  readonly problem: string
}
