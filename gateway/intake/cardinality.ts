import { createHash } from 'node:crypto'
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
}

/** A series that is not sent any more makes room for another after this time. */
const FORGET_AFTER_MS = 24 * 3_600_000

export function createCardinalityGuard(maxSeriesPerOwner: number): CardinalityGuard {
  const owners = new Map<string, Map<string, number>>()

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
          return isAdmitted(job ?? block.cluster, key, nowAt)
        })
        refused += block.series.length - series.length
        return series.length === 0 ? [] : [{ ...block, series }]
      })
      return { blocks: admitted, refused }
    },
  }
}
