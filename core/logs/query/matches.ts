import { type LogLine, type LogOrigin, logLevels } from '../../model/logs.ts'
import { foldAscii } from '../literals.ts'
import { type Comparison, type Query, type QueryField, queryFields } from './query.ts'
import { textFinder } from './tokens.ts'

/** Where a line comes from, as far as queries ask. */
export type QueryOrigin = Pick<LogOrigin, 'pod' | 'node' | 'container' | 'attempt'>

export type LineFilter = (line: LogLine, origin: QueryOrigin) => boolean

/** Whether a line matches; to ask many lines, compile the query once. */
export function matches(query: Query, line: LogLine, origin: QueryOrigin): boolean {
  return compileQuery(query)(line, origin)
}

/** A query as a function, for the lines that no index holds. Means what the store's SQL means. */
export function compileQuery(query: Query): LineFilter {
  switch (query.kind) {
    case 'all':
      return () => true
    case 'text': {
      const found = textFinder(query.text)
      return ({ message, stack }) => found(message) || (stack !== undefined && found(stack))
    }
    case 'level':
      return levelFilter(query.compare, logLevels.indexOf(query.level))
    case 'attempt':
      return (_, { attempt }) => attempt === query.attempt
    case 'field':
      return fieldFilter(query.field, query.value)
    case 'and': {
      const all = query.of.map(compileQuery)
      return (line, origin) => all.every((filter) => filter(line, origin))
    }
    case 'or': {
      const any = query.of.map(compileQuery)
      return (line, origin) => any.some((filter) => filter(line, origin))
    }
    case 'not': {
      const inner = compileQuery(query.of)
      return (line, origin) => !inner(line, origin)
    }
  }
}

function levelFilter(compare: Comparison, rank: number): LineFilter {
  const fits: Record<Comparison, (level: number) => boolean> = {
    '=': (level) => level === rank,
    '>=': (level) => level >= rank,
    '>': (level) => level > rank,
    '<=': (level) => level <= rank,
    '<': (level) => level < rank,
  }
  return ({ level }) => level !== undefined && fits[compare](logLevels.indexOf(level))
}

function fieldFilter(field: QueryField, value: string): LineFilter {
  const fits = valueTest(field, value)
  switch (field) {
    case 'pod':
      return (_, { pod }) => fits(pod)
    case 'node':
      return (_, { node }) => fits(node)
    case 'container':
      return (_, { container }) => fits(container)
    case 'exception':
      return ({ exception, rootCause }) => fits(exception) || fits(rootCause)
    default:
      return (line) => fits(line[field])
  }
}

type ValueTest = (value: string | undefined) => boolean

function valueTest(field: QueryField, value: string): ValueTest {
  const kind = queryFields[field]
  if (kind === 'text') {
    const found = textFinder(value)
    return (text) => text !== undefined && found(text)
  }
  if (value.includes('*')) return globTest(value)
  const sought = foldAscii(value)
  if (kind === 'whole') return (text) => text !== undefined && foldAscii(text) === sought
  const part = partsOf(sought)
  return (text) => text !== undefined && partsOf(foldAscii(text)).includes(part)
}

/** `a.B$C` as `.a.b.c.`, so that whole parts can be looked for. */
function partsOf(name: string): string {
  return `.${name.replaceAll('$', '.')}.`
}

/** `*` stands for any characters; linear, as each piece is taken where it stands first. */
function globTest(pattern: string): ValueTest {
  const pieces = foldAscii(pattern).split('*')
  const first = pieces[0] ?? ''
  const last = pieces.at(-1) ?? ''
  const between = pieces.slice(1, -1)
  return (value) => {
    if (value === undefined) return false
    const text = foldAscii(value)
    if (!text.startsWith(first) || text.length < first.length + last.length) return false
    const end = text.length - last.length
    let at = first.length
    for (const piece of between) {
      const found = text.indexOf(piece, at)
      if (found === -1) return false
      at = found + piece.length
    }
    return at <= end && text.endsWith(last)
  }
}
