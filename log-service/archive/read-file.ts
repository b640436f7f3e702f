import type { LogLine, LogStream } from '../../core/model/logs.ts'
import { streams } from '../ends.ts'
import type { Archive, Held } from './archive.ts'
import type { GroupSource } from './group-source.ts'

export type Direction = 'forward' | 'backward'

/** An event in its file. */
export interface Mark {
  readonly stream: LogStream
  readonly offset: number
}

export interface FileReading {
  readonly direction: Direction
  /** Epoch ms, both included. */
  readonly fromAt?: number | undefined
  readonly toAt?: number | undefined
  /** Begins behind this event, seen in the direction of reading. */
  readonly behind?: Mark | undefined
}

/**
 * The events of one file, a group at a time, in the direction of reading. Bytes of one group, and of the block
 * around it, are in memory at a time. What is cut or damaged while it is read is left out.
 */
export async function* readFile(
  archive: Archive,
  file: string,
  reading: FileReading,
): AsyncGenerator<readonly LogLine[]> {
  const held = heldOf(archive, file, reading)
  for (const [index, one] of held.entries()) {
    if (isOutside(one.part, reading)) continue
    const source = await one.open()
    if (!source) continue
    try {
      // Only the first segment can hold the event that reading begins behind.
      yield* readGroups(source, index === 0 ? reading : { ...reading, behind: undefined })
    } finally {
      await source.close()
    }
  }
}

/** The segments to read, in the direction of reading, from the one that holds the event to begin behind. */
function heldOf(archive: Archive, file: string, { direction, behind }: FileReading) {
  const all = archive.segmentsOf(file)
  const first =
    behind === undefined ? -1 : all.findIndex((held) => endOf(held, behind.stream) > behind.offset)
  if (direction === 'forward') {
    if (behind === undefined) return all
    return first < 0 ? [] : all.slice(first)
  }
  return (first < 0 ? [...all] : all.slice(0, first + 1)).reverse()
}

const endOf = ({ part }: Held, stream: LogStream) => part.reached.ends[stream]

interface Span {
  readonly firstAt: number
  readonly lastAt: number
}

function isOutside({ firstAt, lastAt }: Span, { fromAt, toAt }: FileReading): boolean {
  return (fromAt !== undefined && lastAt < fromAt) || (toAt !== undefined && firstAt > toAt)
}

async function* readGroups(
  source: GroupSource,
  reading: FileReading,
): AsyncGenerator<readonly LogLine[]> {
  const { direction, behind } = reading
  const step = direction === 'forward' ? 1 : -1
  const first = behind && (await groupWith(source, behind))
  const start = first ?? (direction === 'forward' ? 0 : source.count - 1)
  for (let index = start; index >= 0 && index < source.count; index += step) {
    const head = await source.head(index)
    if (!head || isOutside(head, reading)) continue
    const lines = await source.lines(index)
    if (!lines) continue
    const inOrder = direction === 'forward' ? lines : lines.toReversed()
    const rest = index === first && behind ? inOrder.slice(placeBehind(inOrder, behind)) : inOrder
    const wanted = rest.filter(({ at }) => !isOutside({ firstAt: at, lastAt: at }, reading))
    if (wanted.length > 0) yield wanted
  }
}

/** The first group whose events reach beyond the mark; ends only grow, so halving finds it. */
async function groupWith(source: GroupSource, { stream, offset }: Mark): Promise<number> {
  let low = 0
  let high = source.count
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const head = await source.head(middle)
    if (head && head.reached.ends[stream] > offset) high = middle
    else low = middle + 1
  }
  return low
}

function placeBehind(lines: readonly LogLine[], { stream, offset }: Mark): number {
  return 1 + lines.findIndex((line) => line.stream === stream && line.offset === offset)
}

/** The event that begins at an offset; undefined when the archive does not have it (any more). */
export async function findLine(
  archive: Archive,
  file: string,
  offset: number,
): Promise<LogLine | undefined> {
  for (const stream of streams) {
    const held = archive.segmentsOf(file).find((one) => endOf(one, stream) > offset)
    const source = await held?.open()
    if (!source) continue
    try {
      const lines = await source.lines(await groupWith(source, { stream, offset }))
      const found = lines?.find((line) => line.offset === offset && line.stream === stream)
      if (found) return found
    } finally {
      await source.close()
    }
  }
  return undefined
}
