import type { Judged } from './judge.ts'

/** The accuracy table as text: one row per recording. */
export function tableOf(judged: readonly Judged[]): string {
  const rows = judged.map(({ recording, wanted, found, falseFindings, advice, wrongAdvice }) => [
    recording,
    wanted.length === 0 ? '(healthy)' : wanted.join(', '),
    found
      ? `${found.rule} at ${found.subject}, ${Math.round(found.afterMs / 1000)} s`
      : wanted.length === 0
        ? ''
        : 'not found',
    falseFindings.join('; '),
    advice.join('; ') + (wrongAdvice.length > 0 ? ` WRONG ${wrongAdvice.join('; ')}` : ''),
  ])
  const header = ['recording', 'truth', 'found, after', 'false', 'advice']
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
