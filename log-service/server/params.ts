import { z } from 'zod'
import { moment, wholeNumber } from '../../core/kit/params.ts'
import type { LogOrigin } from '../../core/model/logs.ts'

const text = z.string().min(1).max(4_096).optional()

/** Which logs. Values are compared with what the archive knows of its logs; nothing of them becomes a path. */
const which = {
  cluster: text,
  namespace: text,
  pod: text,
  podUid: text,
  container: text,
  job: text,
  path: text,
  file: text,
  attempt: wholeNumber(0, 999_999_999).optional(),
}
export type Which = z.output<z.ZodObject<typeof which>>

const span = { from: moment.optional(), to: moment.optional() }
const q = z
  .string()
  .max(2_000)
  .default(() => '')

export const livesParams = z.strictObject({
  ...which,
  ...span,
  limit: wholeNumber(1, 1_000).default(() => 200),
  cursor: z.string().max(100).optional(),
})

export const linesParams = z.strictObject({
  ...which,
  ...span,
  q,
  limit: wholeNumber(1, 5_000).default(() => 200),
  cursor: z.string().max(16_000).optional(),
  towards: z.enum(['older', 'newer'], 'must be older or newer').default(() => 'older' as const),
})

export const contextParams = z.strictObject({
  file: z.string().min(1).max(64),
  offset: z
    .string()
    .regex(/^\d{1,16}$/, 'must be the offset of a line')
    .transform(Number),
  before: wholeNumber(0, 1_000).default(() => 20),
  after: wholeNumber(0, 1_000).default(() => 20),
})

export const tailParams = z.strictObject({
  ...which,
  q,
  /** So many lines of before come first. */
  last: wholeNumber(0, 1_000).default(() => 50),
})

export const downloadParams = z.strictObject({ ...which, ...span, q })

export function isWanted(origin: LogOrigin, wanted: Which): boolean {
  return (
    is(wanted.cluster, origin.cluster) &&
    is(wanted.namespace, origin.namespace) &&
    is(wanted.pod, origin.pod) &&
    is(wanted.podUid, origin.podUid) &&
    is(wanted.container, origin.container) &&
    is(wanted.job, origin.job) &&
    is(wanted.path, origin.path) &&
    is(wanted.file, origin.file) &&
    is(wanted.attempt, origin.attempt)
  )
}

const is = <T>(wanted: T | undefined, own: T) => wanted === undefined || wanted === own
