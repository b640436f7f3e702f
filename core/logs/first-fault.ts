import type { StoredLine } from '../model/logs.ts'

/**
 * The line that names what went wrong first: of those since the last completed checkpoint (what came before did
 * no lasting harm) the earliest that throws, else the earliest error. Undefined when no line does; `lines` may
 * stand in any order. A first fault is followed by echoes: connections that break, tasks that are cancelled.
 */
export function firstFault(
  lines: readonly StoredLine[],
  lastCompletedAt: number,
): StoredLine | undefined {
  const since = [...lines]
    .sort((a, b) => a.at - b.at || a.offset - b.offset)
    .filter(({ at }) => at >= lastCompletedAt)
  const errors = since.filter(({ line: { level } }) => level === 'ERROR' || level === 'FATAL')
  const thrown = since.filter(({ line }) => line.exception !== undefined)
  return thrown[0] ?? errors[0]
}
