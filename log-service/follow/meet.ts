import type { BigIntStats } from 'node:fs'
import { readSync } from 'node:fs'
import type { Clock } from '../../core/kit/clock.ts'
import { further, notBegun, type Reached } from '../ends.ts'
import type { LogServiceEvents } from '../events.ts'
import { findOriginal, hasReadItsCopy, mayBecomeCopy, nextHeir } from './copies.ts'
import { unpackStart } from './gunzip.ts'
import type { Handles } from './handles.ts'
import { continues, HEAD_BYTES, headOf, noHead } from './head.ts'
import {
  type DiskFile,
  type FollowedLog,
  type Known,
  kinOf,
  type Loss,
  logIdentity,
} from './known.ts'
import type { LogPlace, LogSource } from './layout.ts'
import type { SavedLog } from './positions.ts'
import type { Remembered } from './remembered.ts'

/** Decides which log lies on which file, as files come, change their names and go. */
export interface Meeting {
  /** A name and the file that it leads to now. */
  meet(met: Met): void
  /** The name of a file is gone; it may have another one, or may still be open. */
  nameless(file: DiskFile): void
  /** The file has no name any more. */
  vanish(file: DiskFile): void
  /** A log's file holds something else now. */
  lose(log: FollowedLog, unreadBytes: number, why: Loss): void
  /** What is written on the file from now on is another log. */
  begin(file: DiskFile): void
  /** @returns whether there is something that a new log can be known by */
  learnHead(log: FollowedLog): boolean
  /** A file cannot be read as it is; when it changes its log goes on. */
  refuse(file: DiskFile, error: unknown, log?: FollowedLog): void
  forget(file: DiskFile): void
  /** After a scan: decides what had to wait. @returns logs of which nothing more comes */
  settle(): readonly FollowedLog[]
}

export interface Met {
  readonly source: LogSource
  readonly place: LogPlace
  readonly path: string
  readonly stats: BigIntStats
  /** Whether a scan came by, which sees every name once. */
  readonly scanning: boolean
}

export interface MeetingDeps {
  readonly known: Known
  readonly remembered: Remembered
  readonly handles: Handles
  readonly clock: Clock
  readonly events: LogServiceEvents
  /** When a file was made; always the same where the system does not tell. */
  readonly bornOf: (stats: BigIntStats) => string
  /** How far the archive has a log, in case it is further than what is acknowledged. */
  readonly archived: (file: string) => Reached
  /** Number of the scan that is under way or was the last. */
  readonly scan: () => number
  /** There may be something to read. */
  readonly wake: (log: FollowedLog) => void
}

/** A log whose file went waits for another that goes on with it during so many whole scans. */
const SCANS_FOR_HEIRS = 2

