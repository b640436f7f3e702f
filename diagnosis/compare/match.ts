import type { LoadPoint } from '../gate/baseline.ts'

/** Loads of two minutes that are this near, relative to the larger, are the same load. */
export const SAME_LOAD = 0.1
/** Fewer pairs of minutes than this say nothing of a run. */
export const LEAST_PAIRS = 5

/** Begins of minutes of two runs, pair by pair under the same load. */
export interface Matched {
  readonly run: ReadonlySet<number>
  readonly with: ReadonlySet<number>
  readonly pairs: number
}

/**
 * Pairs minutes of two runs by what they took in, each at most once, as many as there are. Whole averages would
 * compare a run's nights with the other's days; pairs leave no load on one side only.
 */
export function matchLoads(run: readonly LoadPoint[], other: readonly LoadPoint[]): Matched {
  const a = byLoad(run)
  const b = byLoad(other)
  const matched = { run: new Set<number>(), with: new Set<number>() }
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [atA, loadA] = a[i] ?? [0, 0]
    const [atB, loadB] = b[j] ?? [0, 0]
    if (Math.abs(loadA - loadB) <= SAME_LOAD * Math.max(loadA, loadB)) {
      matched.run.add(atA)
      matched.with.add(atB)
      i++
      j++
    } else if (loadA < loadB) i++
    else j++
  }
  return { ...matched, pairs: matched.run.size }
}

function byLoad(points: readonly LoadPoint[]): readonly (readonly [number, number])[] {
  return points
    .flatMap(([at, load]) => (load === null ? [] : [[at, load] as const]))
    .sort((x, y) => x[1] - y[1] || x[0] - y[0])
}
