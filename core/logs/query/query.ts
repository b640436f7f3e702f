import type { LogLevel } from '../../model/logs.ts'

/** What a search asks of a line. */
export type Query =
  | { readonly kind: 'all' }
  /** A word or a phrase in message or stack; see tokens.ts for what that means. */
  | { readonly kind: 'text'; readonly text: string }
  /** The level, compared in the order of `logLevels`; lines without one never match. */
  | { readonly kind: 'level'; readonly compare: Comparison; readonly level: LogLevel }
  | { readonly kind: 'attempt'; readonly attempt: number }
  | { readonly kind: 'field'; readonly field: QueryField; readonly value: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Query[] }
  | { readonly kind: 'not'; readonly of: Query }

export type Comparison = '=' | '>=' | '>' | '<=' | '<'

/**
 * Fields by how their values are compared, ASCII case aside. `whole`: the value is all of it, with `*` for any
 * characters. `name`: the value is one or more whole parts of a dotted name (`CheckpointCoordinator`,
 * `org.apache.kafka`), or all of it where it has a `*`. `text`: as words of a message.
 */
export const queryFields = {
  pod: 'whole',
  node: 'whole',
  container: 'whole',
  stream: 'whole',
  template: 'whole',
  signature: 'whole',
  logger: 'name',
  /** The class of the exception or of its root cause. */
  exception: 'name',
  thread: 'text',
} as const

export type QueryField = keyof typeof queryFields

export function isQueryField(name: string): name is QueryField {
  return Object.hasOwn(queryFields, name)
}
