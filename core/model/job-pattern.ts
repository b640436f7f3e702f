import { parseJobRef } from './job-ref.ts'

/** Whether a text is `cluster/namespace/name`, where `*` is any number of characters of one part. */
export function isJobPattern(pattern: string): boolean {
  return parseJobRef(pattern.replaceAll('*', 'x')) !== undefined
}

/** Part by part on the decoded names, so that no `*` reaches over a slash. */
export function matchesJob(pattern: string, job: string): boolean {
  const wanted = pattern.split('/')
  const parts = job.split('/')
  if (wanted.length !== 3 || parts.length !== 3) return false
  return wanted.every((part, index) => glob(decoded(part), decoded(parts[index] ?? '')))
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Goes back to the newest `*` only, so hostile patterns cost no more than pattern × text. */
export function glob(pattern: string, text: string): boolean {
  let [at, next] = [0, 0]
  let star: { readonly after: number; at: number } | undefined
  while (next < text.length) {
    if (pattern[at] === '*') {
      star = { after: at + 1, at: next }
      at++
    } else if (at < pattern.length && pattern[at] === text[next]) {
      at++
      next++
    } else if (star) {
      star.at++
      at = star.after
      next = star.at
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
