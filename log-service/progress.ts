import type { Clock } from '../core/kit/clock.ts'
import type { Log } from '../core/kit/log.ts'

/** Less than this unread is no backlog that anybody needs to be told of. */
const BACKLOG_BYTES = 64 * 1024 * 1024
const EVERY_MS = 10_000

/** Tells of the first catch-up, now and then, and of its end; called with what is unread and what was read since. */
export function catchUpProgress(clock: Clock, log: Log): (unreadBytes: number) => void {
  let state: 'unknown' | 'behind' | 'caught-up' = 'unknown'
  let startedAt = clock.now()
  let toldAt = startedAt
  let toldBytes = 0
  return (unreadBytes) => {
    if (state === 'caught-up') return
    const now = clock.now()
    if (unreadBytes < BACKLOG_BYTES) {
      if (state === 'behind') {
        log.info('The logs of before are read.', { tookMs: now - startedAt })
      }
      state = 'caught-up'
      return
    }
    if (state === 'unknown') {
      state = 'behind'
      startedAt = now
      log.info('Logs of before are read first; new lines are read beside them.', { unreadBytes })
    } else if (now - toldAt >= EVERY_MS) {
      const bytesPerSecond = Math.round(((toldBytes - unreadBytes) * 1_000) / (now - toldAt))
      const leftMs =
        bytesPerSecond > 0 ? Math.round((unreadBytes / bytesPerSecond) * 1_000) : undefined
      log.info('Logs of before are being read.', { unreadBytes, bytesPerSecond, leftMs })
    } else return
    toldAt = now
    toldBytes = unreadBytes
  }
}
