import { type LogLevel, logLevels } from '../../model/logs.ts'
import { type Lexeme, lexemesOf } from './lexemes.ts'
import {
  type Comparison,
  type LogField,
  type LogQuery,
  logFields,
  type QueryProblem,
} from './query.ts'

/** A query, nothing (an empty one asks for all lines), or what is wrong with it. */
export type ParsedQuery =
  | { readonly ok: true; readonly query: LogQuery | undefined }
  | ({ readonly ok: false } & QueryProblem)

const LONGEST = 2_000
const MOST_TERMS = 100
const DEEPEST = 30

class Misread extends Error {
  readonly at: number
  constructor(at: number, problem: string) {
    super(problem)
    this.at = at
  }
}

/**
 * Reads a query: words and "phrases" all of which a line must have, `OR` between some, `NOT` or `-` before one,
 * parentheses, and fields: `level:>=WARN pod:tm-1 exception:IOException`. `AND` may be written. A word that
 * ends in `*` is how a word begins.
 */
export function parseLogQuery(text: string): ParsedQuery {
  if (text.length > LONGEST) {
    return { ok: false, at: LONGEST, problem: `a query has at most ${LONGEST} characters` }
  }
  try {
    const lexemes = lexemesOf(text)
    const open = lexemes.find((lexeme) => lexeme.kind === 'open-quote')
    if (open) throw new Misread(open.at, 'this quote is never closed')
    if (lexemes.length === 0) return { ok: true, query: undefined }
    return { ok: true, query: new Reader(lexemes, text.length).whole() }
  } catch (error) {
    if (error instanceof Misread) return { ok: false, at: error.at, problem: error.message }
    throw error
  }
}

/** Goes through the lexemes once, from left to right. */
class Reader {
  readonly #lexemes: readonly Lexeme[]
  readonly #end: number
  #next = 0
  #terms = 0

  constructor(lexemes: readonly Lexeme[], end: number) {
    this.#lexemes = lexemes
    this.#end = end
  }

  whole(): LogQuery {
    const query = this.#any(0)
    const rest = this.#peek()
    if (rest) throw new Misread(rest.at, 'this parenthesis was never opened')
    return query
  }

  #peek(): Lexeme | undefined {
    return this.#lexemes[this.#next]
  }

  #take(word: string): boolean {
    const lexeme = this.#peek()
    if (lexeme?.kind !== 'operator' || lexeme.text !== word) return false
    this.#next++
    return true
  }

  #any(depth: number): LogQuery {
    const of = [this.#all(depth)]
    while (this.#take('OR')) of.push(this.#all(depth))
    const [only] = of
    return of.length === 1 && only ? only : { kind: 'any', of }
  }

  #all(depth: number): LogQuery {
    const of = [this.#one(depth)]
    for (;;) {
      if (this.#take('AND')) {
        of.push(this.#one(depth))
        continue
      }
      const next = this.#peek()
      const ends = next === undefined || (next.kind === 'operator' && /^(OR|\))$/.test(next.text))
      if (ends) break
      of.push(this.#one(depth))
    }
    const [only] = of
    return of.length === 1 && only ? only : { kind: 'all', of }
  }

  #one(depth: number): LogQuery {
    if (depth > DEEPEST) throw new Misread(this.#at(), 'this is nested too deeply')
    if (this.#take('NOT')) return { kind: 'not', of: this.#one(depth + 1) }
    if (this.#take('(')) {
      const query = this.#any(depth + 1)
      if (!this.#take(')')) throw new Misread(this.#at(), 'a closing parenthesis is missing here')
      return query
    }
    const lexeme = this.#peek()
    if (lexeme === undefined || lexeme.kind === 'operator') {
      throw new Misread(this.#at(), 'a word, a "phrase" or a field is missing here')
    }
    this.#next++
    if (++this.#terms > MOST_TERMS) {
      throw new Misread(lexeme.at, `a query has at most ${MOST_TERMS} terms`)
    }
    return termOf(lexeme)
  }

  #at(): number {
    return this.#peek()?.at ?? this.#end
  }
}

function termOf({ at, field, text, kind }: Lexeme): LogQuery {
  const quoted = kind === 'quoted'
  const prefix = !quoted && text.endsWith('*') && (field !== undefined || text !== '*')
  const value = prefix ? text.slice(0, -1) : text
  if (field === undefined) {
    if (value === '*') throw new Misread(at, '* stands behind the beginning of a word')
    return prefix ? { kind: 'prefix', text: value } : { kind: 'text', text: value }
  }
  // `exception:*` asks for lines that name one, whichever.
  if (value === '' && !prefix)
    throw new Misread(at, `${field}: needs a value, such as ${EXAMPLES[field] ?? ''}`)
  if (field === 'level') return levelOf(at, value)
  if (field === 'attempt') {
    if (!/^\d{1,9}$/.test(value))
      throw new Misread(at, 'attempt: takes a number, such as attempt:2')
    return { kind: 'attempt', attempt: Number(value) }
  }
  if (!isField(field)) {
    const known = ['level', 'attempt', ...logFields].join(', ')
    throw new Misread(at, `there is no field ${field}; the fields are ${known}`)
  }
  return { kind: 'field', field, value, prefix }
}

const EXAMPLES: Readonly<Record<string, string>> = {
  level: 'level:>=WARN',
  attempt: 'attempt:2',
  pod: 'pod:tm-1',
  logger: 'logger:CheckpointCoordinator',
  thread: 'thread:"Map (1/2)#0"',
  exception: 'exception:IOException',
  template: 'template:1a2b3c',
  signature: 'signature:oom-heap',
  stream: 'stream:stderr',
  file: 'file:…',
}

function levelOf(at: number, value: string): LogQuery {
  const [, compare = '', name = ''] = /^(>=|<=|>|<|=)?(.*)$/s.exec(value) ?? []
  const level = name.toUpperCase()
  if (!isLevel(level)) {
    throw new Misread(at, `level: takes one of ${logLevels.join(', ')}, such as level:>=WARN`)
  }
  return { kind: 'level', compare: (compare || '=') as Comparison, level } // As the pattern has it.
}

function isLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text)
}

function isField(text: string): text is LogField {
  return (logFields as readonly string[]).includes(text)
}
