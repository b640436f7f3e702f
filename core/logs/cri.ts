import { readIsoTime, type Stamp } from './heads/times.ts'

/** What a container runtime writes before each line: `2026-01-05T10:11:12.345678901Z stdout F `. */
export interface CriPrefix {
  /** When the runtime read the line, epoch ms. */
  readonly at: number
  readonly stream: 'stdout' | 'stderr'
  /** The runtime cut the line (at 16 KiB); the rest follows on the next line of the stream. */
  readonly partial: boolean
  /** Where the program's text begins. */
  readonly textAt: number
}

const stamp: Stamp = { ms: 0, zoned: false, dateless: false }

/** Reads the prefix; undefined where a line has none. */
export function readCriPrefix(line: string): CriPrefix | undefined {
  const end = readIsoTime(line, 0, stamp)
  if (end === -1 || !stamp.zoned) return undefined
  const stream = line.startsWith(' stdout ', end)
    ? 'stdout'
    : line.startsWith(' stderr ', end)
      ? 'stderr'
      : undefined
  const tag = line[end + 8]
  if (stream === undefined || (tag !== 'P' && tag !== 'F')) return undefined
  // Tags may follow after a colon; none is defined yet.
  const space = line.indexOf(' ', end + 9)
  const textAt = space === -1 ? line.length : space + 1
  return { at: stamp.ms, stream, partial: tag === 'P', textAt }
}
