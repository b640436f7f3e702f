import { z } from 'zod'

/** Shapes that many answers are made of. */

export const epochMs = z.int().nonnegative().describe('Epoch milliseconds.')

export const list = <One extends z.ZodType>(one: One) => z.array(one).readonly()