export function createMeeting(deps: MeetingDeps): Meeting {
  const { known, remembered, handles, clock, events, bornOf, archived, scan, wake } = deps

  /** A scan is over and everything was seen. */
  let settling = false

  const logOf = (file: DiskFile, identity: string, kin: string): FollowedLog => ({
    origin: { ...file.place.origin, file: identity },
    ...{ source: file.source, kin, head: noHead, on: undefined, heirs: new Set(), offset: 0 },
    ...{ reader: undefined, unpacking: undefined, reached: notBegun, acknowledged: notBegun },
    ...{ readAt: clock.now(), state: { is: 'followed' } },
  })

  const begin = (file: DiskFile, start: Buffer = Buffer.alloc(0)) => {
    file.logs++
    file.largestBytes = file.sizeBytes
    const kin = kinOf(file.source, file.place)
    const log = logOf(file, logIdentity(file.place.origin, file, file.logs), kin)
    log.head = headOf(start)
    log.state = { is: 'new' }
    known.fresh.add(log)
    log.on = file
    file.role = { is: 'read', log }
    known.addLog(log)
  }

  /** Goes on with a log of the last start where the archive or the gateway has come to. */
  const recall = ({ file: identity, kin, head, reached }: SavedLog, file: DiskFile) => {
    remembered.takeLog(identity)
    const log = logOf(file, identity, kin)
    log.head = head
    log.acknowledged = reached
    log.reached = further(reached, archived(identity))
    log.offset = log.reached.position
    log.state = { is: 'lost', inScan: scan(), unreadBytes: 0, why: 'removed' }
    known.addLog(log)
    return log
  }

  const goOn = (log: FollowedLog, file: DiskFile) => {
    log.heirs.delete(file)
    log.on = file
    log.state = { is: 'followed' }
    file.role = { is: 'read', log }
    wake(log)
  }

  const lose = (log: FollowedLog, unreadBytes: number, why: Loss) => {
    log.unpacking?.close()
    log.unpacking = undefined
    log.on = undefined
    log.state = { is: 'lost', inScan: scan(), unreadBytes, why }
  }

  const forget = (file: DiskFile) => {
    handles.close(file)
    if (known.files.get(file.inode) === file) known.files.delete(file.inode)
    if (file.path !== undefined && known.paths.get(file.path) === file)
      known.paths.delete(file.path)
    if (file.role.is === 'heir') file.role.log.heirs.delete(file)
  }

  const refuse = (file: DiskFile, error: unknown, log?: FollowedLog) => {
    if (file.role.is === 'heir') file.role.log.heirs.delete(file)
    file.role = { is: 'refused', ...(log && { log }) }
    events.fileUnreadable({ path: file.path, error })
  }

  const inherit = (file: DiskFile, log: FollowedLog) => {
    const whole = log.state.is === 'ended' && log.state.whole
    if (whole && (file.place.compressed || file.sizeBytes <= log.offset)) {
      file.role = { is: 'done', log }
      return
    }
    file.role = { is: 'heir', log }
    log.heirs.add(file)
    if (log.state.is === 'ended') takeOver(log, file)
  }
  const takeOver = (log: FollowedLog, file: DiskFile) => {
    const start = startOf(file)
    if (!start) return
    // An older copy may hold less than the log was known by; it is all that is left of it.
    if (start.length < log.head.bytes) log.head = headOf(start)
    const { compressed, origin } = file.place
    events.copyContinued({ kind: compressed ? 'gzip' : 'copy', path: origin.path })
    goOn(log, file)
  }

  const decide = (file: DiskFile, final: boolean, before?: FollowedLog) => {
    const start = startOf(file)
    if (!start) return
    if (before && before.on === undefined && continues(before.head, start)) {
      goOn(before, file)
      return
    }
    if (takeUp(file, start)) return
    // Whose copy it may be is known when everything else was seen.
    if (file.place.rotated && !settling && !final) return
    const original = findOriginal(deps, file, start, readStart)
    if (original) inherit(file, 'log' in original ? original.log : recall(original.saved, file))
    else if (final || !mayBecomeCopy(deps, file, start)) begin(file, start)
  }

  /** Goes on where the last start stopped, if it knew the file. */
  const takeUp = (file: DiskFile, start: Buffer): boolean => {
    const saved = remembered.takeFile(file.inode, file.born)
    if (!saved) return false
    file.logs = saved.logs
    const savedLog = remembered.takeLog(saved.file)
    const log = known.logs.get(saved.file) ?? (savedLog && recall(savedLog, file))
    if (!log) return false
    if (saved.role !== 'read') {
      file.role = { is: saved.role, log }
      if (saved.role === 'heir') log.heirs.add(file)
      else if (log.on === undefined) log.state = { is: 'ended', at: clock.now(), whole: true }
      return true
    }
    const isSame =
      continues(log.head, start) && (file.place.compressed || file.sizeBytes >= log.offset)
    if (isSame) {
      goOn(log, file)
      return true
    }
    events.fileTruncated({ path: file.path })
    log.state = { is: 'lost', inScan: scan(), unreadBytes: 0, why: 'truncated' }
    begin(file, start)
    return true
  }

  const readStart = (file: DiskFile): Buffer => {
    const fd = handles.open(file)
    const start = Buffer.alloc(file.place.compressed ? 4 * HEAD_BYTES : HEAD_BYTES)
    const read = start.subarray(0, readSync(fd, start, 0, start.length, 0))
    return file.place.compressed ? unpackStart(read) : read
  }

  const startOf = (file: DiskFile): Buffer | undefined => {
    try {
      return readStart(file)
    } catch (error) {
      // It stays undecided, and the next scan tries again.
      if (!isExhausted(error)) refuse(file, error)
      return undefined
    }
  }

  const learnHead = (log: FollowedLog): boolean => {
    const start = log.on && startOf(log.on)
    if (!start || start.length === 0) return false
    log.head = headOf(start)
    return true
  }

  const nameless = (file: DiskFile) => {
    if (file.path !== undefined && known.paths.get(file.path) === file)
      known.paths.delete(file.path)
    file.path = undefined
  }

  const named = (file: DiskFile, path: string) => {
    const other = known.paths.get(path)
    if (other && other !== file) nameless(other)
    if (file.path !== path) nameless(file)
    file.path = path
    known.paths.set(path, file)
  }

  const unread = ({ offset, on }: FollowedLog) =>
    on && !on.place.compressed ? Math.max(0, on.largestBytes - offset) : 0

  const vanish = (file: DiskFile) => {
    nameless(file)
    if (file.role.is === 'undecided') decide(file, true)
    if (file.role.is === 'read') {
      const { log } = file.role
      const isEmpty = log.state.is === 'new' && !learnHead(log)
      // What is open can be read to its end.
      if (file.fd !== undefined && !isEmpty) {
        wake(log)
        return
      }
      if (isEmpty) known.dropLog(log)
      else lose(log, unread(log), 'removed')
    }
    forget(file)
  }

  const leaveCopy = (log: FollowedLog) => {
    if (log.on) log.on.role = { is: 'done', log }
    lose(log, 0, 'removed')
  }

  return {
    meet({ source, place, path, stats, scanning }) {
      const inode = `${stats.dev}:${stats.ino}`
      const before = known.files.get(inode)
      if (before && before.born !== bornOf(stats)) {
        events.inodeReused({ path })
        nameless(before)
        if (before.role.is === 'read') lose(before.role.log, unread(before.role.log), 'reused')
        forget(before)
      }
      const file = known.files.get(inode)
      if (!file) {
        const fresh: DiskFile = {
          ...{ inode, born: bornOf(stats), source, place, path: undefined },
          ...{
            sizeBytes: Number(stats.size),
            largestBytes: 0,
            changedNs: stats.ctimeNs,
            writtenAt: clock.now(),
          },
          ...{ fd: undefined, seenInScan: scan(), logs: 0 },
          role: { is: 'undecided', sizeBytes: -1 },
        }
        known.files.set(inode, fresh)
        named(fresh, path)
        decide(fresh, false)
        return
      }
      // A second name in the same scan is a link to the file, not a new name of it.
      const isSecond = scanning && file.seenInScan === scan() && file.path !== undefined
      if (!isSecond) named(file, path)
      file.seenInScan = scan()
      if (file.changedNs === stats.ctimeNs && file.sizeBytes === Number(stats.size)) return
      file.changedNs = stats.ctimeNs
      file.sizeBytes = Number(stats.size)
      file.largestBytes = Math.max(file.largestBytes, file.sizeBytes)
      file.writtenAt = clock.now()
      if (file.role.is === 'read') wake(file.role.log)
      else if (file.role.is === 'refused') {
        const { log } = file.role
        file.role = { is: 'undecided', sizeBytes: -1 }
        decide(file, false, log)
      }
    },
    nameless,
    vanish,
    lose,
    begin: (file) => begin(file),
    learnHead,
    refuse,
    forget,
    settle() {
      settling = true
      for (const file of known.files.values()) {
        if (file.role.is !== 'undecided') continue
        const isQuiet = file.role.sizeBytes === file.sizeBytes
        file.role = { is: 'undecided', sizeBytes: file.sizeBytes }
        decide(file, isQuiet)
      }
      settling = false
      const over: FollowedLog[] = []
      for (const log of known.logs.values()) {
        if (hasReadItsCopy(log) && nextHeir(log)) leaveCopy(log)
        if (log.state.is !== 'lost') continue
        const heir = nextHeir(log)
        if (heir) takeOver(log, heir)
        else if (scan() - log.state.inScan >= SCANS_FOR_HEIRS) over.push(log)
      }
      return over
    },
  }
}

/** No handles are left, in this process or on this machine. */
export function isExhausted(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'EMFILE' || code === 'ENFILE'
}
