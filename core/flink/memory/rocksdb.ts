/**
 * How RocksDB divides the managed memory of a slot, in bytes (RocksDBMemoryControllerUtils). The
 * write buffers are charged to the cache, which therefore gets more than its share.
 */
export function rocksDbMemory(
  managedBytes: number,
  writeBufferRatio: number,
): { readonly cacheBytes: number; readonly writeBufferManagerBytes: number } {
  return {
    cacheBytes: Math.floor(((3 - writeBufferRatio) * managedBytes) / 3),
    writeBufferManagerBytes: Math.floor((2 * managedBytes * writeBufferRatio) / 3),
  }
}

const ALIGNMENT_BYTES = 4096

/** RocksDB's default arena block: an eighth of a write buffer, rounded up to whole pages. */
export function arenaBlockBytes(writeBufferBytes: number): number {
  return Math.ceil(Math.floor(writeBufferBytes / 8) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
}

/** Above this much of unflushed data the write buffer manager flushes. */
export function mutableLimitBytes(writeBufferManagerBytes: number): number {
  return Math.floor((writeBufferManagerBytes * 7) / 8)
}

/** False where one arena block alone passes the limit: then RocksDB flushes constantly. */
export function isArenaBlockSensible(arenaBlock: number, mutableLimit: number): boolean {
  return arenaBlock <= mutableLimit
}
