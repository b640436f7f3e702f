import type { JobSummary, JobsPage } from '../../core/api/public.ts'
import type { VerdictWord } from '../../core/model/finding.ts'

/** Worst first; unknown may hide anything, so it comes before what is known to be halfway well. */
const ORDER: readonly VerdictWord[] = ['unhealthy', 'unknown', 'degraded', 'healthy']

/** Where a row stands in the list: verdict, then score, then name. */
type Place = readonly [rank: number, score: number, job: string]

function placeOf({ verdict, score, job }: JobSummary): Place {
  return [ORDER.indexOf(verdict), score ?? -1, job]
}

function compare(a: Place, b: Place): number {
  return a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0)
}

/**
 * A page of the list. The cursor is the place of the last row rather than a number of rows, so a page
 * neither repeats nor skips what did not move itself. Undefined for a cursor that is not ours.
 */
export function jobsPage(
  rows: readonly JobSummary[],
  limit: number,
  cursor: string | undefined,
): JobsPage | undefined {
  const after = cursor === undefined ? undefined : readCursor(cursor)
  if (cursor !== undefined && after === undefined) return undefined
  const sorted = rows
    .map((row) => ({ row, place: placeOf(row) }))
    .filter(({ place }) => after === undefined || compare(place, after) > 0)
    .sort((a, b) => compare(a.place, b.place))
  const page = sorted.slice(0, limit)
  const last = page.at(-1)
  const next = last && sorted.length > limit ? writeCursor(last.place) : null
  return { items: page.map(({ row }) => row), next }
}

function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

function readCursor(cursor: string): Place | undefined {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (!Array.isArray(place) || place.length !== 3) return undefined
    const [rank, score, job]: unknown[] = place
    if (typeof rank !== 'number' || typeof score !== 'number' || typeof job !== 'string') {
      return undefined
    }
    return [rank, score, job]
  } catch {
    return undefined
  }
}
