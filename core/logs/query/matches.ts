import { type LogLine, type LogOrigin, logLevels } from '../../model/logs.ts'
import { foldAscii } from '../literals.ts'
import type { Comparison, LogField, LogQuery } from './query.ts'
import { tokensOf, wholeTokensOf } from './tokens.ts'

/** A line that is asked about, with what its file says of it. */
export interface Asked {
  readonly origin: Pick<LogOrigin, 'pod' | 'attempt' | 'file'>
  readonly line: LogLine
}

/** Makes a query into a question for many lines. */
export function matcherOf(query: LogQuery | undefined): (asked: Asked) => boolean {
  if (query === undefined) return () => true
  const match = compile(query)
  return (asked) => match(asked, new Body(asked.line))
}

type Match = (asked: Asked, body: Body) => boolean

function compile(query: LogQuery): Match {
  switch (query.kind) {
    case 'all': {
      const parts = query.of.map(compile)
      return (asked, body) => parts.every((part) => part(asked, body))
    }
    case 'any': {
      const parts = query.of.map(compile)
      return (asked, body) => parts.some((part) => part(asked, body))
    }
    case 'not': {
      const part = compile(query.of)
      return (asked, body) => !part(asked, body)
    }
    case 'text': {
      const text = foldAscii(query.text)
      const words = wholeTokensOf(query.text)
      return (_, body) => body.text.includes(text) && words.every((word) => body.words.has(word))
    }
    case 'prefix': {
      const begins = new RegExp(wordBeginning(query.text), 'u')
      return (_, body) => begins.test(body.text)
    }
    case 'level': {
      const wanted = new Set<string>(levelsOf(query))
      return ({ line }) => wanted.has(line.level ?? '')
    }
    case 'attempt':
      return ({ origin }) => origin.attempt === query.attempt
    case 'field': {
      const value = foldAscii(query.value)
      const { field, prefix } = query
      return (asked) =>
        valuesOf(field, asked).some((one) => isNamed(field, foldAscii(one), value, prefix))
    }
  }
}

/** A pattern over lower case, for RE2 (ClickHouse) as for JavaScript: a word that begins so. */
export function wordBeginning(text: string): string {
  const escaped = foldAscii(text).replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  return `(?:^|[^a-z0-9\\x80-\u{10ffff}])${escaped}`
}

/** The levels that a comparison takes; a line that says none has none of them. */
export function levelsOf({
  compare,
  level,
}: Extract<LogQuery, { kind: 'level' }>): readonly string[] {
  const place = logLevels.indexOf(level)
  return logLevels.filter((_, index) => comparisons[compare](index, place))
}

const comparisons: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
}

/** Fields whose names have parts: `CheckpointCoordinator` is enough of a logger. */
export const dottedFields: ReadonlySet<LogField> = new Set(['logger', 'exception'])

function isNamed(field: LogField, own: string, value: string, prefix: boolean): boolean {
  const is = (name: string) => (prefix ? name.startsWith(value) : name === value)
  if (own === '') return false
  return is(own) || (dottedFields.has(field) && is(own.slice(own.lastIndexOf('.') + 1)))
}

function valuesOf(field: LogField, { origin, line }: Asked): readonly string[] {
  switch (field) {
    case 'pod':
    case 'file':
      return [origin[field]]
    case 'exception':
      return [line.exception ?? '', line.rootCause ?? '']
    default:
      return [line[field] ?? '']
  }
}

/** Message and stack in lower case; their words only when they are asked for. */
class Body {
  readonly text: string
  #words: ReadonlySet<string> | undefined

  constructor({ message, stack }: LogLine) {
    this.text = foldAscii(stack === undefined ? message : `${message}\n${stack}`)
  }

  get words(): ReadonlySet<string> {
    this.#words ??= new Set(tokensOf(this.text))
    return this.#words
  }
}
