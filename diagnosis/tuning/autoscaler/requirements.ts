/** Bounds of a vertex' parallelism as `GET /jobs/:id/resource-requirements` has them (Flink ≥ 1.18, adaptive scheduler). */
export interface Bounds {
  readonly lowerBound: number
  readonly upperBound: number
}

/** The body of the PUT: every vertex, with its bounds under `parallelism`. */
export type Requirements = Readonly<Record<string, { readonly parallelism: Bounds }>>

/** What has to be put so that the overrides hold; undefined where they hold already. The lower bound is always 1. */
export function requirementsToPut(
  current: Readonly<Record<string, Bounds>>,
  overrides: Readonly<Record<string, number>>,
): Requirements | undefined {
  let changed = false
  const body = Object.entries(current).map(([id, bounds]) => {
    const upperBound = overrides[id]
    const wanted = upperBound === undefined ? bounds : { lowerBound: 1, upperBound }
    if (wanted.lowerBound !== bounds.lowerBound || wanted.upperBound !== bounds.upperBound)
      changed = true
    return [id, { parallelism: wanted }] as const
  })
  return changed ? Object.fromEntries(body) : undefined
}
