/** An operator of DS2's policy: its true rates are totals over its present subtasks, records a second. */
export interface Ds2Operator {
  readonly id: string
  readonly parallelism: number
  readonly inputs: readonly string[]
  readonly trueProcessingRate?: number
  readonly trueOutputRate: number
}

/**
 * Subtasks by DS2 (OSDI'18), the policy that the autoscaler grew from and a second oracle for ours: optimal sizes are
 * propagated as they are and rounded up only in the answer. Operators stand in topological order; sources stay.
 */
export function ds2Parallelism(
  operators: readonly Ds2Operator[],
): Readonly<Record<string, number>> {
  const outputs = new Map<string, number>()
  const sizes: Record<string, number> = {}
  for (const operator of operators) {
    const { id, parallelism, inputs, trueOutputRate } = operator
    if (inputs.length === 0) {
      outputs.set(id, trueOutputRate)
      continue
    }
    const arriving = inputs.reduce((sum, from) => sum + (outputs.get(from) ?? 0), 0)
    const perSubtask = (operator.trueProcessingRate ?? 0) / parallelism
    const optimal = arriving / perSubtask
    outputs.set(id, optimal * (trueOutputRate / parallelism))
    sizes[id] = Math.ceil(optimal)
  }
  return sizes
}
