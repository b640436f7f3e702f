import { crc32 } from 'node:zlib'

/**
 * A record in a segment: `WSP1`, length of the body and CRC-32 of id and body (4 bytes each, big-endian),
 * the id (8 bytes), the body. The mark at its head lets a reader find the next record behind a damaged one.
 */
export interface SpoolRecord {
  readonly id: number
  /** Where the body lies in the segment. */
  readonly offset: number
  readonly length: number
}

const MARK = Buffer.from('WSP1')
export const HEAD_BYTES = 20

export function encodeRecord(id: number, body: Buffer): Buffer {
  const record = Buffer.allocUnsafe(HEAD_BYTES + body.length)
  MARK.copy(record, 0)
  record.writeUInt32BE(body.length, 4)
  record.writeBigUInt64BE(BigInt(id), 12)
  body.copy(record, HEAD_BYTES)
  record.writeUInt32BE(crc32(record.subarray(12)), 8)
  return record
}

/** The body of one record, given its bytes with head; undefined when they are not what was written. */
export function decodeRecord(bytes: Buffer, id: number): Buffer | undefined {
  const found = recordAt(bytes, 0)
  return found?.id === id ? bytes.subarray(HEAD_BYTES, HEAD_BYTES + found.length) : undefined
}

/** All whole records of a segment, in their order; what lies between them is damaged and left out. */
export function scanSegment(segment: Buffer): readonly SpoolRecord[] {
  const records: SpoolRecord[] = []
  let at = 0
  while (at >= 0 && at + HEAD_BYTES <= segment.length) {
    const record = recordAt(segment, at)
    if (record) records.push(record)
    at = record ? record.offset + record.length : segment.indexOf(MARK, at + 1)
  }
  return records
}

function recordAt(segment: Buffer, at: number): SpoolRecord | undefined {
  if (segment.length - at < HEAD_BYTES || segment.compare(MARK, 0, 4, at, at + 4) !== 0) {
    return undefined
  }
  const length = segment.readUInt32BE(at + 4)
  const offset = at + HEAD_BYTES
  if (offset + length > segment.length) return undefined
  if (crc32(segment.subarray(at + 12, offset + length)) !== segment.readUInt32BE(at + 8)) {
    return undefined
  }
  return { id: Number(segment.readBigUInt64BE(at + 12)), offset, length }
}
