/** A piece of a query, where it begins, and what was written. */
export type Lexeme = { readonly at: number; readonly source: string } & (
  | { readonly kind: 'and' | 'or' | 'not' | 'open' | 'close' | 'end' }
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'field'
      readonly name: string
      readonly value: string
      readonly valueAt: number
      readonly quoted: boolean
    }
)

const operators: Readonly<Record<string, 'and' | 'or' | 'not'>> = {
  AND: 'and',
  OR: 'or',
  NOT: 'not',
}

/** `name:` before a value; what has a dot, a sign or a slash behind the colon is text, as `http://x`. */
const fieldName = /^([A-Za-z]{2,20}):(?!\/)/

/** Cuts a query into pieces; `unclosed` is where a quote begins that nothing ends. */
export function lexemesOf(text: string): { lexemes: readonly Lexeme[]; unclosed?: number } {
  const lexemes: Lexeme[] = []
  let at = 0
  while (at < text.length) {
    const char = text[at] ?? ''
    if (/\s/.test(char)) {
      at += 1
    } else if (char === '(' || char === ')') {
      lexemes.push({ kind: char === '(' ? 'open' : 'close', at, source: char })
      at += 1
    } else if (char === '-' && /[^\s)-]/.test(text[at + 1] ?? '')) {
      lexemes.push({ kind: 'not', at, source: char })
      at += 1
    } else {
      const lexeme = termAt(text, at)
      if (lexeme === undefined) return { lexemes, unclosed: text.indexOf('"', at) }
      lexemes.push(lexeme)
      at += lexeme.source.length
    }
  }
  lexemes.push({ kind: 'end', at: text.length, source: '' })
  return { lexemes }
}

function termAt(text: string, at: number): Lexeme | undefined {
  if (text[at] === '"') {
    const phrase = phraseAt(text, at)
    return phrase && { kind: 'text', at, text: phrase.text, quoted: true, source: phrase.source }
  }
  const field = fieldName.exec(text.slice(at, at + 24))
  const name = field?.[1]
  if (field !== null && name !== undefined) return fieldAt(text, at, name, field[0].length)
  const word = wordAt(text, at)
  const operator = operators[word]
  return operator === undefined
    ? { kind: 'text', at, text: word, quoted: false, source: word }
    : { kind: operator, at, source: word }
}

function fieldAt(text: string, at: number, name: string, length: number): Lexeme | undefined {
  const valueAt = at + length
  const head = { kind: 'field', at, name: name.toLowerCase(), valueAt } as const
  if (text[valueAt] !== '"') {
    const value = /[\s)]/.test(text[valueAt] ?? ' ') ? '' : wordAt(text, valueAt)
    return { ...head, value, quoted: false, source: text.slice(at, valueAt + value.length) }
  }
  const phrase = phraseAt(text, valueAt)
  if (phrase === undefined) return undefined
  const source = text.slice(at, valueAt + phrase.source.length)
  return { ...head, value: phrase.text, quoted: true, source }
}

/** To the next blank or bracket; a bracket that the word itself opened belongs to it: `run(Task.java:5)`. */
function wordAt(text: string, at: number): string {
  let open = 0
  let end = at
  for (; end < text.length; end += 1) {
    const char = text[end] ?? ''
    if (/\s/.test(char) || (char === ')' && open === 0)) break
    if (char === '(') open += 1
    else if (char === ')') open -= 1
  }
  return text.slice(at, end)
}

/** Between quotes; `\"` is a quote and `\\` a backslash. */
function phraseAt(text: string, at: number): { text: string; source: string } | undefined {
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1
    else if (text[end] === '"') {
      const inner = text.slice(at + 1, end).replace(/\\(["\\])/g, '$1')
      return { text: inner, source: text.slice(at, end + 1) }
    }
  }
  return undefined
}
