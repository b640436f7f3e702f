import type { LineFormat } from '../../core/logs/line-reader.ts'
import type { LogOrigin } from '../../core/model/logs.ts'

/** A folder of logs, and what the paths below it mean. */
export interface LogSource {
  readonly root: string
  readonly format: LineFormat
  /** Folders that links may lead to besides the root; kubelet's lead to those of the runtime. */
  readonly linkRoots: readonly string[]
  /** Folders below the root that lie deeper than this are not looked into. */
  readonly maxDepth: number
  /** @param path below the root, parts separated by `/`; undefined: it is no log */
  place(path: string): LogPlace | undefined
}

/** What the path of a log tells. */
export interface LogPlace {
  readonly origin: Omit<LogOrigin, 'file'>
  /** The path without marks of rotation: generations of one log have it in common. */
  readonly stem: string
  /** Whether it carries a mark of rotation, so that nobody writes it any more. */
  readonly rotated: boolean
  readonly compressed: boolean
}

/** `.1`, `-20260105`, `.20260105-101112`, `.2026-01-05-3`, as kubelet, logrotate, log4j and the JVM put them. */
const GENERATION = /[.-](\d{1,4}|\d{8}(?:[-T]?\d{6})?|\d{4}-\d\d-\d\d(?:[-.T]\d+)*)$/
const UNFINISHED = /\.(tmp|part|swp|next)$|~$/

/** Takes the marks of rotation off a name; undefined for names of files that are still being made. */
export function withoutGeneration(
  path: string,
): { readonly stem: string; readonly rotated: boolean; readonly compressed: boolean } | undefined {
  if (UNFINISHED.test(path) || path.slice(path.lastIndexOf('/') + 1).startsWith('.')) {
    return undefined
  }
  const compressed = path.endsWith('.gz')
  let stem = compressed ? path.slice(0, -3) : path
  // A name may have been rotated twice: app.log.1.20260105.
  for (let match = GENERATION.exec(stem); match; match = GENERATION.exec(stem)) {
    stem = stem.slice(0, match.index)
  }
  return { stem, rotated: compressed || stem !== path, compressed }
}
