import { closeSync } from 'node:fs'
import type { DiskFile } from './known.ts'
import { openInside } from './open-inside.ts'

/** Open files, few enough: the one that was longest unused closes, unless it could not be opened again. */
export interface Handles {
  /** Opens it, if it is not open. @throws what opening throws */
  open(file: DiskFile): number
  /** Nobody closes it while this is under way. @throws what opening or `use` throws */
  use<T>(file: DiskFile, use: (fd: number) => Promise<T>): Promise<T>
  close(file: DiskFile): void
  readonly count: number
}

export function createHandles(
  most: number,
  rootsOf: (file: DiskFile) => readonly string[],
): Handles {
  /** Longest unused first. */
  const open = new Set<DiskFile>()
  const inUse = new Set<DiskFile>()
  const closeLater = new Set<DiskFile>()

  const close = (file: DiskFile) => {
    if (inUse.has(file)) {
      closeLater.add(file)
      return
    }
    open.delete(file)
    if (file.fd === undefined) return
    closeSync(file.fd)
    file.fd = undefined
  }
  const openFile = (file: DiskFile) => {
    if (file.fd === undefined) {
      if (file.path === undefined) throw new Error('The file has no name any more.')
      file.fd = openInside(file.path, rootsOf(file))
    }
    open.delete(file)
    open.add(file)
    for (const other of open) {
      if (open.size <= most) break
      // Without a name it is only there for as long as it is open.
      if (other !== file && other.path !== undefined && !inUse.has(other)) close(other)
    }
    return file.fd
  }
  return {
    open: openFile,
    async use(file, use) {
      const fd = openFile(file)
      inUse.add(file)
      try {
        return await use(fd)
      } finally {
        inUse.delete(file)
        if (closeLater.delete(file)) close(file)
      }
    },
    close,
    get count() {
      return open.size
    },
  }
}
