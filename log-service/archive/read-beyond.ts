import type { Chunk } from '../chunk.ts'
import { covers, type Ends, isBeyond } from '../ends.ts'
import type { Archive } from './archive.ts'
import type { GroupSource } from './group-source.ts'

/** Events of a file that the archive holds beyond these ends, in their order, a group at a time. */
export async function* readBeyond(
  archive: Archive,
  file: string,
  ends: Ends,
): AsyncGenerator<Chunk> {
  for (const held of archive.segmentsOf(file)) {
    if (covers(ends, held.part.reached.ends)) continue
    const source = await held.open()
    if (!source) continue
    try {
      for (let index = await firstBeyond(source, ends); index < source.count; index++) {
        const head = await source.head(index)
        const lines = await source.lines(index)
        if (!head || !lines) continue
        const fresh = lines.filter((line) => isBeyond(line, ends))
        const { origin } = held.part
        if (fresh.length > 0) yield { origin, lines: fresh, reached: head.reached }
      }
    } finally {
      await source.close()
    }
  }
}

/** Ends only grow from group to group, so halving finds it. */
async function firstBeyond(source: GroupSource, ends: Ends): Promise<number> {
  let low = 0
  let high = source.count
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const head = await source.head(middle)
    if (head && !covers(ends, head.reached.ends)) high = middle
    else low = middle + 1
  }
  return low
}
