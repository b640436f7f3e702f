import type { JobFacts } from '../../core/model/facts.ts'

/**
 * Computes what follows from a thing once: several rules ask the same in one round. Lives as long as the thing;
 * what else is given must follow from it.
 */
export function oncePer<K extends object, T, Rest extends readonly unknown[]>(
  compute: (of: K, ...rest: Rest) => T,
): (of: K, ...rest: Rest) => T {
  const known = new WeakMap<K, { readonly answer: T }>()
  return (of, ...rest) => {
    const before = known.get(of)
    if (before) return before.answer
    const answer = compute(of, ...rest)
    known.set(of, { answer })
    return answer
  }
}

/** The same of facts, once for each key. */
export function oncePerFacts<T>(
  compute: (facts: JobFacts, key: string) => T,
): (facts: JobFacts, key: string) => T {
  const known = oncePer((_: JobFacts) => new Map<string, T>())
  return (facts, key) => {
    const answers = known(facts)
    const before = answers.get(key)
    if (before !== undefined || answers.has(key)) return before as T // Kept under the key it was computed for.
    const answer = compute(facts, key)
    answers.set(key, answer)
    return answer
  }
}
