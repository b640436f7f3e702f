import { HEAD_BYTES, type Head, isCopy } from './head.ts'
import { type DiskFile, type FollowedLog, type Known, kinOf } from './known.ts'
import type { SavedLog } from './positions.ts'
import type { Remembered } from './remembered.ts'

/** Logs that are known of, now or from the last start. */
export interface KnownOf {
  readonly known: Known
  readonly remembered: Remembered
}

/**
 * The log of which a rotated file is a copy or the compressed generation; the one that is known best.
 * @param readStart the first bytes of what a log is read from now; throws when it cannot be read
 */
export function findOriginal(
  { known, remembered }: KnownOf,
  file: DiskFile,
  start: Buffer,
  readStart: (file: DiskFile) => Buffer,
): { readonly log: FollowedLog } | { readonly saved: SavedLog } | undefined {
  if (!file.place.rotated || start.length === 0) return undefined
  const fits = (head: Head, offset: number) =>
    isCopy(head, start) && (file.place.compressed || file.sizeBytes >= offset)
  const kin = kinOf(file.source, file.place)
  let best: FollowedLog | undefined
  for (const log of known.kin(kin)) {
    if (log.on === file) continue
    if (!fits(log.head, log.offset) && !isOlderCopy(log, start, readStart)) continue
    if (!best || log.head.bytes > best.head.bytes) best = log
  }
  if (best) return { log: best }
  const saved = remembered.kin(kin).find(({ head, reached }) => fits(head, reached.position))
  return saved && { saved }
}

/** A copy that was made when the log was shorter than its head is now. */
function isOlderCopy(
  { head, on }: FollowedLog,
  start: Buffer,
  readStart: (file: DiskFile) => Buffer,
): boolean {
  if (start.length >= head.bytes || !on || on.place.compressed) return false
  try {
    return readStart(on).subarray(0, start.length).equals(start)
  } catch {
    return false
  }
}

/** The beginning of a copy may still be too short to know the log by. */
export function mayBecomeCopy(
  { known, remembered }: KnownOf,
  file: DiskFile,
  start: Buffer,
): boolean {
  if (!file.place.rotated || start.length >= HEAD_BYTES) return false
  const kin = kinOf(file.source, file.place)
  return known.kin(kin).size > 0 || remembered.kin(kin).length > 0
}

/** Whether a log is read from a copy, to its end; another copy may have been made later and have more. */
export function hasReadItsCopy({ on, offset, state }: FollowedLog): boolean {
  return (
    state.is === 'followed' &&
    on !== undefined &&
    on.place.rotated &&
    !on.place.compressed &&
    on.sizeBytes <= offset
  )
}

/** The copy that was made last has most; of a compressed one nobody knows. */
export function nextHeir({ heirs, offset }: FollowedLog): DiskFile | undefined {
  const copies = [...heirs]
    .filter(({ place, sizeBytes }) => !place.compressed && sizeBytes >= offset)
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
  const [largest] = copies
  if (largest && largest.sizeBytes > offset) return largest
  return [...heirs].find(({ place }) => place.compressed) ?? largest
}
