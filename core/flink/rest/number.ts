import { z } from 'zod'

/**
 * A number as Flink's REST gives it: a JSON number, or a text such as "NaN" (accumulated times
 * before they are known) or "12". What is not a finite number is absent, never 0.
 */
export const flinkNumber = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) => {
    const number = typeof value === 'string' ? Number(value) : value
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined
  })
