import type { LifeFile, NodeLife } from '../../core/api/node-logs.ts'
import type { LackingLines } from '../../core/api/public-logs.ts'
import type { LogFile } from '../../core/model/logs.ts'
import type { Span } from '../api/history.ts'

/** Lines are under way for so long before they count as lacking. */
const UNDER_WAY_MS = 30_000

/**
 * The stretches of a span that nodes still have and the store lacks: of files that it never got, that it forgot the
 * begin of, or whose end it has not got yet. `stored` is what the store has of the same files, in and beyond the span.
 */
export function lackingLines(
  lives: readonly NodeLife[],
  stored: readonly LogFile[],
  span: Span,
): readonly LackingLines[] {
  const known = new Map(stored.map((file) => [file.origin.file, file]))
  return lives
    .flatMap(({ node, pod, attempt, files }) =>
      files.flatMap((file) =>
        lackingOf(file, known.get(file.file)).flatMap((lacking) => {
          const from = Math.max(lacking.from, span.from)
          const to = Math.min(lacking.to, span.to)
          return from <= to ? [{ node, pod, attempt, from, to }] : []
        }),
      ),
    )
    .sort((a, b) => b.to - a.to || a.from - b.from)
}

function lackingOf({ firstAt, lastAt }: LifeFile, stored: LogFile | undefined): readonly Span[] {
  if (!stored) return [{ from: firstAt, to: lastAt }]
  const begin = stored.firstAt > firstAt ? [{ from: firstAt, to: stored.firstAt }] : []
  const end = lastAt > stored.lastAt + UNDER_WAY_MS ? [{ from: stored.lastAt, to: lastAt }] : []
  return [...begin, ...end]
}
