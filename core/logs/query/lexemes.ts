/** A piece of a query, and the character at which it begins. */
export interface Lexeme {
  readonly kind: 'operator' | 'word' | 'quoted' | 'open-quote'
  readonly at: number
  /** AND, OR, NOT, a parenthesis; else the word or what stood in quotes. */
  readonly text: string
  /** What stood before a colon. */
  readonly field?: string
}

const NAME = /[a-zA-Z][\w-]*:/y
/** A parenthesis that a word opened itself belongs to it: `map(Orders.java:7)`. */
const WORD = /[^\s()"]+(?:\([^\s()"]*\)[^\s()"]*)*/y
const QUOTED = /"((?:[^"\\]|\\.)*)("?)/sy

/** Cuts a query into its pieces, from left to right. */
export function lexemesOf(query: string): readonly Lexeme[] {
  const lexemes: Lexeme[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(query)
    if (match) at = pattern.lastIndex
    return match ?? undefined
  }
  while (at < query.length) {
    const begin = at
    if (take(/\s+/y)) continue
    const parenthesis = take(/[()]/y)
    if (parenthesis) {
      lexemes.push({ kind: 'operator', at: begin, text: parenthesis[0] })
      continue
    }
    if (take(/-(?=[^\s)-])/y)) {
      lexemes.push({ kind: 'operator', at: begin, text: 'NOT' })
      continue
    }
    const operator = take(/(?:AND|OR|NOT)(?=[\s()"]|$)/y)
    if (operator) {
      lexemes.push({ kind: 'operator', at: begin, text: operator[0] })
      continue
    }
    lexemes.push(termAt(begin))
  }
  return lexemes

  function termAt(begin: number): Lexeme {
    const name = isField(begin) ? take(NAME)?.[0].slice(0, -1).toLowerCase() : undefined
    const field = name === undefined ? {} : { field: name }
    const quoted = take(QUOTED)
    if (quoted) {
      const [, text = '', close] = quoted
      const kind = close === '"' ? 'quoted' : 'open-quote'
      return { kind, at: begin, text: text.replace(/\\(.)/gs, '$1'), ...field }
    }
    return { kind: 'word', at: begin, text: take(WORD)?.[0] ?? '', ...field }
  }

  /** `akka.tcp://x`, `12:30` and `Foo::bar` are words: a field is a name, one colon, and a value or nothing. */
  function isField(begin: number): boolean {
    return /^[a-zA-Z][\w-]*:(?![:/])/.test(query.slice(begin, begin + 64))
  }
}
