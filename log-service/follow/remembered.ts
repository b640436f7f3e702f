import { further, type Reached } from '../ends.ts'
import type { SavedFile, SavedLog, SavedPositions } from './positions.ts'

/** What an earlier start knew and nobody has found again yet. */
export interface Remembered {
  /** What was known of a file; only the first who asks is told. */
  takeFile(inode: string, born: string): SavedFile | undefined
  /** A log that is found again; it is not remembered any more. */
  takeLog(file: string): SavedLog | undefined
  kin(kin: string): readonly SavedLog[]
  acknowledge(file: string, reached: Reached): void
  acknowledged(file: string): Reached | undefined
  /** What is not there after a whole scan is gone; its logs are kept for a while, for late copies. */
  scanned(at: number): void
  forget(which: (log: SavedLog) => boolean): void
  all(): SavedPositions
}

export function createRemembered({
  logs: savedLogs,
  files: savedFiles,
}: SavedPositions): Remembered {
  const files = new Map(savedFiles.map((file) => [file.inode, file]))
  const logs = new Map(savedLogs.map((log) => [log.file, log]))
  return {
    takeFile(inode, born) {
      const file = files.get(inode)
      files.delete(inode)
      return file?.born === born ? file : undefined
    },
    takeLog(file) {
      const log = logs.get(file)
      logs.delete(file)
      return log
    },
    kin: (kin) => [...logs.values()].filter((log) => log.kin === kin),
    acknowledge(file, reached) {
      const log = logs.get(file)
      if (log) logs.set(file, { ...log, reached: further(log.reached, reached) })
    },
    acknowledged: (file) => logs.get(file)?.reached,
    scanned(at) {
      files.clear()
      for (const [file, log] of logs) logs.set(file, { ...log, endedAt: log.endedAt ?? at })
    },
    forget(which) {
      for (const [file, log] of logs) if (which(log)) logs.delete(file)
    },
    all: () => ({ logs: [...logs.values()], files: [...files.values()] }),
  }
}
