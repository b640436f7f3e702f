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
