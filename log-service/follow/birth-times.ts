import type { BigIntStats } from 'node:fs'
import { appendFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** So often a probe is changed until the system's clock for files has moved, 5 ms each. */
const TRIES = 20

/**
 * How to tell when a file was made. Where the kernel does not say, Node gives the time of the last change instead,
 * which would make every change a new file; a probe in this folder finds out.
 */
export async function birthTimes(folder: string): Promise<(stats: BigIntStats) => string> {
  const probe = join(folder, 'birth-time-probe')
  try {
    await rm(probe, { force: true })
    await appendFile(probe, '.')
    const first = await stat(probe, { bigint: true })
    for (let attempt = 0; attempt < TRIES; attempt++) {
      await setTimeout(5)
      await appendFile(probe, '.')
      const now = await stat(probe, { bigint: true })
      if (now.ctimeNs === first.ctimeNs) continue
      return now.birthtimeNs === first.birthtimeNs
        ? ({ birthtimeNs }) => String(birthtimeNs)
        : () => 'unknown'
    }
    return () => 'unknown'
  } finally {
    await rm(probe, { force: true })
  }
}
