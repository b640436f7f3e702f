import { z } from 'zod'

/** One line of `weir replay --json`: one job at one round. `t` and `since` count from the recording's begin. */
export const ReplayLine = z.strictObject({
  t: z.int(),
  job: z.string(),
  score: z.number().nullable(),
  verdict: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']),
  coverage: z.number(),
  findings: z.array(
    z.strictObject({
      rule: z.string(),
      cause: z.boolean(),
      severity: z.enum(['crit', 'major', 'minor', 'info']),
      confidence: z.number(),
      subject: z.strictObject({ kind: z.string(), name: z.string(), id: z.string() }),
      since: z.int(),
      message: z.string(),
    }),
  ),
  advice: z.array(
    z.strictObject({
      kind: z.string(),
      target: z.string(),
      from: z.number(),
      to: z.number(),
      confidence: z.number(),
    }),
  ),
  abstained: z.array(z.strictObject({ target: z.string(), reason: z.string() })),
})
export type ReplayLine = z.infer<typeof ReplayLine>
