import type { Context } from 'hono'
import type { z } from 'zod'
import type { ProblemBody } from '../../core/api/public.ts'
import { problem } from '../../core/kit/http.ts'
import { type ParamProblem, readParams } from '../../core/kit/params.ts'

/** A 400 that names everything that is wrong at once. */
export function badRequest(errors: readonly ParamProblem[]): Response {
  return problems({
    ...{ type: 'about:blank', title: 'Bad Request', status: 400, code: 'parameters' },
    detail: errors.map(({ parameter, problem }) => `${parameter}: ${problem}`).join('; '),
    errors,
  })
}

/** A 422: well formed, but it cannot be. */
export function refused(sentences: readonly string[]): Response {
  return problems({
    ...{ type: 'about:blank', title: 'Unprocessable Content', status: 422, code: 'refused' },
    detail: sentences.join('; '),
    errors: sentences.map((problem) => ({ parameter: 'body', problem })),
  })
}

function problems(body: ProblemBody): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
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
