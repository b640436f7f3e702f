import { levelOf } from '../heads/head.ts'
import { type Lexeme, lexemesOf } from './lexemes.ts'
import { type Comparison, isQueryField, type Query, queryFields } from './query.ts'

/** What is wrong with a query; `at` is the first character (from 0) that does not fit. */
export interface QueryProblem {
  readonly at: number
  /** A sentence for the person who wrote the query. */
  readonly message: string
}

export type ParsedQuery =
  | { readonly ok: true; readonly query: Query }
  | { readonly ok: false; readonly problem: QueryProblem }

const longestQuery = 4_096
const deepest = 50

/**
 * Reads a query: words and "phrases", `AND` (or nothing), `OR`, `NOT` (or `-`), parentheses, and fields such
 * as `level:>=WARN` or `logger:CheckpointCoordinator`. NOT binds before AND, AND before OR. An empty query
 * matches every line.
 */
export function parseQuery(text: string): ParsedQuery {
  try {
    return { ok: true, query: parsed(text) }
  } catch (thrown) {
    if (thrown instanceof Unexpected) {
      return { ok: false, problem: { at: thrown.at, message: thrown.message } }
    }
    throw thrown
  }
}

/** Ends the parsing wherever it is; never leaves this file. */
class Unexpected extends Error {
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

interface Cursor {
  readonly lexemes: readonly Lexeme[]
  next: number
}

function parsed(text: string): Query {
  if (text.length > longestQuery) {
    throw new Unexpected(longestQuery, `A query has at most ${longestQuery} characters.`)
  }
  const { lexemes, unclosed } = lexemesOf(text)
  if (unclosed !== undefined) {
    throw new Unexpected(
      unclosed,
      `The quote at ${place(unclosed)} is not closed; add " at the end of the phrase.`,
    )
  }
  const cursor: Cursor = { lexemes, next: 0 }
  if (peek(cursor).kind === 'end') return { kind: 'all' }
  const query = disjunction(cursor, 0)
  const left = peek(cursor)
  if (left.kind !== 'end') {
    throw new Unexpected(
      left.at,
      `The ) at ${place(left.at)} closes nothing; remove it, or quote it to search for it.`,
    )
  }
  return query
}

function disjunction(cursor: Cursor, depth: number): Query {
  const of = [conjunction(cursor, depth)]
  while (peek(cursor).kind === 'or') {
    cursor.next += 1
    of.push(conjunction(cursor, depth))
  }
  return together('or', of)
}

function conjunction(cursor: Cursor, depth: number): Query {
  const of = [negation(cursor, depth)]
  for (;;) {
    const { kind } = peek(cursor)
    if (kind === 'end' || kind === 'or' || kind === 'close') return together('and', of)
    if (kind === 'and') cursor.next += 1
    of.push(negation(cursor, depth))
  }
}

function negation(cursor: Cursor, depth: number): Query {
  const lexeme = peek(cursor)
  if (depth > deepest) {
    throw new Unexpected(lexeme.at, `A query nests at most ${deepest} deep.`)
  }
  if (lexeme.kind !== 'not') return term(cursor, depth)
  cursor.next += 1
  const of = negation(cursor, depth + 1)
  return of.kind === 'not' ? of.of : { kind: 'not', of }
}

function term(cursor: Cursor, depth: number): Query {
  const lexeme = peek(cursor)
  cursor.next += 1
  switch (lexeme.kind) {
    case 'open': {
      const inner = disjunction(cursor, depth + 1)
      if (peek(cursor).kind !== 'close') {
        throw new Unexpected(lexeme.at, `The ( at ${place(lexeme.at)} is not closed; add a ).`)
      }
      cursor.next += 1
      return inner
    }
    case 'text':
      return textOf(lexeme.text, lexeme.at, lexeme.quoted)
    case 'field':
      return fieldOf(lexeme)
    default:
      throw new Unexpected(lexeme.at, missingTerm(cursor, lexeme))
  }
}

function missingTerm(cursor: Cursor, lexeme: Lexeme): string {
  const before = cursor.lexemes[cursor.next - 2]
  const found = lexeme.kind === 'end' ? 'the query ends' : `'${lexeme.source}' stands`
  const where = lexeme.kind === 'end' ? '' : ` at ${place(lexeme.at)}`
  const after = before === undefined ? '' : ` after '${before.source}'`
  const quote = /^[A-Z]+$/.test(lexeme.source)
    ? `, or "${lexeme.source}" in quotes to search for it`
    : ''
  return `A word, a "phrase", a field or ( was expected${after}, but ${found}${where}${quote}.`
}

function textOf(text: string, at: number, quoted: boolean): Query {
  if (text === '')
    throw new Unexpected(at, `The phrase at ${place(at)} is empty; write what to search for.`)
  if (!quoted && text.length > 1 && /^\*|\*$/.test(text)) {
    throw new Unexpected(
      at,
      `'${text}' at ${place(at)} has a *, but words are whole; only fields such as pod: know *. Quote it to search for the sign.`,
    )
  }
  return { kind: 'text', text }
}

function fieldOf({ at, name, valueAt, value }: Extract<Lexeme, { kind: 'field' }>): Query {
  if (name === 'level') return levelQuery(value, valueAt)
  if (name !== 'attempt' && !isQueryField(name)) {
    throw new Unexpected(
      at,
      `There is no field '${name}' (at ${place(at)}); fields are level, attempt, ${Object.keys(queryFields).join(', ')}. To search for the text, quote it.`,
    )
  }
  if (value === '') {
    throw new Unexpected(valueAt, `A value was expected after '${name}:' at ${place(valueAt)}.`)
  }
  if (name !== 'attempt') return { kind: 'field', field: name, value }
  if (!/^\d{1,9}$/.test(value)) {
    throw new Unexpected(
      valueAt,
      `An attempt is a number from 0; '${value}' at ${place(valueAt)} is none.`,
    )
  }
  return { kind: 'attempt', attempt: Number(value) }
}

function levelQuery(value: string, at: number): Query {
  const [, sign = '', word = ''] = /^(>=|<=|>|<|=|)(.*)$/s.exec(value) ?? []
  const level = levelOf(word)
  if (level === undefined) {
    throw new Unexpected(
      at + sign.length,
      `A level was expected at ${place(at + sign.length)}: TRACE, DEBUG, INFO, WARN, ERROR or FATAL, with >=, >, <= or < before it if you like.`,
    )
  }
  // The pattern above allows these only; no sign means equal.
  return { kind: 'level', compare: (sign || '=') as Comparison, level }
}

function together(kind: 'and' | 'or', of: readonly Query[]): Query {
  return of.length === 1 && of[0] !== undefined ? of[0] : { kind, of }
}

function peek({ lexemes, next }: Cursor): Lexeme {
  // The last lexeme is the end, and nobody goes past it.
  return lexemes[Math.min(next, lexemes.length - 1)] as Lexeme
}

/** People count from 1. */
function place(at: number): string {
  return `character ${at + 1}`
}
