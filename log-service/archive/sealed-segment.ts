import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants, crc32 } from 'node:zlib'
import { COLUMNS } from './columns.ts'
import type { Group, GroupHead } from './group.ts'
import type { Part } from './part.ts'

const compress = promisify(brotliCompress)
const decompress = promisify(brotliDecompress)

/**
 * A sealed segment: compressed blocks, then a list of blocks with their groups, then a list of files, then 28 bytes
 * that say where both lists are: their lengths and CRC-32s, a version, and `WLS1`. Both lists are JSON under Brotli.
 */
const MARK = 'WLS1'
const END_BYTES = 24
const VERSION = 1

/** Bytes that are compressed as one, and Brotli's window over them as a power of two. */
export const BLOCK_BYTES = 4 * 1024 * 1024
const WINDOW = 22

export interface Block {
  readonly offset: number
  readonly bytes: number
  readonly unpackedBytes: number
  readonly crc: number
  readonly groups: readonly GroupHead[]
}

/** Joins the columns of groups and compresses them. */
export async function packBlock(groups: readonly Group[], quality: number): Promise<Buffer> {
  const columns = Array.from({ length: COLUMNS }, (_, column) =>
    groups.map((group) => group.columns[column] ?? Buffer.alloc(0)),
  )
  const unpacked = Buffer.concat(columns.flat())
  return compress(unpacked, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: WINDOW,
      [constants.BROTLI_PARAM_SIZE_HINT]: unpacked.length,
    },
  })
}

/** The group at an index of a block that was unpacked. */
export function groupIn(unpacked: Buffer, { groups }: Block, index: number): Group {
  const head = groups[index]
  if (!head) throw new RangeError(`The block has ${groups.length} groups, not ${index + 1}.`)
  const columns: Buffer[] = []
  let columnAt = 0
  for (let column = 0; column < COLUMNS; column++) {
    let at = columnAt
    for (const [other, { lengths }] of groups.entries()) {
      if (other === index) columns.push(unpacked.subarray(at, at + (lengths[column] ?? 0)))
      columnAt += lengths[column] ?? 0
      if (other < index) at += lengths[column] ?? 0
    }
  }
  return { head, columns }
}

/** What is written behind the blocks. */
export async function packLists(blocks: readonly Block[], parts: readonly Part[]): Promise<Buffer> {
  const blockList = await compress(JSON.stringify(blocks))
  const partList = await compress(JSON.stringify(parts))
  const end = Buffer.alloc(END_BYTES)
  end.writeUInt32BE(blockList.length, 0)
  end.writeUInt32BE(crc32(blockList), 4)
  end.writeUInt32BE(partList.length, 8)
  end.writeUInt32BE(crc32(partList), 12)
  end.writeUInt32BE(VERSION, 16)
  end.write(MARK, 20, 'latin1')
  return Buffer.concat([blockList, partList, end])
}

interface Lists {
  readonly size: number
  readonly blockListAt: number
  readonly blockListBytes: number
  readonly blockListCrc: number
  readonly partListAt: number
  readonly partListBytes: number
  readonly partListCrc: number
}

/** @throws when the file is not one that was sealed whole */
async function findLists(file: FileHandle): Promise<Lists> {
  const { size } = await file.stat()
  const end = await readExactly(file, size - END_BYTES, END_BYTES)
  if (end.toString('latin1', 20) !== MARK || end.readUInt32BE(16) !== VERSION) {
    throw new Error('its end is not that of a sealed segment')
  }
  const partListBytes = end.readUInt32BE(8)
  const partListAt = size - END_BYTES - partListBytes
  const blockListBytes = end.readUInt32BE(0)
  return {
    size,
    blockListAt: partListAt - blockListBytes,
    blockListBytes,
    blockListCrc: end.readUInt32BE(4),
    partListAt,
    partListBytes,
    partListCrc: end.readUInt32BE(12),
  }
}

export async function readParts(
  path: string,
): Promise<{ parts: readonly Part[]; fileBytes: number }> {
  return withFile(path, async (file) => {
    const { size, partListAt, partListBytes, partListCrc } = await findLists(file)
    const list = await readExactly(file, partListAt, partListBytes, partListCrc)
    // Written by `packLists` and read behind a checksum: its shape is known.
    const parts: readonly Part[] = JSON.parse(String(await decompress(list)))
    return { parts, fileBytes: size }
  })
}

export async function readBlocks(file: FileHandle): Promise<readonly Block[]> {
  const { blockListAt, blockListBytes, blockListCrc } = await findLists(file)
  const list = await readExactly(file, blockListAt, blockListBytes, blockListCrc)
  return JSON.parse(String(await decompress(list)))
}

/** @throws when its bytes are not those that were written */
export async function unpackBlock(file: FileHandle, block: Block): Promise<Buffer> {
  const packed = await readExactly(file, block.offset, block.bytes, block.crc)
  return decompress(packed, { maxOutputLength: block.unpackedBytes })
}

async function readExactly(
  file: FileHandle,
  at: number,
  length: number,
  crc?: number,
): Promise<Buffer> {
  if (at < 0) throw new Error('it is too short')
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, at)
  if (bytesRead !== length || (crc !== undefined && crc32(bytes) !== crc)) {
    throw new Error(`its bytes from ${at} are not those that were written`)
  }
  return bytes
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r')
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}
