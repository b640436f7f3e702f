/** A duration as a person says it, with at most one unit: `41 s`, `13 min`, `5 h`, `3 d`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

/** `1 job`, `12 jobs`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']

/** `second` for 2; numbers beyond the words get `7th`. */
export function ordinal(n: number): string {
  return ordinals[n - 1] ?? `${n}th`
}
