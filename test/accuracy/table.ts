import type { Judged } from './judge.ts'
import type { Summary } from './summary.ts'

/** The accuracy table as text: one row per recording. */
export function tableOf(judged: readonly Judged[]): string {
  return columns(
    ['recording', 'truth', 'found, after', 'beside it', 'false', 'advice'],
    judged.map(({ recording, wanted, beside, falseFindings, advice, wrongAdvice, ...one }) => [
      recording,
      wanted.length === 0 ? '(healthy)' : wanted.join(', '),
      foundIn({ wanted, ...one }),
      beside.join(', '),
      falseFindings.join('; '),
      advice.join('; ') + (wrongAdvice.length > 0 ? ` WRONG ${wrongAdvice.join('; ')}` : ''),
    ]),
  )
}

function foundIn({
  found,
  wanted,
  wrongSubject,
}: Pick<Judged, 'found' | 'wanted' | 'wrongSubject'>): string {
  if (found) return `${found.rule} at ${found.subject}, ${Math.round(found.afterMs / 1000)} s`
  if (wanted.length === 0) return ''
  return wrongSubject ? 'at the wrong subject' : 'not found'
}

/** One row per cause. */
export function causesOf({ causes }: Summary): string {
  return columns(
    ['cause', 'recordings', 'named', 'falsely', 'precision', 'recall', 'F1', 'median after'],
    causes.map(({ cause, recordings, named, saidFalsely, precision, recall, f1, medianMs }) => [
      cause,
      String(recordings),
      String(named),
      String(saidFalsely),
      precision.toFixed(2),
      recall.toFixed(2),
      f1.toFixed(2),
      medianMs === undefined ? '' : `${Math.round(medianMs / 1000)} s`,
    ]),
  )
}

/** The rows of a confusion table that are not on its diagonal: what was not named, and what was said there. */
export function confusionOf(judged: readonly Judged[]): string {
  return judged
    .filter(({ wanted, found }) => wanted.length > 0 && !found)
    .map(
      ({ recording, wanted, beside }) =>
        `${recording}: ${wanted.join(' or ')} taken for ${beside.join(', ') || 'nothing'}`,
    )
    .join('\n')
}

/** At most this many in so many hours, at 95 %: three events are not excluded by none (rule of three). */
const NONE_SEEN = 3

export function sentencesOf(summary: Summary): string {
  const { sick, named, misplaced, falseInHealth, healthyHours, medianMs, bandsRight } = summary
  const bound =
    falseInHealth === 0
      ? `, so fewer than ${(NONE_SEEN / healthyHours).toFixed(1)} an hour (95 %)`
      : ''
  return [
    `${named} of ${sick} sick recordings named, ${misplaced} at the wrong subject; half of them within ${Math.round((medianMs ?? 0) / 1000)} s.`,
    `${summary.falseFindings} false findings of severity major or above; ${falseInHealth} in ${healthyHours.toFixed(2)} healthy hours${bound}.`,
    `Verdict as the truth's band in ${Math.round(100 * bandsRight)} % of the settled rounds. Macro-F1 ${summary.macroF1.toFixed(3)} over ${summary.causes.length} causes.`,
  ].join('\n')
}

export function columns(header: readonly string[], rows: readonly (readonly string[])[]): string {
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
