import { z } from 'zod'

/**
 * `GET /jobs/:id/resource-requirements` (since 1.18, jobs of the adaptive scheduler only): bounds per vertex, as
 * JobResourceRequirementsBody writes them. `PUT` takes the same body, and only whole: every vertex, 1 ≤ lower ≤ upper ≤
 * its max parallelism (Dispatcher.validateMaxParallelism).
 */
export const Requirements = z.record(
  z.string(),
  z.object({
    parallelism: z.object({ lowerBound: z.int(), upperBound: z.int() }),
  }),
)
export type Requirements = z.output<typeof Requirements>

/** Whether two say the same of the same vertices. */
export function sameRequirements(a: Requirements, b: Requirements): boolean {
  const ids = Object.keys(a)
  return (
    ids.length === Object.keys(b).length &&
    ids.every((id) => {
      const [one, other] = [a[id]?.parallelism, b[id]?.parallelism]
      return one?.lowerBound === other?.lowerBound && one?.upperBound === other?.upperBound
    })
  )
}

/** The same with other sizes of some vertices: a lower bound is kept where it is not above the new size. */
export function withSizes(
  requirements: Requirements,
  sizes: Readonly<Record<string, number>>,
): Requirements {
  return Object.fromEntries(
    Object.entries(requirements).map(([id, { parallelism }]) => {
      const upperBound = sizes[id] ?? parallelism.upperBound
      const lowerBound = Math.min(parallelism.lowerBound, upperBound)
      return [id, { parallelism: { lowerBound, upperBound } }]
    }),
  )
}
