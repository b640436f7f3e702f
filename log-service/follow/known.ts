import { createHash } from 'node:crypto'
import type { LineReader } from '../../core/logs/line-reader.ts'
import type { LogOrigin } from '../../core/model/logs.ts'
import type { Reached } from '../ends.ts'
import type { Unpacking } from './gunzip.ts'
import type { Head } from './head.ts'
import type { LogPlace, LogSource } from './layout.ts'

/** A file on the disk. Its name may change or go; it is forgotten when nothing can be read from it any more. */
export interface DiskFile {
  /** Device and number, `<dev>:<ino>`. */
  readonly inode: string
  /** Nanoseconds; differs when an inode is used again. */
  readonly born: string
  readonly source: LogSource
  readonly place: LogPlace
  /** Undefined once it has no name any more. */
  path: string | undefined
  sizeBytes: number
  /** The most that its log was seen to have; more than now when it was emptied. */
  largestBytes: number
  /** Of its last change, content or rights, nanoseconds. */
  changedNs: bigint
  /** When its content was last seen to change, epoch ms. */
  writtenAt: number
  fd: number | undefined
  /** Scan in which its name was seen last. */
  seenInScan: number
  /** How many logs have begun on it. */
  logs: number
  role: Role
}

/**
 * read: its log is read from it. heir: a copy of what another file still holds. done: nothing of it is unread.
 * undecided: may be a copy that is still being made. refused: it could not be read as it is.
 */
export type Role =
  | { readonly is: 'read' | 'heir' | 'done'; readonly log: FollowedLog }
  | { readonly is: 'undecided'; readonly sizeBytes: number }
  | { readonly is: 'refused'; readonly log?: FollowedLog }

/** What was written under one identity, on whichever files it lies. */
export interface FollowedLog {
  readonly origin: LogOrigin
  readonly source: LogSource
  readonly kin: string
  /** Of its content, unpacked. */
  head: Head
  /** The file that it is read from now; undefined between one and the next, and at its end. */
  on: DiskFile | undefined
  readonly heirs: Set<DiskFile>
  /** Bytes that were given to the reader, or where the next one begins. */
  offset: number
  /** There while something is read. */
  reader: LineReader | undefined
  unpacking: Unpacking | undefined
  /** What was handed on. */
  reached: Reached
  /** What was acknowledged. */
  acknowledged: Reached
  /** When it last gave something, epoch ms. */
  readAt: number
  state: LogState
}

/**
 * new: its identity is not on the disk yet. lost: its file went, in this scan, and another may go on with it.
 * ended: nothing more comes of it; `whole` when it was read to its end.
 */
export type LogState =
  | { readonly is: 'new' }
  | { readonly is: 'followed' }
  | {
      readonly is: 'lost'
      readonly inScan: number
      readonly unreadBytes: number
      readonly why: Loss
    }
  | { readonly is: 'ended'; readonly at: number; readonly whole: boolean }
export type Loss = 'truncated' | 'removed' | 'reused' | 'damaged'

export interface Known {
  /** By inode. */
  readonly files: Map<string, DiskFile>
  readonly paths: Map<string, DiskFile>
  /** By identity. */
  readonly logs: ReadonlyMap<string, FollowedLog>
  /** Logs whose identity is not on the disk yet. */
  readonly fresh: Set<FollowedLog>
  /** Logs with the same stem in the same source. */
  kin(kin: string): ReadonlySet<FollowedLog>
  addLog(log: FollowedLog): void
  dropLog(log: FollowedLog): void
}

export function createKnown(): Known {
  const logs = new Map<string, FollowedLog>()
  const families = new Map<string, Set<FollowedLog>>()
  const nobody: ReadonlySet<FollowedLog> = new Set()
  const fresh = new Set<FollowedLog>()
  return {
    files: new Map(),
    paths: new Map(),
    logs,
    fresh,
    kin: (kin) => families.get(kin) ?? nobody,
    addLog(log) {
      logs.set(log.origin.file, log)
      families.set(log.kin, (families.get(log.kin) ?? new Set()).add(log))
    },
    dropLog(log) {
      logs.delete(log.origin.file)
      fresh.delete(log)
      const family = families.get(log.kin)
      family?.delete(log)
      if (family?.size === 0) families.delete(log.kin)
    },
  }
}

/** The identity of the `number`-th log on a file, for good and for every node. */
export function logIdentity(
  { cluster, node }: Pick<LogOrigin, 'cluster' | 'node'>,
  { inode, born }: Pick<DiskFile, 'inode' | 'born'>,
  number: number,
): string {
  return createHash('sha1')
    .update([cluster, node, inode, born, number].join('\n'))
    .digest('hex')
    .slice(0, 16)
}

export const kinOf = (source: LogSource, place: LogPlace): string => `${source.root}\n${place.stem}`
