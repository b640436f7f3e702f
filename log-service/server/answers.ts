import type { Context } from 'hono'
import type { z } from 'zod'
import { problem } from '../../core/kit/http.ts'
import { readParams } from '../../core/kit/params.ts'
import { isWanted, type Which } from '../../core/logs/params.ts'
import { matcherOf } from '../../core/logs/query/matches.ts'
import { parseLogQuery } from '../../core/logs/query/parse.ts'
import type { Archive } from '../archive/archive.ts'
import type { Part } from '../archive/part.ts'
import type { Matches } from './search.ts'

/** So many files are read side by side; each has a piece of itself in memory. */
export const MOST_FILES = 200

export const badRequest = (detail: string): Response => problem(400, { detail, code: 'parameters' })

/** The parameters of the request, or the answer that refuses them. */
export function paramsOf<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): z.output<Schema> | Response {
  const read = readParams(schema, context.req.query())
  if ('params' in read) return read.params
  return badRequest(read.problems.map((one) => `${one.parameter}: ${one.problem}`).join('; '))
}

/** What a query asks of lines, or the answer that refuses it. */
export function matchesOf(q: string): Matches | Response {
  const parsed = parseLogQuery(q)
  if (parsed.ok) return matcherOf(parsed.query)
  const where = parsed.at >= q.length ? 'at its end' : `at character ${parsed.at + 1}`
  return badRequest(`q: ${parsed.problem} (${where})`)
}

interface Span {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** The files that are asked for and have something in the span, or the answer that refuses so many. */
export function filesOf(
  archive: Archive,
  which: Which,
  { from, to }: Span = {},
): readonly Part[] | Response {
  const files = archive
    .files()
    .filter(({ origin }) => isWanted(origin, which))
    .filter(({ firstAt, lastAt }) => (from ?? firstAt) <= lastAt && (to ?? lastAt) >= firstAt)
  if (files.length <= MOST_FILES) return files
  return badRequest(
    `${files.length} log files fit, and ${MOST_FILES} are read at once; ask for a pod, a job or a shorter time.`,
  )
}
