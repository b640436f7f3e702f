import { crc32 } from 'node:zlib'

/**
 * A frame of an open segment: `WLA1`, lengths of head and body and a CRC-32 of both (4 bytes each, big-endian),
 * the head as JSON, the body. The mark lets a reader find the next frame behind a damaged one.
 */
const MARK = Buffer.from('WLA1')
export const FRAME_BYTES = 16

export interface Frame {
  readonly head: unknown
  readonly body: Buffer
  /** Where it begins, and how long it is with everything. */
  readonly offset: number
  readonly bytes: number
}

export function encodeFrame(head: object, body: readonly Buffer[]): Buffer {
  const json = Buffer.from(JSON.stringify(head))
  const start = Buffer.alloc(FRAME_BYTES)
  const frame = Buffer.concat([start, json, ...body])
  MARK.copy(frame, 0)
  frame.writeUInt32BE(json.length, 4)
  frame.writeUInt32BE(frame.length - FRAME_BYTES - json.length, 8)
  frame.writeUInt32BE(crc32(frame.subarray(FRAME_BYTES)), 12)
  return frame
}

/** Bytes of the frame that begins with these, as far as its first 16 bytes can be believed. */
export function frameLength(start: Buffer): number | undefined {
  if (start.length < FRAME_BYTES || start.compare(MARK, 0, 4, 0, 4) !== 0) return undefined
  return FRAME_BYTES + start.readUInt32BE(4) + start.readUInt32BE(8)
}

/** The frame at a place; undefined when its bytes are not those that were written. */
export function frameAt(bytes: Buffer, offset: number): Frame | undefined {
  const length = frameLength(bytes.subarray(offset, offset + FRAME_BYTES))
  if (length === undefined || offset + length > bytes.length) return undefined
  const content = bytes.subarray(offset + FRAME_BYTES, offset + length)
  if (crc32(content) !== bytes.readUInt32BE(offset + 12)) return undefined
  const jsonBytes = bytes.readUInt32BE(offset + 4)
  const head: unknown = JSON.parse(content.toString('utf8', 0, jsonBytes))
  return { head, body: content.subarray(jsonBytes), offset, bytes: length }
}

/** All whole frames, in their order, and how many bytes are none of theirs. */
export function scanFrames(bytes: Buffer): {
  readonly frames: readonly Frame[]
  readonly wholeTo: number
  readonly damagedBytes: number
} {
  const frames: Frame[] = []
  let at = 0
  let wholeTo = 0
  let whole = 0
  while (at >= 0 && at + FRAME_BYTES <= bytes.length) {
    const frame = frameAt(bytes, at)
    if (frame) {
      frames.push(frame)
      whole += frame.bytes
      wholeTo = at + frame.bytes
    }
    at = frame ? wholeTo : bytes.indexOf(MARK, at + 1)
  }
  return { frames, wholeTo, damagedBytes: bytes.length - whole }
}
