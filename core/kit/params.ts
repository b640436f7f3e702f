import { z } from 'zod'

/** What a request asks with, in `?name=value` form; every parameter says what it takes. */

export const decimal = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, `must be a number from ${low} to ${high}`)
    .transform(Number)
    .refine((value) => value >= low && value <= high, `must be a number from ${low} to ${high}`)

export const wholeNumber = (low: number, high: number) =>
  decimal(low, high).refine(Number.isInteger, 'must be a whole number')

/** Epoch milliseconds, or a moment as ISO 8601 says it. */
export const moment = z.string().transform((text, context) => {
  const at = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isFinite(at)) return at
  context.addIssue({
    code: 'custom',
    message: 'must be epoch milliseconds or a time such as 2026-11-20T09:00:00Z',
  })
  return z.NEVER
})

/** What one request may make the store read. */
const LONGEST_RANGE_MS = 30 * 86_400_000

export const range = (now: number) => ({ from: moment.optional(), to: moment.default(() => now) })

/** Checks a range and fills in its begin: `defaultMs` before its end. */
export const bounded =
  (defaultMs: number, longestMs = LONGEST_RANGE_MS) =>
  <T extends { from?: number | undefined; to: number }>(given: T, context: z.RefinementCtx) => {
    const from = given.from ?? given.to - defaultMs
    const problem = (message: string) =>
      context.addIssue({ code: 'custom', path: ['from'], message })
    if (from >= given.to) problem('must be before "to"')
    else if (given.to - from > longestMs)
      problem(`may lie at most ${longestMs / 86_400_000} days before "to"`)
    return { ...given, from }
  }

export interface ParamProblem {
  readonly parameter: string
  readonly problem: string
}

/** All that is wrong with the parameters at once, or what they mean. */
export function readParams<Schema extends z.ZodType>(
  schema: Schema,
  query: Readonly<Record<string, string>>,
): { readonly params: z.output<Schema> } | { readonly problems: readonly ParamProblem[] } {
  const result = schema.safeParse(query)
  if (result.success) return { params: result.data }
  return {
    problems: result.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({ parameter: key, problem: 'is not a parameter here' }))
      }
      const missing = issue.path.length === 1 && !(String(issue.path[0]) in query)
      const problem = missing ? `is missing; it ${issue.message}` : issue.message
      return [{ parameter: issue.path.join('.'), problem }]
    }),
  }
}
