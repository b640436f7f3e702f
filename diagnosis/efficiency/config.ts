import { z } from 'zod'

export const efficiencyConfig = z.strictObject({
  target: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Largest share of jobs that may use little of what they have.'),
  pricePerCoreHour: z.number().min(0).optional().describe('Without it savings are cores.'),
  pricePerGibHour: z
    .number()
    .min(0)
    .optional()
    .describe('Of memory; without it savings are bytes.'),
  currency: z.string().min(1).max(8).optional().describe('How prices are written: EUR, ¥.'),
})

export type EfficiencyConfig = Readonly<z.output<typeof efficiencyConfig>>
