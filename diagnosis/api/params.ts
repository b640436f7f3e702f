import { z } from 'zod'
import { gatePolicies } from '../../core/api/gate.ts'
import { bounded, decimal, moment, range, wholeNumber } from '../../core/kit/params.ts'

/** What a request asks with, in `?name=value` form; every parameter says what it takes. */

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const duration = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,3})?(ms|s|m|h|d)$/, 'must be a duration such as 60s, 5m or 1h')
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0] ?? ''
    // The pattern above admits exactly these units.
    return Number.parseFloat(text) * UNIT_MS[unit as keyof typeof UNIT_MS]
  })

/** No chart shows more; a longer range needs a longer step. */
export const MOST_POINTS = 2_000
export const jobsParams = z.strictObject({
  limit: wholeNumber(1, 1000).default(() => 100),
  cursor: z.string().max(4000).optional(),
})

const limit = (most: number, otherwise: number) => wholeNumber(1, most).default(() => otherwise)

export const alertsParams = z.strictObject({ limit: limit(1_000, 200) })

/** A page of what is told newest first; the cursor is the place of the last one that was told. */
const pageFields = {
  limit: limit(500, 100),
  cursor: z
    .string()
    .regex(/^\d{1,15}\.[\w-]{1,64}$/, 'is not a cursor of this list; begin again without it')
    .transform((text) => {
      const dot = text.indexOf('.')
      return { at: Number(text.slice(0, dot)), id: text.slice(dot + 1) }
    })
    .optional(),
}
export const pageParams = z.strictObject(pageFields)

export const deliveriesParams = z.strictObject({
  ...pageFields,
  state: z.enum(['all', 'dead'], 'must be all or dead').default(() => 'all' as const),
})

export function cursorOf(last: { readonly at: number; readonly id: string } | undefined) {
  return last === undefined ? null : `${last.at}.${last.id}`
}

/** As far back as scores are kept. */
const LONGEST_BACK_MS = 400 * 86_400_000

export const gateParams = (now: number) =>
  z.strictObject({
    minScore: decimal(0, 10)
      .default(() => 8)
      .describe('Lowest score that passes; 8 unless given.'),
    for: duration
      .refine((ms) => ms >= 1_000 && ms <= 3_600_000, 'must be from 1s to 1h')
      .default(() => 60_000)
      .describe('How long it must have held, from 1s to 1h; 60s unless given.'),
    coverage: decimal(0, 1)
      .default(() => 0.6)
      .describe('Share of what applies that must have been assessed; 0.6 unless given.'),
    at: moment
      .refine((at) => at <= now && at >= now - LONGEST_BACK_MS, {
        error: 'must lie within the last 400 days',
      })
      .optional()
      .describe('A moment of the past, as epoch milliseconds or ISO 8601; now unless given.'),
    baseline: z
      .enum(['previous-run'], 'must be previous-run')
      .optional()
      .describe('Also no worse than the previous run of the job was under the same load.'),
    policy: z
      .enum(gatePolicies, `must be one of ${gatePolicies.join(', ')}: what unknown counts as`)
      .default(() => 'wait' as const)
      .describe('What unknown counts as: ask again (503), a fail (412), a pass (200).'),
    status: z
      .enum(['200'], 'must be 200: then every answer has this status')
      .optional()
      .describe('Every answer has this status; the word is in the body.'),
  })

export const findingsParams = z.strictObject({
  state: z
    .enum(['open', 'resolved', 'all'], 'must be one of open, resolved, all')
    .default(() => 'open' as const),
})

export const rangeParams = (now: number) => z.strictObject(range(now)).transform(bounded(3_600_000))

/** What is kept for 400 days may be asked for all of them. */
export const historyParams = (now: number) =>
  z.strictObject(range(now)).transform(bounded(86_400_000, 400 * 86_400_000))

const SIGNALS = [
  'busy',
  'backpressured',
  'idle',
  'recordsPerSecond',
  'gc',
  'heap',
  'cpu',
  'checkpointMs',
] as const

/** Asked even when other parameters are wrong, so that one answer tells all. */
function needed(kind: 'vertex' | 'process') {
  const has = (given: { signal: (typeof SIGNALS)[number]; vertex?: unknown; process?: unknown }) =>
    given[kind] !== undefined || subjectOf(given.signal) !== kind
  const options = { path: [kind], error: `is needed for this signal`, when: () => true }
  return [has, options] as const
}

export const seriesParams = (now: number) =>
  z
    .strictObject({
      signal: z.enum(SIGNALS, `must be one of ${SIGNALS.join(', ')}`),
      vertex: z.string().min(1).max(64).optional(),
      process: z.string().min(1).max(1000).optional(),
      over: z.enum(['mean', 'max']).optional(),
      stepMs: decimal(1_000, 86_400_000).optional(),
      ...range(now),
    })
    .refine(...needed('vertex'))
    .refine(...needed('process'))
    .transform(bounded(900_000))
    .refine((given) => (given.to - given.from) / (given.stepMs ?? Infinity) <= MOST_POINTS, {
      path: ['stepMs'],
      error: `must be longer: more than ${MOST_POINTS} points are asked for`,
    })

/** What a signal is measured of. */
export function subjectOf(signal: (typeof SIGNALS)[number]): 'vertex' | 'process' | 'job' {
  switch (signal) {
    case 'busy':
    case 'backpressured':
    case 'idle':
    case 'recordsPerSecond':
      return 'vertex'
    case 'gc':
    case 'heap':
    case 'cpu':
      return 'process'
    case 'checkpointMs':
      return 'job'
  }
}
