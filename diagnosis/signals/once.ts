import type { JobFacts } from '../../core/model/facts.ts'

/** Computes an answer about facts once for each key: several rules ask the same in one round. Lives as long as the facts. */
export function oncePerFacts<T>(
  compute: (facts: JobFacts, key: string) => T,
): (facts: JobFacts, key: string) => T {
  const known = new WeakMap<JobFacts, Map<string, T>>()
  return (facts, key) => {
    const answers = known.get(facts) ?? new Map<string, T>()
    known.set(facts, answers)
    const before = answers.get(key)
    if (before !== undefined || answers.has(key)) return before as T // Kept under the key it was computed for.
    const answer = compute(facts, key)
    answers.set(key, answer)
    return answer
  }
}
