import { z } from 'zod'
import { moment, wholeNumber } from '../../core/kit/params.ts'
import { bounded, range } from './params.ts'

const DAY_MS = 86_400_000

const q = z
  .string()
  .max(2_000)
  .default(() => '')

export const linesParams = (now: number) =>
  z
    .strictObject({
      q,
      ...range(now),
      limit: wholeNumber(1, 1_000).default(() => 200),
      cursor: z.string().max(4_000).optional(),
      towards: z.enum(['older', 'newer'], 'must be older or newer').default(() => 'older' as const),
    })
    .transform(bounded(DAY_MS))

export const histogramParams = (now: number) =>
  z
    .strictObject({ q, ...range(now), steps: wholeNumber(1, 500).default(() => 120) })
    .transform(bounded(DAY_MS))

export const patternsParams = (now: number) =>
  z
    .strictObject({
      q,
      ...range(now),
      steps: wholeNumber(1, 200).default(() => 24),
      limit: wholeNumber(1, 500).default(() => 50),
    })
    .transform(bounded(DAY_MS))

export const contextParams = z.strictObject({
  at: moment,
  file: z.string().min(1).max(200),
  offset: z
    .string()
    .regex(/^\d{1,16}$/, 'must be the offset of a line')
    .transform(Number),
  /** Whose file it is; the job unless given. */
  owner: z.string().min(1).max(20_000).optional(),
  before: wholeNumber(0, 1_000).default(() => 20),
  after: wholeNumber(0, 1_000).default(() => 20),
})

export const livesParams = (now: number) =>
  z.strictObject(range(now)).transform(bounded(7 * DAY_MS))

export const lastParams = (now: number) =>
  z
    .strictObject({
      pod: z.string().min(1).max(1_000),
      attempt: wholeNumber(0, 1_000_000).optional(),
      limit: wholeNumber(1, 1_000).default(() => 200),
      ...range(now),
    })
    .transform(bounded(7 * DAY_MS))

export const tailParams = z.strictObject({ q })
