import { createReadStream, openSync } from 'node:fs'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { HEAD_BYTES } from './head.ts'

/** What a compressed log holds, in order, a piece at a time. */
export interface Unpacking {
  /** The next bytes; undefined at the end. @throws when it is damaged, or not finished yet */
  next(): Promise<Buffer | undefined>
  close(): void
}

const PIECE_BYTES = 256 * 1024

/**
 * Unpacks from a byte of the unpacked log on; what lies before it is unpacked and thrown away.
 * @param path of the compressed file; it is opened at once and closed by `close` or at its end
 */
export function unpack(path: string, fromByte: number): Unpacking {
  const file = createReadStream('', { fd: openSync(path, 'r'), highWaterMark: 64 * 1024 })
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES })
  file.on('error', (error) => gunzip.destroy(error))
  const pieces: AsyncIterator<Buffer> = file.pipe(gunzip)[Symbol.asyncIterator]()
  let leftToSkip = fromByte
  return {
    async next() {
      for (;;) {
        const { value, done } = await pieces.next()
        if (done) return undefined
        if (leftToSkip < value.length) {
          const wanted = value.subarray(leftToSkip)
          leftToSkip = 0
          return wanted
        }
        leftToSkip -= value.length
      }
    },
    close() {
      file.unpipe()
      file.destroy()
      gunzip.destroy()
    },
  }
}

/** The first bytes of the log, as far as they are there already. @param packed the file's first bytes */
export function unpackStart(packed: Buffer): Buffer {
  if (packed.length === 0) return packed
  try {
    const { Z_SYNC_FLUSH: finishFlush } = constants
    return gunzipSync(packed, { finishFlush }).subarray(0, HEAD_BYTES)
  } catch {
    return Buffer.alloc(0)
  }
}
