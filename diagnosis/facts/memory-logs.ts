import type { LogBlock } from '../../core/api/log-block.ts'
import type { LogOrigin, StoredLine } from '../../core/model/logs.ts'
import { type ArrivedLogs, isTelling } from './logged.ts'
import { LOG_WINDOW_MS } from './source.ts'

/** What logs told, kept in this process as long as the window reaches. */
export interface MemoryLogs {
  accept(block: LogBlock): void
  /** Lets go of what no read at `at` or later looks at. */
  prune(at: number): void
  arrived(at: number): ArrivedLogs
}

interface WrittenFile {
  readonly origin: LogOrigin
  /** When lines of it were written, also those that tell nothing. */
  readonly moments: Set<number>
}

export function memoryLogs(): MemoryLogs {
  const files = new Map<string, WrittenFile>()
  const lines = new Map<string, StoredLine>()

  return {
    accept({ origin, lines: own }) {
      const { file, pod, attempt, job, cluster } = origin
      const { moments } = files.get(file) ?? { moments: new Set<number>() }
      files.set(file, { origin, moments })
      for (const line of own) {
        const { at, offset } = line
        moments.add(at)
        if (!isTelling(line)) continue
        const place = { owner: job ?? cluster, at, file, offset }
        lines.set(JSON.stringify([file, offset]), { ...place, pod, attempt, line })
      }
    },

    prune(at) {
      const isOld = (moment: number) => at - moment > LOG_WINDOW_MS
      for (const [key, line] of lines) if (isOld(line.at)) lines.delete(key)
      for (const [file, { moments }] of files) {
        for (const moment of moments) if (isOld(moment)) moments.delete(moment)
        if (moments.size === 0) files.delete(file)
      }
    },

    arrived(at) {
      const isIn = (moment: number) => moment <= at && moment >= at - LOG_WINDOW_MS
      const written = [...files.values()].filter(({ moments }) => [...moments].some(isIn))
      return { files: written.map(({ origin }) => origin), lines: [...lines.values()] }
    },
  }
}
