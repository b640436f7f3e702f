import { createHash } from 'node:crypto'

/** The first bytes of a log, up to 1 KiB, as a hash: what tells it from another in the same place. */
export interface Head {
  readonly bytes: number
  readonly hash: string
}

export const HEAD_BYTES = 1024
/** With fewer bytes two logs may begin alike, unless nothing follows them. */
const TELLING_BYTES = 64
export const noHead: Head = { bytes: 0, hash: '' }

/** @param start the first bytes of a log, as many as there are up to 1 KiB */
export function headOf(start: Buffer): Head {
  const bytes = Math.min(start.length, HEAD_BYTES)
  return bytes === 0 ? noHead : { bytes, hash: hash(start.subarray(0, bytes)) }
}

/** Whether a log that begins with these bytes may be the one with this head, grown since. */
export function continues(head: Head, start: Buffer): boolean {
  if (start.length < head.bytes) return false
  return head.bytes === 0 || hash(start.subarray(0, head.bytes)) === head.hash
}

/** Whether a copy that begins with these bytes is one of the log with this head. */
export function isCopy(head: Head, start: Buffer): boolean {
  if (head.bytes === 0 || !continues(head, start)) return false
  return head.bytes >= TELLING_BYTES || head.bytes === start.length
}

/** How much more these first bytes tell: `enough` when it was too little before to know a copy by. */
export function toldBy(head: Head, start: Buffer): 'nothing' | 'more' | 'enough' {
  const steps = [1, TELLING_BYTES].filter((bytes) => head.bytes < bytes && start.length >= bytes)
  if (steps.length > 0) return 'enough'
  return head.bytes < HEAD_BYTES && start.length >= HEAD_BYTES ? 'more' : 'nothing'
}

const hash = (bytes: Buffer) => createHash('sha1').update(bytes).digest('base64url')
