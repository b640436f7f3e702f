import { IntakeError } from '../kit/errors.ts'
import { isRetriable } from '../kit/retry.ts'
import type { GapReason } from './gaps.ts'

/** The gateway says so (400, 413), or trying again would only repeat a fault of ours. */
export function reasonToGiveUp(error: unknown): GapReason | undefined {
  if (error instanceof IntakeError) {
    return error.status === 400 || error.status === 413 ? 'refused' : undefined
  }
  return isRetriable(error) ? undefined : 'failed'
}

/** The gateway's own wish first. A wrong token is somebody's to correct: the batches are kept, unhurried. */
export function leastWaitMs(error: unknown, maxBackoffMs: number): number {
  if (!(error instanceof IntakeError)) return 0
  if (error.status === 401 || error.status === 403) return maxBackoffMs
  return error.retryAfterMs ?? 0
}
