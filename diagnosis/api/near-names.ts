const LONGEST_COMPARED = 80
const TOLD = 3

/** Up to three known names that look like the one that was asked for, nearest first. */
export function nearNames(asked: string, known: Iterable<string>): readonly string[] {
  const wanted = asked.toLowerCase().slice(0, LONGEST_COMPARED)
  const limit = Math.max(2, Math.floor(wanted.length * 0.3))
  const near: { name: string; distance: number }[] = []
  for (const name of known) {
    const candidate = name.toLowerCase().slice(0, LONGEST_COMPARED)
    if (Math.abs(candidate.length - wanted.length) > limit) continue
    const distance = editDistance(wanted, candidate)
    if (distance <= limit) near.push({ name, distance })
  }
  return near
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, TOLD)
    .map(({ name }) => name)
}

/** Levenshtein, row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
