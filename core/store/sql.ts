/** A text as an SQL literal that neither engine can misread. */
export function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0')}'`
}

/** A name of a database, table or column as SQL. */
export function quoteName(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``
}

export interface Segment {
  /** `end` is the semicolon after a statement; quoted are texts, quoted names and heredocs. */
  readonly kind: 'code' | 'quoted' | 'comment' | 'end'
  readonly text: string
}

// Backslashes escape inside all three quotes. A doubled quote reads as two texts side by side, which is
// the same for us, and keeps the expression free of ambiguity (no exponential time on an open quote).
const segmentPattern =
  /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\/|;|[^'"`$#;/-]+|[\s\S]/g

/** Cuts SQL into code, quoted texts and comments, so that nobody looks for words inside texts. */
export function segments(sql: string): Segment[] {
  return (sql.match(segmentPattern) ?? []).map((text) => ({ kind: kindOf(text), text }))
}

function kindOf(text: string): Segment['kind'] {
  if (text === ';') return 'end'
  if (text.length === 1) return 'code'
  if (/^(?:--|#[ !]|\/\*)/.test(text)) return 'comment'
  return /^['"`$]/.test(text) ? 'quoted' : 'code'
}

/** The statements of a script, without comments and without those that are empty. */
export function splitStatements(script: string): string[] {
  const statements = ['']
  for (const { kind, text } of segments(script)) {
    if (kind === 'end') statements.push('')
    // A comment separates words, so it leaves a space behind.
    else statements[statements.length - 1] += kind === 'comment' ? ' ' : text
  }
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '')
}

/** The names of the `{name:Type}` placeholders in a statement. */
export function placeholders(sql: string): string[] {
  if (!sql.includes('{')) return []
  const code = segments(sql).filter(({ kind }) => kind === 'code')
  return code.flatMap(({ text }) =>
    [...text.matchAll(/\{\s*([A-Za-z_]\w*)\s*:/g)].map(([, name = '']) => name),
  )
}
