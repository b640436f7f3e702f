import { open } from 'node:fs/promises'
import type { LogLine } from '../../core/model/logs.ts'
import { decodeGroup, type GroupHead } from './group.ts'
import type { OpenSegment } from './open-segment.ts'
import { groupIn, readBlocks, unpackBlock } from './sealed-segment.ts'
import type { UnpackedBlocks } from './unpacked-blocks.ts'

/** The groups of one file in one segment, in the order of their events. */
export interface GroupSource {
  readonly count: number
  /** Undefined when the bytes of the group have changed. */
  head(index: number): Promise<GroupHead | undefined>
  lines(index: number): Promise<readonly LogLine[] | undefined>
  close(): Promise<void>
}

/** @param release told when the source is not read any more */
export function groupsOfOpen(segment: OpenSegment, file: string, release: () => void): GroupSource {
  const places = segment.files.get(file)?.places ?? []
  // The list grows while this is read; what comes later belongs to a later look.
  const count = places.length
  const read = async (index: number) => {
    const place = places[index]
    return place === undefined ? undefined : segment.read(place)
  }
  return {
    count,
    head: async (index) => (await read(index))?.head,
    async lines(index) {
      const group = await read(index)
      return group && decodeGroup(group)
    },
    async close() {
      release()
    },
  }
}

export interface SealedPlace {
  readonly number: number
  readonly path: string
}

/** @throws when there is no such segment any more, or its lists are damaged */
export async function groupsOfSealed(
  { number, path }: SealedPlace,
  file: string,
  unpacked: UnpackedBlocks,
  onDamaged: (error: unknown) => void,
): Promise<GroupSource> {
  const handle = await open(path, 'r')
  try {
    const blocks = await unpacked.blocksOf(number, () => readBlocks(handle))
    const groups = blocks.flatMap((block, blockIndex) =>
      block.groups.flatMap((head, index) =>
        head.file === file ? [{ block, blockIndex, head, index }] : [],
      ),
    )
    return {
      count: groups.length,
      head: async (index) => groups[index]?.head,
      async lines(index) {
        const group = groups[index]
        if (!group) return undefined
        try {
          const whole = await unpacked.block(number, group.blockIndex, () =>
            unpackBlock(handle, group.block),
          )
          return decodeGroup(groupIn(whole, group.block, group.index))
        } catch (error) {
          onDamaged(error)
          return undefined
        }
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}
