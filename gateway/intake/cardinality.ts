import { createHash } from 'node:crypto'
import { Gauge, type Registry } from 'prom-client'
import type { SeriesBlock } from '../../core/api/batch.ts'

/** Lets known series through, and new ones up to a number for each job or cluster. */
export interface CardinalityGuard {
  /** Blocks without what is too much, and how many samples that was. */
  admit(
    blocks: readonly SeriesBlock[],
    nowAt: number,
  ): {
    readonly blocks: SeriesBlock[]
    readonly refused: number
  }
  /** Jobs and clusters of which most samples were refused since the start, most first. */
  crowded(): readonly { readonly owner: string; readonly samples: number }[]
}

/** A series that is not sent any more makes room for another after this time. */
const FORGET_AFTER_MS = 24 * 3_600_000

/** Owners whose refusals are counted apart, and those that are named. */
const MOST_CROWDED = 1_000
const MOST_NAMED = 20

export function createCardinalityGuard(maxSeriesPerOwner: number): CardinalityGuard {
  const owners = new Map<string, Map<string, number>>()
  const refusedOf = new Map<string, number>()

  const isAdmitted = (owner: string, key: string, nowAt: number): boolean => {
    const known = owners.get(owner) ?? new Map<string, number>()
    owners.set(owner, known)
    if (!known.has(key) && known.size >= maxSeriesPerOwner) {
      for (const [old, seenAt] of known) if (nowAt - seenAt > FORGET_AFTER_MS) known.delete(old)
      if (known.size >= maxSeriesPerOwner) return false
    }
    known.set(key, nowAt)
    return true
  }

  return {
    admit(blocks, nowAt) {
      let refused = 0
      const admitted = blocks.flatMap((block) => {
        const series = block.series.filter(({ metric, labels, job }) => {
          const identity = JSON.stringify([metric, Object.entries(labels).sort()])
          const key = createHash('sha1').update(identity).digest('base64')
          const owner = job ?? block.cluster
          if (isAdmitted(owner, key, nowAt)) return true
          if (refusedOf.size < MOST_CROWDED || refusedOf.has(owner))
            refusedOf.set(owner, (refusedOf.get(owner) ?? 0) + 1)
          return false
        })
        refused += block.series.length - series.length
        return series.length === 0 ? [] : [{ ...block, series }]
      })
      return { blocks: admitted, refused }
    },
    crowded: () =>
      [...refusedOf]
        .map(([owner, samples]) => ({ owner, samples }))
        .sort((a, b) => b.samples - a.samples)
        .slice(0, MOST_NAMED),
  }
}

/** Names on `/metrics` of whom series were refused: the worst twenty, so that labels stay few. */
export function showCrowded(registry: Registry, guard: CardinalityGuard): void {
  new Gauge({
    name: 'weir_intake_crowded_samples',
    help: 'Samples of new series that were refused since the start, of the jobs and clusters with most.',
    labelNames: ['owner'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { owner, samples } of guard.crowded()) this.set({ owner }, samples)
    },
  })
}
