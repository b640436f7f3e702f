import type { LogLine, LogStream } from '../core/model/logs.ts'

/**
 * How far a file was read, archived or acknowledged: per stream the byte behind the last event. Events of
 * one stream come in the order of their bytes; those of two streams of one file may overtake each other.
 */
export type Ends = Readonly<Record<LogStream, number>>

export const streams = ['stdout', 'stderr', 'file'] as const satisfies readonly LogStream[]

export const noEnds: Ends = { stdout: 0, stderr: 0, file: 0 }

/** Whether the event lies behind these ends, so that it was not part of what they tell of. */
export function isBeyond(line: LogLine, ends: Ends): boolean {
  return line.offset >= ends[line.stream]
}

export function endsAfter(ends: Ends, lines: readonly LogLine[]): Ends {
  const next = { ...ends }
  for (const { stream, offset, bytes } of lines) {
    next[stream] = Math.max(next[stream], offset + bytes)
  }
  return next
}

/** Whether everything up to `inner` is also before `outer`. */
export function covers(outer: Ends, inner: Ends): boolean {
  return streams.every((stream) => outer[stream] >= inner[stream])
}

export function furthest(a: Ends, b: Ends): Ends {
  return {
    stdout: Math.max(a.stdout, b.stdout),
    stderr: Math.max(a.stderr, b.stderr),
    file: Math.max(a.file, b.file),
  }
}

/** How far a file was read, archived or acknowledged. */
export interface Reached {
  /** Reading may begin again here, as `LineReader.position` says. */
  readonly position: number
  /** Events before these were already taken when it does. */
  readonly ends: Ends
}

export const notBegun: Reached = { position: 0, ends: noEnds }

export function further(a: Reached, b: Reached): Reached {
  return { position: Math.max(a.position, b.position), ends: furthest(a.ends, b.ends) }
}
