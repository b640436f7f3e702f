import { ConfigError } from '../../kit/errors.ts'
import { timeReaderOf } from './date-format.ts'
import type { TimeReader } from './times.ts'

/** One thing that a pattern prints. */
export type Piece =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'time'; readonly read: TimeReader }
  | { readonly kind: 'level'; readonly pad: Padding; readonly short: boolean }
  | { readonly kind: 'logger' | 'thread' | 'other'; readonly pad: Padding }
  | { readonly kind: 'message' }

/** On which side a field is filled up with spaces. */
export type Padding = 'none' | 'left' | 'right'

type Converter =
  | 'time'
  | 'level'
  | 'logger'
  | 'thread'
  | 'other'
  | 'message'
  | 'end'
  | 'nothing'
  | 'wrap'

/** Converters of log4j2 and logback by what they print; `wrap` prints the pattern that is its argument. */
const names: Readonly<Record<Converter, string>> = {
  time: 'd date',
  level: 'p level le',
  logger: 'c logger lo C class',
  thread: 't tn thread threadName',
  message: 'm msg message',
  end: 'n',
  nothing:
    'ex exception throwable rEx rThrowable rException xEx xThrowable xException wEx xwEx nopex nopexception',
  other:
    'x NDC X mdc MDC L line M method F file l location r relative pid processId sn sequenceNumber T tid threadId tp threadPriority marker markerSimpleName N nano u uuid K map MAP fqcn property contextName cn caller kvp endOfBatch notEmpty varsNotEmpty variablesNotEmpty maxLen maxLength',
  wrap: 'highlight style enc encode replace equals equalsIgnoreCase clr color black red green yellow blue magenta cyan white gray boldRed boldGreen boldYellow boldBlue boldMagenta boldCyan boldWhite',
}

const converters = new Map<string, Converter>(
  Object.entries(names).flatMap(([kind, list]) =>
    // The keys of `names` are its type's.
    list.split(' ').map((name) => [name, kind as Converter] as const),
  ),
)

const longestName = Math.max(...[...converters.keys()].map((name) => name.length))

/**
 * Takes a pattern of log4j2's PatternLayout or logback's PatternLayoutEncoder apart. Names, widths
 * (`%-5p`, `%20.30c`), options in braces and groups in parentheses are understood; what comes behind the
 * end of the line is not looked at.
 */
export function piecesOf(pattern: string): readonly Piece[] {
  const pieces = merged(parse(pattern, pattern))
  if (!pieces.some(({ kind }) => kind === 'message')) {
    throw new ConfigError(`the log pattern '${pattern}' prints no message; it needs %m.`)
  }
  return pieces
}

function parse(text: string, whole: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  while (at < text.length) {
    const percent = text.indexOf('%', at)
    const end = percent === -1 ? text.length : percent
    if (end > at) pieces.push({ kind: 'literal', text: unescaped(text.slice(at, end)) })
    if (percent === -1) break
    const conversion = conversionAt(text, percent, whole)
    if (conversion.kind === 'end') break
    pieces.push(...conversion.pieces)
    at = conversion.end
  }
  return pieces
}

type Conversion = { kind: 'end' } | { kind: 'pieces'; pieces: readonly Piece[]; end: number }

function conversionAt(text: string, percent: number, whole: string): Conversion {
  const [format = '', sign = '', width = '', precision = ''] =
    /^%(-?)(\d{0,4})(\.-?\d{1,4})?/.exec(text.slice(percent, percent + 16)) ?? []
  const from = percent + format.length
  if (text[from] === '%') return some([{ kind: 'literal', text: '%' }], from + 1)
  const pad: Padding = width === '' ? 'none' : sign === '-' ? 'right' : 'left'
  if (text[from] === '(') return group(text, from, whole)
  const name = nameAt(text, from)
  const kind = converters.get(name)
  if (kind === undefined) {
    throw new ConfigError(
      `the log pattern '${whole}' has '${text.slice(percent, percent + 12)}', which is no conversion of log4j2 or logback.`,
    )
  }
  const afterName = from + name.length
  if (kind === 'wrap' && text[afterName] === '(') return group(text, afterName, whole)
  const options = optionsAt(text, afterName)
  const end = options.end
  const first = options.values[0] ?? ''
  switch (kind) {
    case 'end':
      return { kind: 'end' }
    case 'nothing':
      return some([], end)
    case 'wrap':
      return some(parse(first, whole), end)
    case 'time':
      return some([{ kind, read: timeReaderOf(dateFormatOf(first)) }], end)
    case 'level':
      return some([{ kind, pad, short: /length=1|^\.-?1$/.test(first + precision) }], end)
    case 'message':
      return some([{ kind }], end)
    default:
      return some([{ kind, pad }], end)
  }
}

function some(pieces: readonly Piece[], end: number): Conversion {
  return { kind: 'pieces', pieces, end }
}

/** `%d{FORMAT}`, logback's `%d{FORMAT, ZONE}`; a zone of its own is printed into the text or configured. */
function dateFormatOf(option: string): string {
  const zone = /^(.*\S), ?[A-Z][\w/+-]+$/.exec(option)
  return (zone?.[1] ?? option).replace(/^"(.*)"$/, '$1')
}

/** log4j2 takes the longest name that it knows, so that `%msg%n` and `%mtext` both work. */
function nameAt(text: string, from: number): string {
  for (let length = longestName; length > 0; length -= 1) {
    const name = text.slice(from, from + length)
    if (name.length === length && converters.has(name)) return name
  }
  return ''
}

/** The arguments in braces; they may hold patterns with braces of their own. */
function optionsAt(text: string, from: number): { values: readonly string[]; end: number } {
  const values: string[] = []
  let end = from
  while (text[end] === '{') {
    const close = closing(text, end, '{', '}')
    values.push(text.slice(end + 1, close))
    end = close + 1
  }
  return { values, end }
}

function group(text: string, open: number, whole: string): Conversion {
  const close = closing(text, open, '(', ')')
  const { end } = optionsAt(text, close + 1)
  return some(parse(text.slice(open + 1, close), whole), end)
}

function closing(text: string, from: number, open: string, close: string): number {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === open) depth += 1
    else if (text[at] === close) depth -= 1
    if (depth === 0) return at
  }
  throw new ConfigError(`the log pattern '${text}' has a '${open}' that is not closed.`)
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, char: string) => (char === 't' ? '\t' : char))
}

/** Neighbours that cannot be told apart become one piece. */
function merged(pieces: readonly Piece[]): readonly Piece[] {
  const all: Piece[] = []
  for (const piece of pieces) {
    const last = all.at(-1)
    if (piece.kind === 'literal' && last?.kind === 'literal') {
      all[all.length - 1] = { kind: 'literal', text: last.text + piece.text }
    } else if (piece.kind !== 'other' || last?.kind !== 'other') {
      all.push(piece)
    }
  }
  return all
}
