import type { Context } from 'hono'
import type { z } from 'zod'
import type { ProblemBody } from '../../core/api/public.ts'
import { problem } from '../../core/kit/http.ts'
import { type ParamProblem, readParams } from '../../core/kit/params.ts'

/** A 400 that names everything that is wrong at once. */
export function badRequest(errors: readonly ParamProblem[]): Response {
  const body: ProblemBody = {
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: errors.map(({ parameter, problem }) => `${parameter}: ${problem}`).join('; '),
    code: 'parameters',
    errors,
  }
  return new Response(JSON.stringify(body), {
    status: 400,
    headers: { 'content-type': 'application/problem+json' },
  })
}

/** The digest of a body that never ends would wait for its end; and what a gate says is its status. */
export const isUntagged = (path: string): boolean =>
  /\/(stream|tail|gate|gate\/rollback)$/.test(path)

/** A 404 with a sentence. */
export function notFound(detail: string): Response {
  return problem(404, { detail, code: 'not-found' })
}

/** The parameters of the request, or the answer that refuses them. */
export function paramsOf<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): z.output<Schema> | Response {
  const read = readParams(schema, context.req.query())
  const twice = Object.entries(context.req.queries()).flatMap(([parameter, values]) =>
    values.length > 1 ? { parameter, problem: `is given ${values.length} times` } : [],
  )
  if (twice.length > 0) return badRequest([...twice, ...('params' in read ? [] : read.problems)])
  return 'params' in read ? read.params : badRequest(read.problems)
}
