import type { Clock } from '../../core/kit/clock.ts'
import type { Archive } from '../archive/archive.ts'
import type { Part } from '../archive/part.ts'
import { type Found, type Resume, readMerged } from '../archive/read.ts'
import type { Direction, Mark } from '../archive/read-file.ts'
import { runWithin } from './bounded-run.ts'

/** Whether a line is asked for. */
export type Matches = (found: Found) => boolean

export interface Search {
  readonly files: readonly Part[]
  readonly direction: Direction
  readonly fromAt?: number | undefined
  readonly toAt?: number | undefined
  readonly resume?: Resume | undefined
  readonly matches: Matches
  /** How many lines are wanted. */
  readonly limit: number
}

/** What one search may cost; where it stops, another can go on. */
export interface SearchLimits {
  readonly maxMs: number
  /** Of log as it lay in its files. */
  readonly maxBytes: number
  /** For looking at one piece of a log, a few hundred lines. */
  readonly maxPieceMs: number
}

export interface SearchResult {
  readonly items: readonly Found[]
  /** Where to go on; undefined when everything was looked at. */
  readonly resume?: Resume
  /** Why it stopped before it had found enough. */
  readonly stopped?: 'time' | 'bytes'
  readonly lookedAtBytes: number
}

/**
 * Looks through files for lines, a piece at a time.
 * @throws WeirError `too-costly` when a piece takes longer than it may; the signal's reason
 */
export async function search(
  archive: Archive,
  { matches, limit, resume, ...reading }: Search,
  { limits, clock, signal }: { limits: SearchLimits; clock: Clock; signal: AbortSignal },
): Promise<SearchResult> {
  const untilAt = clock.now() + limits.maxMs
  const items: Found[] = []
  const marks = new Map<string, Mark | 'end'>(resume)
  let lookedAtBytes = 0
  const stop = (stopped?: 'time' | 'bytes') => ({
    ...{ items, resume: marks, lookedAtBytes },
    ...(stopped && { stopped }),
  })
  for await (const piece of readMerged(archive, { ...reading, ...(resume && { resume }) })) {
    signal.throwIfAborted()
    const isAsked = runWithin(limits.maxPieceMs, () => piece.map(matches))
    for (const [index, found] of piece.entries()) {
      const { origin, line } = found
      lookedAtBytes += line.bytes
      marks.set(origin.file, { stream: line.stream, offset: line.offset })
      if (!isAsked[index]) continue
      items.push(found)
      if (items.length === limit) return stop()
    }
    if (lookedAtBytes >= limits.maxBytes) return stop('bytes')
    if (clock.now() >= untilAt) return stop('time')
  }
  return { items, lookedAtBytes }
}
