import { type FSWatcher, watch } from 'node:fs'

/** Folders that the system watches for us, so that a scan is only the net below. */
export interface Watches {
  /** @param inode another one than before means that the folder was made anew */
  add(folder: string, inode: string): void
  /** Ends those of folders that are not in the set. */
  keep(folders: ReadonlySet<string>): void
  close(): void
}

/** @param onName something happened to a name in a folder */
export function createWatches(
  onName: (folder: string, name: string, what: 'rename' | 'change') => void,
  onFailed: (folder: string, error: unknown) => void,
): Watches {
  const watchers = new Map<string, { inode: string; watcher: FSWatcher | undefined }>()
  const drop = (folder: string) => {
    watchers.get(folder)?.watcher?.close()
    watchers.delete(folder)
  }
  return {
    add(folder, inode) {
      if (watchers.get(folder)?.inode === inode) return
      drop(folder)
      try {
        const watcher = watch(folder, { persistent: false }, (what, name) => {
          if (name !== null) onName(folder, name, what)
        })
        // The folder went; a scan finds out whether it is there again.
        watcher.on('error', () => drop(folder))
        watchers.set(folder, { inode, watcher })
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
        watchers.set(folder, { inode, watcher: undefined })
        onFailed(folder, error)
      }
    },
    keep(folders) {
      for (const folder of watchers.keys()) if (!folders.has(folder)) drop(folder)
    },
    close() {
      for (const folder of watchers.keys()) drop(folder)
    },
  }
}
