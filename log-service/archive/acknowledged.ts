import { rename } from 'node:fs/promises'
import { covers, type Ends, furthest, noEnds } from '../ends.ts'
import type { Part } from './part.ts'
import { type SealedSegment, segmentPath } from './segments.ts'
import type { Shelf } from './shelf.ts'

/** Which events the gateway has; a sealed segment that it has whole says so by its name. */
export interface Acknowledged {
  upTo(file: string, ends: Ends): void
  /** Whether everything of this part is acknowledged. */
  has(part: Part): boolean
  /** Looks at a segment that was just sealed. */
  look(segment: SealedSegment): Promise<void>
  /** Resolves when all names are what they should be. */
  settled(): Promise<void>
}

export function createAcknowledged(folder: string, shelf: Shelf): Acknowledged {
  const known = new Map<string, Ends>()
  let renaming = Promise.resolve()
  const has = ({ origin, reached }: Part) => covers(known.get(origin.file) ?? noEnds, reached.ends)

  const markWhole = async (segment: SealedSegment) => {
    const before = segment.path
    const path = segmentPath(folder, segment.number, 'acked')
    if (segment.unacknowledged.size > 0 || before === path || !shelf.get(segment.number)) return
    // Without the new name it would be sent again after a restart, and folded by the gateway.
    await rename(before, path).then(
      () => {
        segment.path = path
      },
      () => {},
    )
  }
  const look = (segment: SealedSegment) => {
    for (const file of segment.unacknowledged) {
      const part = segment.parts.get(file)
      if (part && has(part)) segment.unacknowledged.delete(file)
    }
    if (segment.unacknowledged.size === 0) renaming = renaming.then(() => markWhole(segment))
    return renaming
  }

  return {
    upTo(file, ends) {
      known.set(file, furthest(known.get(file) ?? noEnds, ends))
      for (const segment of shelf.holding(file)) {
        if (segment.state !== 'sealed' || !segment.unacknowledged.has(file)) continue
        const part = segment.parts.get(file)
        if (!part || !has(part)) break
        segment.unacknowledged.delete(file)
        if (segment.unacknowledged.size === 0) renaming = renaming.then(() => markWhole(segment))
      }
    },
    has,
    look,
    settled: () => renaming,
  }
}
