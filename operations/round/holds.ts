import type { AdvisedSize } from '../facts/job-facts.ts'

/** Remembers since when each size has been advised without a pause. Lost at a restart: then it has to stand anew. */
export interface Holds {
  /** What is advised of a job now. Returns since when, by vertex. */
  note(job: string, advice: readonly AdvisedSize[], at: number): (vertex: string) => number
}

interface Held {
  readonly from: number
  readonly to: number
  readonly since: number
}

export function createHolds(): Holds {
  const jobs = new Map<string, ReadonlyMap<string, Held>>()
  return {
    note(job, advice, at) {
      const before = jobs.get(job)
      const now = new Map(
        advice.map(({ vertex, from, to }) => {
          const held = before?.get(vertex)
          const since = held?.from === from && held.to === to ? held.since : at
          return [vertex, { from, to, since }]
        }),
      )
      if (now.size === 0) jobs.delete(job)
      else jobs.set(job, now)
      return (vertex) => now.get(vertex)?.since ?? at
    },
  }
}
