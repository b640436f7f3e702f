import { z } from 'zod'
import type { Category, Finding } from '../../core/model/finding.ts'
import { causeId } from './match.ts'

const wait = (ms: number) => z.int().min(0).max(86_400_000).default(ms)

/** How long a finding must have been open before anybody is told, by family. */
export const forConfig = z.strictObject({
  failures: wait(0),
  flow: wait(180_000),
  memory: wait(180_000),
  checkpoints: wait(180_000),
  'event-time': wait(180_000),
  efficiency: wait(3_600_000),
  config: wait(3_600_000),
  causes: z
    .record(causeId, z.int().min(0).max(86_400_000))
    .default({})
    .describe('For single causes, whatever their family.'),
} satisfies Record<Category, z.ZodType> & { causes: z.ZodType })

/** Their family is memory, but by the time they are found a process has ended or never begun. */
const FAILURES_OF_MEMORY: readonly string[] = [
  ...['heap-oom', 'direct-oom', 'oom-killed'],
  'network-buffers-insufficient',
]

export type ForConfig = z.output<typeof forConfig>

export function forMsOf(
  config: ForConfig,
  { rule, category }: Pick<Finding, 'rule' | 'category'>,
): number {
  const family = FAILURES_OF_MEMORY.includes(rule) ? 'failures' : category
  return config.causes[rule] ?? config[family]
}
