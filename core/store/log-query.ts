import { foldAscii } from '../logs/literals.ts'
import { dottedFields, levelsOf, wordBeginning } from '../logs/query/matches.ts'
import type { LogField, LogQuery } from '../logs/query/query.ts'
import { wholeTokensOf } from '../logs/query/tokens.ts'

/** A condition on columns of `logs`, its values bound. */
export interface LogCondition {
  readonly sql: string
  readonly params: Readonly<Record<string, unknown>>
}

/**
 * A query as ClickHouse answers it: what the text index can tell first, the rest as a refinement. It means what
 * `matcherOf` means, which a test holds over the same lines.
 */
export function conditionOf(query: LogQuery | undefined): LogCondition {
  const params: Record<string, unknown> = {}
  const bind = (value: unknown, type: string) => {
    const name = `q${Object.keys(params).length}`
    params[name] = value
    return `{${name}:${type}}`
  }
  return { sql: query === undefined ? '1' : sqlOf(query, bind), params }
}

type Bind = (value: unknown, type: string) => string

function sqlOf(query: LogQuery, bind: Bind): string {
  switch (query.kind) {
    case 'all':
      return `(${query.of.map((part) => sqlOf(part, bind)).join(' AND ')})`
    case 'any':
      return `(${query.of.map((part) => sqlOf(part, bind)).join(' OR ')})`
    case 'not':
      return `NOT (${sqlOf(query.of, bind)})`
    case 'text':
      return textSql(query.text, bind)
    case 'prefix':
      return `match(lower(body), ${bind(wordBeginning(query.text), 'String')})`
    case 'level':
      return `level IN ${bind(levelsOf(query), 'Array(String)')}`
    case 'attempt':
      return `attempt = ${bind(query.attempt, 'UInt32')}`
    case 'field':
      return fieldSql(query, bind)
  }
}

function textSql(text: string, bind: Bind): string {
  const lower = foldAscii(text)
  const words = wholeTokensOf(text)
  const parts: string[] = []
  // The index holds lower case; where it is not asked, lower case is made of the text.
  if (words.length > 0) parts.push(`hasAllTokens(body, ${bind(words, 'Array(String)')})`)
  if (words.length !== 1 || words[0] !== lower) {
    parts.push(`position(lower(body), ${bind(lower, 'String')}) > 0`)
  }
  return `(${parts.join(' AND ')})`
}

function fieldSql(
  { field, value, prefix }: Extract<LogQuery, { kind: 'field' }>,
  bind: Bind,
): string {
  const wanted = bind(foldAscii(value), 'String')
  const is = (name: string) =>
    prefix ? `(startsWith(${name}, ${wanted}) AND ${name} != '')` : `${name} = ${wanted}`
  const named = (column: string) =>
    dottedFields.has(field)
      ? `(${is(`lower(${column})`)} OR ${is(`splitByChar('.', lower(${column}))[-1]`)})`
      : is(`lower(${column})`)
  return `(${columnsOf(field).map(named).join(' OR ')})`
}

function columnsOf(field: LogField): readonly string[] {
  return field === 'exception' ? ['exception', 'rootCause'] : [field]
}
