import { z } from 'zod'
import { bounded, moment, range, wholeNumber } from '../kit/params.ts'
import type { LogOrigin } from '../model/logs.ts'
import { isOfJob } from './whose.ts'

/** What is asked of logs in `?name=value` form: of a node's archive, and of one job's logs in the store. */

const DAY_MS = 86_400_000

const q = z
  .string()
  .max(2_000)
  .default(() => '')

/** Lines in pages; the store answers with up to a thousand, an archive with more. */
const page = (mostLines: number, longestCursor: number) => ({
  q,
  limit: wholeNumber(1, mostLines).default(() => 200),
  cursor: z.string().max(longestCursor).optional(),
  towards: z.enum(['older', 'newer'], 'must be older or newer').default(() => 'older' as const),
})

/** The lines around one. */
const around = {
  file: z.string().min(1).max(200),
  offset: z
    .string()
    .regex(/^\d{1,16}$/, 'must be the offset of a line')
    .transform(Number),
  before: wholeNumber(0, 1_000).default(() => 20),
  after: wholeNumber(0, 1_000).default(() => 20),
}

const text = z.string().min(1).max(4_096).optional()

/** Which logs. Values are compared with what is known of logs; nothing of them becomes a path. */
const which = {
  cluster: text,
  namespace: text,
  pod: text,
  podUid: text,
  container: text,
  job: text,
  /** A job: its own logs, and those of processes that it shares. */
  about: z.string().min(1).max(20_000).optional(),
  path: text,
  file: text,
  attempt: wholeNumber(0, 999_999_999).optional(),
}
export type Which = z.output<z.ZodObject<typeof which>>

const span = { from: moment.optional(), to: moment.optional() }

/** Of a node's archive: all that it has, unless a time is given. */
export const archiveParams = {
  lives: z.strictObject({
    ...which,
    ...span,
    limit: wholeNumber(1, 1_000).default(() => 200),
    cursor: z.string().max(100).optional(),
  }),
  lines: z.strictObject({ ...which, ...span, ...page(5_000, 16_000) }),
  context: z.strictObject({ ...around, about: which.about }),
  tail: z.strictObject({
    ...which,
    q,
    /** So many lines of before come first. */
    last: wholeNumber(0, 1_000).default(() => 50),
  }),
  download: z.strictObject({ ...which, ...span, q }),
}

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
    is(wanted.attempt, origin.attempt) &&
    (wanted.about === undefined || isOfJob(origin, wanted.about))
  )
}

const is = <T>(wanted: T | undefined, own: T) => wanted === undefined || wanted === own

/** Where lines are read: in the store, from the nodes when it is away, unless one of them is meant. */
const source = z.enum(['store', 'nodes'], 'must be store or nodes').optional()

/** Of one job, within a time: the last day, or for lives the last week. */
export const jobLogParams = {
  lines: (now: number) =>
    z.strictObject({ ...page(1_000, 4_000), source, ...range(now) }).transform(bounded(DAY_MS)),
  histogram: (now: number) =>
    z
      .strictObject({ q, steps: wholeNumber(1, 500).default(() => 120), ...range(now) })
      .transform(bounded(DAY_MS)),
  patterns: (now: number) =>
    z
      .strictObject({
        ...{ q, steps: wholeNumber(1, 200).default(() => 24) },
        limit: wholeNumber(1, 500).default(() => 50),
        ...range(now),
      })
      .transform(bounded(DAY_MS)),
  context: z.strictObject({
    ...{ ...around, at: moment, source },
    /** Whose file it is; the job unless given. */
    owner: z.string().min(1).max(20_000).optional(),
  }),
  lives: (now: number) => z.strictObject(range(now)).transform(bounded(7 * DAY_MS)),
  last: (now: number) =>
    z
      .strictObject({
        pod: z.string().min(1).max(1_000),
        attempt: wholeNumber(0, 1_000_000).optional(),
        limit: wholeNumber(1, 1_000).default(() => 200),
        ...range(now),
      })
      .transform(bounded(7 * DAY_MS)),
  tail: z.strictObject({ q }),
  nodes: (now: number) => z.strictObject(range(now)).transform(bounded(DAY_MS)),
}
