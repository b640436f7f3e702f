/** Rows as a Markdown table; numbers with three digits that matter. */
export function table(rows: readonly object[]): string {
  const columns = Object.keys(rows[0] ?? {})
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  const body = rows.map((row) => line(Object.values(row).map(write)))
  return [line(columns), line(columns.map(() => '---')), ...body].join('')
}

function write(value: unknown): string {
  if (typeof value !== 'number') return String(value)
  if (Number.isInteger(value) || Math.abs(value) >= 1000)
    return Math.round(value).toLocaleString('en')
  return value.toPrecision(3)
}
