import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { syncFolder } from '../../core/kit/sync-folder.ts'
import type { LogLine, LogOrigin } from '../../core/model/logs.ts'
import { further, notBegun, type Reached } from '../ends.ts'
import { bodyBytes, decodeGroup, encodeGroup, type Group } from './group.ts'
import type { OpenFile, OpenSegment } from './open-segment.ts'
import { BLOCK_BYTES, type Block, packBlock, packLists } from './sealed-segment.ts'

/** Groups smaller than this are joined with those that follow them in their file. */
const SMALL_GROUP_BYTES = 64 * 1024
/** Nobody unpacks more than about this at once. */
const LARGE_GROUP_BYTES = 256 * 1024

export interface SealOptions {
  /** Brotli's, 0 – 11. */
  readonly quality: number
  /** Where it is written until it is whole. */
  readonly draftPath: string
  readonly path: string
}

/**
 * Writes what an open segment holds, compressed and sorted by file. When it resolves the sealed one is on the
 * disk under its name; until then, and after a death, the open one is what counts.
 * @returns its size, and bytes of frames that had changed and could not be taken over
 */
export async function seal(
  segment: OpenSegment,
  { quality, draftPath, path }: SealOptions,
): Promise<{ fileBytes: number; damagedFrames: number }> {
  await segment.settled()
  const draft = await open(draftPath, 'w')
  let damagedFrames = 0
  try {
    const blocks: Block[] = []
    let offset = 0
    let groups: Group[] = []
    let unpackedBytes = 0
    const writeBlock = async () => {
      if (groups.length === 0) return
      const packed = await packBlock(groups, quality)
      await draft.write(packed, 0, packed.length, offset)
      const heads = groups.map(({ head }) => head)
      const crc = crc32(packed)
      blocks.push({ offset, bytes: packed.length, unpackedBytes, crc, groups: heads })
      offset += packed.length
      groups = []
      unpackedBytes = 0
    }

    const files = sorted(segment.files)
    for (const file of files) {
      for await (const group of joinedGroups(segment, file, () => damagedFrames++)) {
        if (unpackedBytes + bodyBytes(group.head) > BLOCK_BYTES) await writeBlock()
        groups.push(group)
        unpackedBytes += bodyBytes(group.head)
      }
    }
    await writeBlock()
    const lists = await packLists(
      blocks,
      files.map(({ part }) => part),
    )
    await draft.write(lists, 0, lists.length, offset)
    await draft.sync()
    await rename(draftPath, path)
    await syncFolder(dirname(path))
    return { fileBytes: offset + lists.length, damagedFrames }
  } finally {
    await draft.close()
  }
}

/** Files that write alike come one behind the other, so that they share a block's window. */
function sorted(files: ReadonlyMap<string, OpenFile>): readonly OpenFile[] {
  const key = ({ part: { origin } }: OpenFile) =>
    [origin.namespace, origin.job ?? '', origin.container ?? '', baseName(origin), origin.pod].join(
      '\n',
    )
  return [...files.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

const baseName = ({ path }: LogOrigin) => path.slice(path.lastIndexOf('.'))

async function* joinedGroups(
  segment: OpenSegment,
  { part: { origin }, places }: OpenFile,
  onDamaged: () => void,
): AsyncGenerator<Group> {
  let small: LogLine[] = []
  let smallBytes = 0
  let reached: Reached = notBegun
  const join = () => {
    const group = encodeGroup(origin.file, small, reached)
    small = []
    smallBytes = 0
    return group
  }
  for (const place of places) {
    const group = await segment.read(place)
    if (!group) {
      onDamaged()
      continue
    }
    const bytes = bodyBytes(group.head)
    const isLarge = bytes >= SMALL_GROUP_BYTES
    if (small.length > 0 && (isLarge || smallBytes + bytes > LARGE_GROUP_BYTES)) yield join()
    reached = further(reached, group.head.reached)
    if (isLarge) {
      yield group
      continue
    }
    for (const line of decodeGroup(group)) small.push(line)
    smallBytes += bytes
  }
  if (small.length > 0) yield join()
}
