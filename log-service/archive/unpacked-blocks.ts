import type { Block } from './sealed-segment.ts'

/** What was unpacked lately; readers go through neighbours in a block again and again. */
export interface UnpackedBlocks {
  blocksOf(segment: number, read: () => Promise<readonly Block[]>): Promise<readonly Block[]>
  block(segment: number, index: number, unpack: () => Promise<Buffer>): Promise<Buffer>
  forget(segment: number): void
}

/** Lists are a few kilobytes, blocks 4 MiB. */
const LISTS = 16
const BLOCKS = 3

export function createUnpackedBlocks(): UnpackedBlocks {
  const lists = recent<Promise<readonly Block[]>>(LISTS)
  const blocks = recent<Promise<Buffer>>(BLOCKS)
  return {
    blocksOf: (segment, read) => lists(`${segment}`, read),
    block: (segment, index, unpack) => blocks(`${segment} ${index}`, unpack),
    forget(segment) {
      lists.drop((key) => key === `${segment}`)
      blocks.drop((key) => key.startsWith(`${segment} `))
    },
  }
}

interface Recent<T> {
  (key: string, make: () => T): T
  drop(which: (key: string) => boolean): void
}

/** Keeps the newest; what failed is forgotten at once. */
function recent<T extends Promise<unknown>>(most: number): Recent<T> {
  const kept = new Map<string, T>()
  const get = (key: string, make: () => T): T => {
    const value = kept.get(key) ?? make()
    kept.delete(key)
    kept.set(key, value)
    const [oldest] = kept.keys()
    if (kept.size > most && oldest !== undefined) kept.delete(oldest)
    value.catch(() => kept.delete(key))
    return value
  }
  const drop = (which: (key: string) => boolean) => {
    for (const key of kept.keys()) if (which(key)) kept.delete(key)
  }
  return Object.assign(get, { drop })
}
