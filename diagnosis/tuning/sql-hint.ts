import type { Alternative } from '../../core/model/finding.ts'

/**
 * How the planner names what it makes of a table (1.15 and later): `Source: orders[1]`, `Sink: totals[7]`,
 * `totals[7]: Writer`. Only where nothing else is chained to it: a hint would tear a chain apart, and leave the rest of
 * it at its size.
 */
const SOURCE = /^Source: ([^[\]>]+)\[\d+\]$/
const SINK = /^(?:Sink: ([^[\]>]+)\[\d+\]|([^[\]>]+)\[\d+\]: Writer)$/

/** `scan.parallelism` is there since 1.19 (FLIP-367), where the connector takes part; `sink.parallelism` before that. */
const SCAN_SINCE = [1, 19] as const

/** The same size as a hint in the text of a query; undefined for vertices that no table stands behind. */
export function sqlHint(
  vertexName: string,
  subtasks: number,
  flinkVersion: string,
): Alternative | undefined {
  const name = vertexName.trim()
  const source = SOURCE.exec(name)?.[1]
  if (source !== undefined)
    return isSince(flinkVersion, SCAN_SINCE)
      ? hint('FROM', source, 'scan.parallelism', subtasks)
      : undefined
  const [, named, written] = SINK.exec(name) ?? []
  const sink = named ?? written
  return sink === undefined ? undefined : hint('INSERT INTO', sink, 'sink.parallelism', subtasks)
}

function hint(verb: string, table: string, option: string, subtasks: number): Alternative {
  const quoted = `\`${table.replaceAll('`', '``')}\``
  return {
    format: 'sql',
    title: 'SQL hint, where the connector knows the option',
    text: `${verb} ${quoted} /*+ OPTIONS('${option}' = '${subtasks}') */`,
  }
}

function isSince(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, own = '', ownMinor = ''] = /^(\d+)\.(\d+)/.exec(version) ?? []
  return own !== '' && (Number(own) > major || (Number(own) === major && Number(ownMinor) >= minor))
}
