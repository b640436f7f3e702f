import { type BigIntStats, type Dirent, statSync } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LogSource } from './layout.ts'

/** What a walk asks and tells. */
export interface WalkVisitor {
  /** A folder is there; called before its names are listed. */
  folder(path: string, inode: string): void
  /** Whether a name is worth a look although its folder did not change. */
  wantsLook(path: string): boolean
  /** A file as it is now; `inner` is its path below the root. */
  file(path: string, inner: string, stats: BigIntStats): void
  /** A name is there and was not looked at. */
  stillThere(path: string): void
  /** A folder, not the root, cannot be read. */
  unreadable(path: string, error: unknown): void
}

/** Goes through the folders of a source, again and again. */
export interface Walk {
  /** The root without links, as the last scan found it. */
  root(): string | undefined
  /** @returns whether the root was there */
  scan(visitor: WalkVisitor): Promise<boolean>
}

interface Listing {
  changedNs: bigint
  /** Scans since its time of change was another. */
  quietScans: number
  files: readonly string[]
  folders: readonly string[]
}

/**
 * So many names are asked about before others have their turn: ten thousand dead files stop nothing else. The system
 * answers from memory in microseconds, where handing the question to another thread would cost ten times that.
 */
const LOOKS_AT_ONCE = 64

/**
 * Names are listed again when the folder's time changed, and once more, as a change within the same tick of the
 * file system does not move it. In a folder that did change every name is looked at: any may be another file now.
 */
export function createWalk(source: LogSource): Walk {
  const listings = new Map<string, Listing>()
  let realRoot: string | undefined

  const list = async (folder: string, inner: string, visitor: WalkVisitor) => {
    const before = listings.get(folder)
    try {
      const { mtimeNs, dev, ino } = await stat(folder, { bigint: true })
      visitor.folder(folder, `${dev}:${ino}`)
      const quietScans = before?.changedNs === mtimeNs ? before.quietScans + 1 : 0
      if (before && quietScans > 1) {
        before.quietScans = quietScans
        return { listing: before, changed: false }
      }
      const entries = await readdir(folder, { withFileTypes: true })
      const listing = { changedNs: mtimeNs, quietScans, ...sorted(entries, source, inner) }
      listings.set(folder, listing)
      return { listing, changed: true }
    } catch (error) {
      if (isMissing(error)) {
        listings.delete(folder)
        return undefined
      }
      visitor.unreadable(folder, error)
      return before && { listing: before, changed: false }
    }
  }

  const visitFiles = async (
    names: readonly string[],
    inner: string,
    { visitor, changed, folder }: { visitor: WalkVisitor; changed: boolean; folder: string },
  ) => {
    let batch: { path: string; inner: string }[] = []
    const look = async () => {
      for (const one of batch) {
        const found = statNow(one.path)
        if (found?.isFile()) visitor.file(one.path, one.inner, found)
      }
      if (batch.length === LOOKS_AT_ONCE) await nextTurn()
      batch = []
    }
    for (const name of names) {
      const path = join(folder, name)
      if (changed || visitor.wantsLook(path)) batch.push({ path, inner: below(inner, name) })
      else visitor.stillThere(path)
      if (batch.length === LOOKS_AT_ONCE) await look()
    }
    await look()
  }

  const visit = async (folder: string, inner: string, depth: number, visitor: WalkVisitor) => {
    const found = await list(folder, inner, visitor)
    if (!found) return false
    const { listing, changed } = found
    await visitFiles(listing.files, inner, { visitor, changed, folder })
    if (depth < source.maxDepth) {
      for (const name of listing.folders) {
        await visit(join(folder, name), below(inner, name), depth + 1, visitor)
      }
    }
    return true
  }

  return {
    root: () => realRoot,
    async scan(visitor) {
      realRoot = await realpath(source.root).catch(() => undefined)
      return realRoot !== undefined && visit(source.root, '', 0, visitor)
    },
  }
}

const below = (inner: string, name: string) => (inner === '' ? name : `${inner}/${name}`)

/** A link may be to a file; links to folders are not followed, they may lead round in a circle. */
function sorted(
  entries: readonly Dirent[],
  source: LogSource,
  inner: string,
): Pick<Listing, 'files' | 'folders'> {
  const names = (which: (entry: Dirent) => boolean) => entries.filter(which).map(({ name }) => name)
  const isLog = ({ name }: Dirent) => source.place(below(inner, name)) !== undefined
  return {
    files: names((entry) => (entry.isFile() || entry.isSymbolicLink()) && isLog(entry)),
    folders: names((entry) => entry.isDirectory()),
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

export function statNow(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    // It went, or a folder on the way to it did, or it is not ours to see.
    return undefined
  }
}
